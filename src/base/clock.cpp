#include "base/clock.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include <fmt/format.h>

namespace live {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Civil {
  int year, month, day, weekday, hour, minute, second, millis;
};

Civil civil(TimePoint at) {
  using namespace std::chrono;
  auto const day = floor<days>(at);
  year_month_day const date(day);
  hh_mm_ss const time(floor<milliseconds>(at - day));
  return {int(date.year()),
          int(unsigned(date.month())),
          int(unsigned(date.day())),
          int(weekday(day).c_encoding()),
          int(time.hours().count()),
          int(time.minutes().count()),
          int(time.seconds().count()),
          int(time.subseconds().count())};
}

}  // namespace

SleeplessClock::time_point SleeplessClock::now() {
  timespec time{};
  ::clock_gettime(CLOCK_BOOTTIME, &time);
  return time_point(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

int64_t to_millis(TimePoint at) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
}

TimePoint from_millis(int64_t millis) { return TimePoint(std::chrono::milliseconds(millis)); }

std::string iso8601(TimePoint at) {
  Civil const c = civil(at);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", c.year, c.month, c.day, c.hour, c.minute,
                     c.second, c.millis);
}

std::string basic_iso8601(TimePoint at) {
  Civil const c = civil(at);
  return fmt::format("{:04}{:02}{:02}T{:02}{:02}{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second);
}

std::string http_date(TimePoint at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  Civil const c = civil(at);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[c.weekday], c.day,
                     kMonths[size_t(c.month - 1)], c.year, c.hour, c.minute, c.second);
}

std::optional<TimePoint> parse_http_date(std::string_view text) {
  int day = 0, year = 0, hour = 0, minute = 0, second = 0;
  char name[4] = {};
  std::string const whole(text);
  int const read = std::sscanf(whole.c_str(), "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &day, name, &year, &hour,
                               &minute, &second);
  auto const month = std::find(kMonths.begin(), kMonths.end(), name);
  if (read != 6 || month == kMonths.end()) return std::nullopt;
  auto const date = std::chrono::year(year) / int(month - kMonths.begin() + 1) / day;
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return TimePoint(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace live
