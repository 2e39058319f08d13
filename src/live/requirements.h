// What the requirements.txt of a Python function, or of a layer's entry, asks for and its interpreter does
// not have: installed by that interpreter's pip below the app's state folder, once for each content.
#pragma once

#include <filesystem>

#include "base/async.h"
#include "base/result.h"
#include "live/function_table.h"
#include "live/observer.h"
#include "runtime/interpreter.h"
#include "runtime/places.h"

namespace live {

class Requirements {
 public:
  // `folder` is where they are put, `runtimes` where our clients are. The observer is borrowed.
  Requirements(Executor executor, Observer& observer, std::filesystem::path folder,
               std::filesystem::path runtimes);

  // Where they are; empty: nothing more is needed than what the interpreter has. Fault: pip's own words and
  // the next step; the next call tries again.
  Async<Result<std::filesystem::path>> ensure(LocalFunction function, Interpreter interpreter);
  // Likewise of one of its layers, which has a folder here.
  Async<Result<std::filesystem::path>> ensure_layer(LocalFunction function, LayerSource layer,
                                                    Interpreter interpreter);
  // Likewise of the debugger that an interpreter needs.
  Async<Result<std::filesystem::path>> ensure_debugger(LocalFunction function, Interpreter interpreter);

 private:
  struct Wanted;
  Async<Result<std::filesystem::path>> ensure(Wanted wanted);
  Async<bool> are_there(Wanted wanted);
  Async<Result<void>> install(Wanted wanted, std::filesystem::path target);

  Executor executor_;
  Observer& observer_;
  std::filesystem::path folder_, runtimes_;
  Places turns_;  // one at a time into each folder
};

}  // namespace live
