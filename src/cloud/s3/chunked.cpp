#include "cloud/s3/chunked.h"

#include <charconv>
#include <optional>

namespace live::cloud::s3 {
namespace {

std::optional<std::string_view> take_line(std::string_view& rest) {
  auto end = rest.find("\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  auto line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

Fault mismatch() { return fault(Fault::Kind::refused, "aws-chunked: a chunk's signature does not match"); }

std::string_view signature_in(std::string_view extension) {
  constexpr std::string_view kName = ";chunk-signature=";
  return extension.starts_with(kName) ? extension.substr(kName.size()) : std::string_view();
}

Result<void> read_trailers(std::string_view rest, net::Headers& trailers) {
  while (!rest.empty()) {
    // A last trailer may end with the body instead of a line end.
    auto line = take_line(rest);
    if (!line) {
      line = rest;
      rest = {};
    }
    if (line->empty()) continue;
    auto colon = line->find(':');
    if (colon == std::string_view::npos) return fault("aws-chunked: a trailer without a colon");
    auto value = line->substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\n')) value.remove_suffix(1);
    trailers.add(std::string(line->substr(0, colon)), std::string(value));
  }
  return outcome::success();
}

Result<void> verify_trailers(const net::Headers& trailers, const ChunkSeed& seed, std::string_view previous) {
  constexpr std::string_view kSignature = "x-amz-trailer-signature";
  std::string signed_text;
  for (auto& [name, value] : trailers)
    if (!net::same_name(name, kSignature)) signed_text += name + ":" + value + "\n";
  if (signed_text.empty()) return outcome::success();
  if (trailers.get(kSignature) != trailer_signature(seed, previous, signed_text)) return mismatch();
  return outcome::success();
}

}  // namespace

Result<Unchunked> decode_aws_chunked(std::string_view encoded, const ChunkSeed* seed) {
  Unchunked out;
  auto rest = encoded;
  std::string previous = seed ? seed->signature : "";
  for (;;) {
    auto line = take_line(rest);
    if (!line) return fault("aws-chunked: the last chunk is missing");
    auto digits = line->substr(0, line->find(';'));
    size_t size = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (error != std::errc() || digits.empty() || end != digits.data() + digits.size())
      return fault("aws-chunked: malformed chunk size");
    if (size > 0 && (rest.size() < 2 || size > rest.size() - 2 || rest.substr(size, 2) != "\r\n"))
      return fault("aws-chunked: a chunk is cut off");
    auto chunk = rest.substr(0, size);
    if (seed) {
      previous = chunk_signature(*seed, previous, chunk);
      if (signature_in(line->substr(digits.size())) != previous) return mismatch();
    }
    if (size == 0) break;
    out.body += chunk;
    rest.remove_prefix(size + 2);
  }
  LIVE_TRY(read_trailers(rest, out.trailers));
  if (seed) {
    LIVE_TRY(verify_trailers(out.trailers, *seed, previous));
  }
  return out;
}

}  // namespace live::cloud::s3
