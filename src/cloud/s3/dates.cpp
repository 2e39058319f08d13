#include "cloud/s3/dates.h"

#include <ctime>
#include <string>

namespace live::cloud::s3 {

std::optional<int64_t> parse_http_date(std::string_view text) {
  std::tm parts{};
  std::string copy(text);
  auto* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return int64_t(timegm(&parts)) * 1000;
}

std::optional<int64_t> parse_iso8601(std::string_view text) {
  std::tm parts{};
  std::string copy(text);
  auto* end = strptime(copy.c_str(), "%Y-%m-%d", &parts);
  if (end == nullptr) return std::nullopt;
  if (*end == 'T') {
    end = strptime(end, "T%H:%M:%S", &parts);
    if (end == nullptr) return std::nullopt;
  }
  int64_t millis = 0;
  if (*end == '.') {
    int64_t scale = 100;
    for (++end; *end >= '0' && *end <= '9'; ++end, scale /= 10) millis += (*end - '0') * scale;
  }
  if (*end != '\0' && std::string_view(end) != "Z" && std::string_view(end) != "+00:00") return std::nullopt;
  return int64_t(timegm(&parts)) * 1000 + millis;
}

}  // namespace live::cloud::s3
