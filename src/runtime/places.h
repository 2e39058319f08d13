// Who may have a worker: so many at once, of one function and of all. Who comes when none is free waits in
// the order of asking; one whose own function is at its limit does not hold up the others.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/async.h"

namespace live {

class Places {
 public:
  struct Limits {
    size_t overall, of_one_function;
  };
  Places(Executor executor, Limits limits);

  using Place = std::shared_ptr<void>;  // left when the last copy goes
  // Null: none came free within `patience`.
  Async<Place> enter(std::string function, std::chrono::nanoseconds patience);

  bool free_for(std::string_view function) const;  // enter() would not wait
  // Somebody waits who could come in if a place of this function were left.
  bool wanted(std::string_view function) const;
  bool function_is_full(std::string_view function) const;  // by its own limit
  size_t taken() const;
  size_t waiting() const;

 private:
  struct State;
  struct Turn;
  struct Held;
  std::shared_ptr<State> state_;
};

}  // namespace live
