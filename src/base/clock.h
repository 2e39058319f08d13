// What time it is, injected, so that tests decide.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace live {

using namespace std::chrono_literals;

using TimePoint = std::chrono::system_clock::time_point;
using Milliseconds = std::chrono::milliseconds;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::system_clock::now(); }
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start = TimePoint(std::chrono::seconds(1'700'000'000))) : now_(start) {}
  TimePoint now() const override { return now_; }
  void advance(std::chrono::nanoseconds by) { now_ += std::chrono::duration_cast<TimePoint::duration>(by); }

 private:
  TimePoint now_;
};

// Counts on while the machine sleeps, where the steady clock stands.
struct SleeplessClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SleeplessClock>;
  static constexpr bool is_steady = true;
  static time_point now();
};

int64_t to_millis(TimePoint at);  // since the epoch
TimePoint from_millis(int64_t millis);
std::string iso8601(TimePoint at);        // 2026-11-23T07:20:00.123Z
std::string basic_iso8601(TimePoint at);  // 20261123T072000Z, as SigV4 writes it
std::string http_date(TimePoint at);      // Mon, 23 Nov 2026 07:20:00 GMT
std::optional<TimePoint> parse_http_date(std::string_view text);

}  // namespace live
