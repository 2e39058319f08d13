// Workers of code that has been replaced, and that run nothing. To end a process and to remove its folders
// takes time in which the new code could have answered: so they end a moment later.
#pragma once

#include <memory>

#include "base/async.h"
#include "runtime/worker.h"

namespace live {

class Retired {
 public:
  explicit Retired(Executor executor);
  ~Retired();

  void take(std::shared_ptr<Worker> worker);
  bool end();  // now; false: there was none

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
