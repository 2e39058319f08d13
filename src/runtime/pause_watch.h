// Whether a debugger holds a process that nothing passes us of: it is asked for a sign of life while it runs
// something. One that is slow, or starved, is not held: only what has answered before and has a debugger is.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/async.h"
#include "base/timer.h"

namespace live {

class PauseWatch {
 public:
  enum class State {
    alone,     // without a debugger
    attached,  // to one: then only that time counts in which it has shown that it runs
    paused,    // by it
  };
  struct Events {
    std::function<bool()> is_wanted;  // false: nothing runs, and it rests
    std::function<bool()> is_attached;
    std::function<void()> ask;  // the process, which leads to answered()
    std::function<void(State, Steady::time_point since)> on_change;
    std::function<void(std::chrono::nanoseconds)> on_ran;  // while attached
    std::function<void()> on_abandoned;  // its debugger has left it stopped, and it goes on no more
  };

  PauseWatch(const Executor& executor, Events events);
  PauseWatch(const PauseWatch&) = delete;

  void wake();  // something begins to run
  void answered();

 private:
  struct Watch;
  std::shared_ptr<Watch> watch_;
};

}  // namespace live
