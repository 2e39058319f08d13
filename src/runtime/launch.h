// How a program is started: from Lambda's runtime identifier to a command line and an environment. Pure, but
// for looking whether the files are there. One file a language: launch_node.cpp, launch_bootstrap.cpp, …
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "process/process.h"
#include "runtime/language.h"
#include "runtime/own_folders.h"
#include "runtime/worker.h"

namespace live {

struct Launch {
  Command command;
  std::string function{};  // whose it is
  // A process that waits with the runtime loaded, and can become this program; nothing: none can.
  std::optional<Command> spare{};
  // Its client of the Runtime API is whichever the user has chosen, and is told a host and a port, as on
  // Lambda: it is known by its connections.
  bool brings_its_client = false;
  bool is_probed = false;          // it answers by a DotnetProbe
  bool init_waits = false;         // until a debugger has attached to it, which it says by that
  std::filesystem::path loaded{};  // where it notes what it has loaded; empty: nowhere
  // Of a worker that finds folders of its own at /tmp and /opt: whose they are, what it reads, and what /opt
  // has.
  Scratch* scratch = nullptr;
  Reachable reads{};
  std::vector<std::filesystem::path> layers{};
  std::filesystem::path read_only{};  // a folder, or empty
};

// Fault: the runtime is not supported, or what it would run is not there.
Result<Launch> launch(const Program& program, std::string_view runtime_api);

// Functions of this runtime can be run on this machine, if what they need is installed.
bool can_launch(std::string_view runtime);

// What V8 is told of the memory that there is: it cannot be told later. Zeros: nothing.
struct NodeHeap {
  int old_mb = 0, semi_mb = 0;
  static NodeHeap of(int memory_mb, Limits limits);
};

// They wait to be told what to become.
Command node_spare(const std::filesystem::path& runtimes, NodeHeap heap);
Command python_spare(const std::filesystem::path& runtimes, const std::string& python);
Command ruby_spare(const std::filesystem::path& runtimes, const std::string& ruby);

}  // namespace live
