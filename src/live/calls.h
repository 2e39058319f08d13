// The calls of this moment: whose lines may be written, so that each reads as one block when many run at
// once, and what the slow ones wait for. Decides; the time is told to it.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/timer.h"
#include "live/observer.h"

namespace live {

class Calls {
 public:
  using Write = std::function<void(std::string_view line)>;
  explicit Calls(Write write) : write_(std::move(write)) {}

  void begin(std::string_view id, std::string name, int timeout_seconds, Steady::time_point now);
  void enter(std::string_view id, Phase phase, Steady::time_point now);
  // At once, while nobody else's block is being written; else when that ends or falls silent. Of a call that
  // does not run: at once.
  void line(std::string_view id, std::string_view line, Steady::time_point now);
  void end(std::string_view id, Steady::time_point now);
  // Others' lines stand between what was written of this call and what comes: the latter should name it
  // again.
  const std::string* name_to_repeat(std::string_view id) const;

  void release(Steady::time_point now);  // writes what has been held for long enough
  void release_all();
  std::optional<Steady::time_point> due() const;  // when release() or slow() will have something new

  struct Slow {
    std::string id, name;
    Phase phase;
    std::chrono::milliseconds age;  // of the call
    int timeout_seconds;
    bool is_news;  // for the first time, or held by a debugger meanwhile
  };
  std::vector<Slow> slow(Steady::time_point now);  // that have run for a second or more, the oldest first

 private:
  struct Call {
    std::string id, name;
    int timeout_seconds = 0;
    Phase phase = Phase::build;
    Steady::time_point begun;
    std::vector<std::string> held{};
    Steady::time_point held_since{};
    bool ended = false, written = false, interrupted = false;
    std::vector<Phase> told{};  // what it waited for then
  };
  Call* find(std::string_view id);
  const Call* find(std::string_view id) const;
  void forget(std::string_view id);
  bool somebody_speaks(Steady::time_point now) const;
  bool has_only_begun(const Call& call) const;
  static bool is_told(const Call& call);
  std::string name_of_ended(std::string_view id) const;
  Steady::time_point release_time(const Call& call) const;
  void write(Call& call, std::string_view line);
  void write_held(Call& call);
  void pass_on(Steady::time_point now);

  Write write_;
  struct Ended {
    std::string id, name;
  };
  std::vector<Call> calls_;  // by their beginning
  std::deque<Ended> ended_;  // the latest: their answers may still be on their way
  std::string speaker_;      // id of the call whose block is being written, or empty
  Steady::time_point spoke_at_;
  std::string last_;  // id of the call whose line was written last
};

}  // namespace live
