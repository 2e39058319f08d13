#include "base/clock.h"

#include <fmt/format.h>

namespace live {
namespace {

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
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  Civil const c = civil(at);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[c.weekday], c.day,
                     kMonths[c.month - 1], c.year, c.hour, c.minute, c.second);
}

}  // namespace live
