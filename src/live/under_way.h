// Something that takes its time, and how far it is.
#pragma once

#include <string>
#include <vector>

#include "base/timer.h"

namespace live {

class UnderWay {
 public:
  virtual ~UnderWay() = default;
  // How far it is now, for the end of a terminal.
  virtual std::vector<std::string> pinned(size_t columns, Steady::time_point now) = 0;
  // Elsewhere: says now and then how far it is.
  virtual void report(Steady::time_point now) = 0;
};

}  // namespace live
