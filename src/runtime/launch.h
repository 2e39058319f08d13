// How a program is started: from Lambda's runtime identifier to a command line and an environment. Pure, but
// for looking whether the files are there.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "process/process.h"
#include "runtime/worker.h"

namespace live {

struct Launch {
  Command command;
  bool can_be_spare = false;  // a process that waits with the runtime loaded can become this program
};

// Fault: the runtime is not supported, or what it would run is not there.
Result<Launch> launch(const Program& program, std::string_view runtime_api);

Command node_spare(const std::filesystem::path& runtimes);  // waits to be told what to become

bool is_node(std::string_view runtime);  // nodejs18.x, nodejs22.x, …

}  // namespace live
