// The developer's code, ready to run: built when first called, watched from then on, built again when it
// changed.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "live/function_table.h"

namespace live {

class Code {
 public:
  struct Ready {
    std::filesystem::path task_root;
    std::string handler;
    uint64_t generation = 0;             // another number: other code
    std::filesystem::path executable{};  // of a compiled language; empty: as the task root has it
    std::vector<std::filesystem::path> class_path{};  // of Java
    // Of a language that is interpreted: by what, and where packages lie that are not in the task root.
    std::filesystem::path interpreter{};
    std::vector<std::filesystem::path> packages{};
    std::filesystem::path debugger{};             // its library, where the interpreter does not have it
    std::vector<std::filesystem::path> layers{};  // unpacked, in the function's order
    bool lacks_layers = false;                    // some could not be had, which has been told
  };
  virtual ~Code() = default;
  // Waits for a build that is under way. Fault: the build's errors, as the developer should read them; the
  // next save builds again.
  virtual Async<Result<Ready>> ready(LocalFunction function) = 0;
  // What takes long to build may be built before it is called.
  virtual void prepare(const FunctionTable&) {}
  // A function itself changes this file now: that is no save.
  virtual void written(const std::filesystem::path&) {}
  // It has left it in this state (file_state): any other is one.
  virtual void left(const std::filesystem::path&, std::string_view /*state*/) {}
};

}  // namespace live
