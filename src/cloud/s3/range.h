// The small grammars in S3's headers: byte ranges and copy sources.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cloud/call.h"

namespace live::cloud::s3 {

struct ByteRange {
  int64_t first = 0, last = 0;  // both included
};
struct ParsedRange {
  enum class Kind { ignored, satisfiable, unsatisfiable };  // ignored: malformed, or several ranges
  Kind kind = Kind::ignored;
  ByteRange bytes{};
};
ParsedRange parse_range(std::string_view text, int64_t size);
std::string content_range(const ByteRange& range, int64_t size);

struct CopySource {
  std::string bucket, key, version_id;
};
ApiResult<CopySource> parse_copy_source(std::string_view text);  // "/bucket/key%20with?versionId=…"

}  // namespace live::cloud::s3
