// How many processes start at once. More than the machine has cores for only slow each other down, and starve
// whoever has to tell the stubs that we are there.
#pragma once

#include <chrono>
#include <memory>

#include "base/async.h"

namespace live {

class Starts {
 public:
  // Who holds a place longer (its init waits for something) does not keep others from starting.
  explicit Starts(Executor executor, size_t most = for_this_machine(),
                  std::chrono::milliseconds longest = std::chrono::seconds(1));
  static size_t for_this_machine();

  using Place = std::shared_ptr<void>;  // left when the last copy goes
  // In the order of asking. Null: none came free within `patience`.
  Async<Place> enter(std::chrono::nanoseconds patience);

 private:
  struct State;
  struct Turn;
  struct Held;
  std::shared_ptr<State> state_;
};

}  // namespace live
