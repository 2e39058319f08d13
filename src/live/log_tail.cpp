#include "live/log_tail.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

namespace live {
namespace {

constexpr int64_t kLate_ms = 30'000;  // between an event's time and when CloudWatch has it, at most

std::optional<std::chrono::seconds> unit_of(char letter) {
  switch (letter) {
    case 's':
      return std::chrono::seconds(1);
    case 'm':
      return std::chrono::minutes(1);
    case 'h':
      return std::chrono::hours(1);
    case 'd':
      return std::chrono::hours(24);
    case 'w':
      return std::chrono::hours(24 * 7);
    default:
      return std::nullopt;
  }
}

std::optional<TimePoint> relative(std::string_view text, TimePoint now) {
  if (text.size() < 2) return std::nullopt;
  int64_t count = 0;
  auto const* end = text.data() + text.size() - 1;
  auto const read = std::from_chars(text.data(), end, count);
  auto const unit = unit_of(text.back());
  constexpr int64_t kMost = 10'000'000;  // of any unit: nothing is that old, and it does not overflow
  if (read.ec != std::errc() || read.ptr != end || !unit || count < 0 || count > kMost) return std::nullopt;
  return now - count * *unit;
}

std::optional<TimePoint> absolute(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, used = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &year, &month, &day, &used) != 3) return std::nullopt;
  std::string const rest = text.substr(size_t(used));
  used = 0;
  if (!rest.empty() && std::sscanf(rest.c_str(), "T%2d:%2d:%2d%n", &hour, &minute, &second, &used) != 3 &&
      std::sscanf(rest.c_str(), "T%2d:%2d%n", &hour, &minute, &used) != 2)
    return std::nullopt;
  auto const behind = rest.substr(size_t(used));
  auto const date = std::chrono::year(year) / month / day;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  if (!behind.empty() && behind != "Z" && !behind.starts_with('.')) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace

int64_t LogTail::from_ms() const { return std::max(since_ms_, newest_ms_ - kLate_ms); }

std::vector<aws::LogEvent> LogTail::take(std::vector<aws::LogEvent> page) {
  std::erase_if(page, [this](const aws::LogEvent& one) { return !seen_.emplace(one.id, one.at_ms).second; });
  for (auto const& one : page) newest_ms_ = std::max(newest_ms_, one.at_ms);
  return page;
}

void LogTail::looked() {
  std::erase_if(seen_, [from = from_ms()](auto const& one) { return one.second < from; });
}

Result<TimePoint> since_time(const std::string& text, TimePoint now) {
  if (auto const at = relative(text, now)) return *at;
  if (auto const at = absolute(text)) return *at;
  return fault(fmt::format(
      "--since: \"{}\" is neither a time ago (30s, 10m, 2h, 1d, 1w) nor a time (2026-11-26T18:00:00Z)",
      text));
}

}  // namespace live
