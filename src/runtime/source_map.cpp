#include "runtime/source_map.h"

#include <array>
#include <filesystem>
#include <optional>

#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"

namespace live {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFile = "file://";
constexpr int64_t kMostSources = 100'000, kMostLines = 10'000'000;  // together: a broken map names any number

std::optional<fs::path> file_of(std::string_view url) {
  if (!url.starts_with(kFile)) return std::nullopt;
  auto decoded = uri_decode(url.substr(kFile.size()));
  if (!decoded) return std::nullopt;
  return fs::path(*std::move(decoded));
}

constexpr std::array<int, 256> digits_of_base64() {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::array<int, 256> digits{};
  digits.fill(-1);
  for (size_t at = 0; at < kDigits.size(); ++at)
    digits[static_cast<unsigned char>(kDigits[at])] = static_cast<int>(at);
  return digits;
}

// The numbers of one segment, each the difference to the one before it, in digits of base 64, the lowest
// five bits first.
class Segment {
 public:
  explicit Segment(std::string_view text) : rest_(text) {}

  std::optional<int64_t> next() {
    static constexpr auto kDigits = digits_of_base64();
    constexpr int kMostBits = 32;
    uint64_t number = 0;
    for (int shift = 0; !rest_.empty() && shift <= kMostBits; shift += 5) {
      int const digit = kDigits[static_cast<unsigned char>(rest_.front())];
      if (digit < 0) return std::nullopt;
      rest_.remove_prefix(1);
      number |= static_cast<uint64_t>(digit & 31) << shift;
      if (digit < 32) return number & 1 ? -static_cast<int64_t>(number >> 1) : number >> 1;
    }
    return std::nullopt;
  }
  bool is_over() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace

bool MappedLines::add(int64_t source, int64_t line) {
  if (source < 0 || source >= kMostSources || line < 0 || line >= kMostLines) return false;
  auto const index = static_cast<size_t>(source), at = static_cast<size_t>(line);
  if (of_sources_.size() <= index) of_sources_.resize(index + 1);
  auto& lines = of_sources_[index];
  if (lines.size() <= at) {
    lines_ += at + 1 - lines.size();
    if (lines_ > size_t{kMostLines}) return false;
    lines.resize(at + 1);
  }
  lines[at] = true;
  return true;
}

bool MappedLines::has(size_t source, int64_t line) const {
  if (source >= of_sources_.size() || line < 0) return false;
  auto const& lines = of_sources_[source];
  auto const at = static_cast<size_t>(line);
  return at < lines.size() && lines[at];
}

MappedLines MappedLines::in(std::string_view mappings) {
  MappedLines mapped;
  int64_t source = 0, line = 0;
  while (!mappings.empty()) {
    auto const end = std::min(mappings.find_first_of(",;"), mappings.size());
    Segment segment(mappings.substr(0, end));
    mappings.remove_prefix(std::min(end + 1, mappings.size()));
    if (segment.is_over()) continue;  // between two lines of the script
    if (!segment.next()) break;       // the column in the script
    if (segment.is_over()) continue;  // of no source
    auto const sources_on = segment.next(), lines_on = segment.next();
    if (!sources_on || !lines_on) break;
    source += *sources_on;
    line += *lines_on;
    if (!mapped.add(source, line)) break;
  }
  return mapped;
}

SourceMap source_map_of(std::string_view script_url, std::string_view map_url) {
  auto const script = file_of(script_url);
  auto const name = uri_decode(map_url);
  if (!script || !name || map_url.find(':') != std::string_view::npos) return {};
  auto const map = script->parent_path() / *name;
  auto const text = read_file(map);
  auto const parsed = text ? parse_json_object(text.value()) : Result<json::object>(text.error());
  auto const* const names = parsed ? find_array(parsed.value(), "sources") : nullptr;
  if (!names) return {};
  SourceMap read{.sources = {}, .mappings = string_or(parsed.value(), "mappings")};
  auto const root = map.parent_path() / string_or(parsed.value(), "sourceRoot");
  for (auto const& one : *names)
    read.sources.push_back(
        one.is_string() ? (root / std::string_view(one.as_string())).lexically_normal().string() : "");
  return read;
}

}  // namespace live
