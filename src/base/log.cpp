#include "base/log.h"

#include <cstdio>

#include "base/clock.h"

namespace live {

void Log::write(Level level, std::string_view line) {
  static constexpr const char* kNames[] = {"error", "warn ", "info ", "debug"};
  fmt::print(stderr, "{} {} {}\n", iso8601(SystemClock().now()), kNames[int(level)], line);
}

}  // namespace live
