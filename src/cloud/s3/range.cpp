#include "cloud/s3/range.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "base/encoding.h"

namespace live::cloud::s3 {
namespace {

std::optional<int64_t> number(std::string_view text) {
  int64_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || out < 0) return std::nullopt;
  return out;
}

}  // namespace

ParsedRange parse_range(std::string_view text, int64_t size) {
  using Kind = ParsedRange::Kind;
  if (!text.starts_with("bytes=")) return {};
  text.remove_prefix(6);
  auto dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return {};
  auto first = number(text.substr(0, dash));
  auto last = number(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return {};
    if (*last == 0 || size == 0) return {Kind::unsatisfiable};
    return {Kind::satisfiable, {size - std::min(*last, size), size - 1}};
  }
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return {};
  if (*first >= size) return {Kind::unsatisfiable};
  return {Kind::satisfiable, {*first, std::min(last.value_or(size - 1), size - 1)}};
}

std::string content_range(const ByteRange& range, int64_t size) {
  return fmt::format("bytes {}-{}/{}", range.first, range.last, size);
}

ApiResult<CopySource> parse_copy_source(std::string_view text) {
  auto malformed = api_error(400, "InvalidArgument", "Invalid copy source object key");
  CopySource out;
  if (auto query = text.find("?versionId="); query != std::string_view::npos) {
    out.version_id = text.substr(query + 11);
    text = text.substr(0, query);
  }
  auto decoded = uri_decode(text);
  if (!decoded) return malformed;
  std::string_view path = *decoded;
  if (path.starts_with('/')) path.remove_prefix(1);
  auto slash = path.find('/');
  if (slash == std::string_view::npos || slash + 1 == path.size()) return malformed;
  out.bucket = path.substr(0, slash);
  out.key = path.substr(slash + 1);
  return out;
}

}  // namespace live::cloud::s3
