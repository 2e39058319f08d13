// Whether time leapt between two looks of a timer: the process was stopped, the machine slept, or its clock
// was set. After any of them what was heard before says nothing of a connection now. Decides; performs no
// I/O.
//
// The wall clock shows all three: it goes on through a sleep, in which the timers' own clock stands.
#pragma once

#include <utility>

#include "base/clock.h"

namespace live {

class Standstill {
 public:
  Standstill(TimePoint now, Milliseconds interval) : last_(now), interval_(interval) {}

  // Asked once an interval. True: more or less time has passed than that and a busy machine explain.
  bool noticed(TimePoint now) {
    auto const passed = now - std::exchange(last_, now);
    return passed > interval_ + kBusy || passed < -kBusy;
  }

 private:
  static constexpr auto kBusy = 2s;
  TimePoint last_;
  Milliseconds interval_;
};

}  // namespace live
