// A limit of time that stands while a debugger holds the process. Decides; whoever waits asks it for the end.
#pragma once

#include <chrono>

namespace live {

class Countdown {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class State { runs, stands };
  Countdown(std::chrono::nanoseconds limit, Time now, State state)
      : left_(limit), since_(now), state_(state) {}

  void set(State state, Time now) {
    if (state == state_) return;
    if (state == State::stands) left_ -= now - since_;
    since_ = now;
    state_ = state;
  }
  // While it stands: so much has passed all the same.
  void count(std::chrono::nanoseconds time) {
    left_ -= time;
    is_used_up_ = left_.count() <= 0;
  }
  Time end() const {
    bool const stands = state_ == State::stands && !is_used_up_;
    return stands ? Time::max() : since_ + left_;
  }
  bool over(Time now) const { return now >= end(); }

 private:
  std::chrono::nanoseconds left_;  // since `since_`
  Time since_;
  State state_;
  bool is_used_up_ = false;
};

}  // namespace live
