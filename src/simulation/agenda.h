// What happens when, in virtual time. Things of the same moment happen in the order in which they were
// planned.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

namespace live::simulation {

using Moment = std::chrono::nanoseconds;  // since the schedule began

class Agenda {
 public:
  Moment now() const { return now_; }
  void at(Moment moment, std::function<void()> action) {
    plans_.push({std::max(moment, now_), planned_++, std::move(action)});
  }
  void after(std::chrono::nanoseconds time, std::function<void()> action) {
    at(now_ + time, std::move(action));
  }
  bool step() {  // false: nothing is planned
    if (plans_.empty()) return false;
    auto plan = std::move(const_cast<Plan&>(plans_.top()));  // popped at once
    plans_.pop();
    now_ = plan.moment;
    plan.action();
    return true;
  }
  void clear() { plans_ = {}; }
  // What reached a process: a message, an answer, a timer, a fault.
  void count_event() { ++events_; }
  uint64_t events() const { return events_; }

 private:
  struct Plan {
    Moment moment;
    uint64_t number;
    std::function<void()> action;
    bool operator<(const Plan& other) const {
      return std::pair(moment, number) > std::pair(other.moment, other.number);
    }
  };
  std::priority_queue<Plan> plans_;
  Moment now_{0};
  uint64_t planned_ = 0, events_ = 0;
};

}  // namespace live::simulation
