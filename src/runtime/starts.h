// How many processes start at once. More than the machine has cores for only slow each other down, and starve
// whoever has to answer them.
#pragma once

#include <chrono>

#include "runtime/places.h"

namespace live {

class Starts {
 public:
  // Who holds a place longer (its init waits for something) does not keep others from starting.
  explicit Starts(Executor executor, size_t most = for_this_machine(),
                  std::chrono::milliseconds longest = std::chrono::seconds(1))
      : executor_(std::move(executor)), places_(executor_, {most, most}), longest_(longest) {}
  static size_t for_this_machine();

  // As Places::enter.
  Async<Places::Place> enter(std::chrono::nanoseconds patience);

 private:
  struct Held;
  Executor executor_;
  Places places_;
  std::chrono::milliseconds longest_;
};

}  // namespace live
