// The builds of functions in compiled languages: a few at once, those first that a call waits for, and one
// for all who need the same at the same time.
#pragma once

#include <deque>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "toolchain/project.h"

namespace live {

class Toolchain {
 public:
  // `made`: a folder for what the tools make, kept from one session to the next, since it makes them quick.
  Toolchain(Executor executor, std::filesystem::path made, size_t most_at_once = 2);
  ~Toolchain();

  enum class Urgency { background, waited_for };
  // Fault: what the tool said, or that it is not installed.
  Async<Result<ToolProduct>> build(ToolSource source, Project project, Urgency urgency);
  // A call has come to wait for a build that was begun in the background.
  void hurry(const std::string& function);

 private:
  struct Turn;
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
