// The forms of time that S3's requests carry. All in milliseconds since the epoch.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace live::cloud::s3 {

std::optional<int64_t> parse_http_date(std::string_view text);  // Mon, 23 Nov 2026 07:20:00 GMT
std::optional<int64_t> parse_iso8601(std::string_view text);  // 2026-11-23T07:20:00(.123)Z, or the date alone

}  // namespace live::cloud::s3
