// What of a log group was not shown yet. CloudWatch gives events in the order of their times, but takes some
// in late: each look goes back a while, and an event counts once. Decides; performs no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "aws/logs.h"
#include "base/clock.h"
#include "base/result.h"

namespace live {

class LogTail {
 public:
  explicit LogTail(TimePoint since) : since_ms_(to_millis(since)) {}

  int64_t from_ms() const;  // where the next look begins
  // The new ones of a page; those of a function's first look are all new.
  std::vector<aws::LogEvent> take(std::vector<aws::LogEvent> page);
  void looked();  // all pages of a look were taken

 private:
  int64_t since_ms_;
  int64_t newest_ms_ = 0;
  std::map<std::string, int64_t, std::less<>> seen_;  // ids with their times
};

// "10m", "2h", "1d", "90s", "1w", or a time: "2026-11-26T18:00:00Z", "2026-11-26". Fault: neither.
Result<TimePoint> since_time(const std::string& text, TimePoint now);

}  // namespace live
