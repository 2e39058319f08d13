// A command that is run for its answer, and does not hang.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "process/process.h"

namespace live {

struct Finished {
  ExitStatus status;
  std::vector<std::string> out, err;  // lines
};

// Fault: it could not be started, or took longer.
Async<Result<Finished>> run_to_end(Executor executor, Command command, std::chrono::milliseconds limit);

}  // namespace live
