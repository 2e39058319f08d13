// What all local workers have in common.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>

#include "runtime/limits.h"

namespace live {

class Cgroups;
class DebugPorts;
class Scratch;
class Spares;

struct FleetOptions {
  std::filesystem::path runtimes;       // the folder with the Runtime API clients
  std::filesystem::path loaded{};       // a folder: what each function has loaded
  Spares* spares = nullptr;             // borrowed; processes that wait with the runtime loaded
  Scratch* scratch = nullptr;           // borrowed; the workers' temporary files
  Cgroups* cgroups = nullptr;           // borrowed; where the kernel limits the workers' memory
  DebugPorts* debug_ports = nullptr;    // borrowed
  std::chrono::minutes idle_limit{15};  // after it a worker ends: its stub is long frozen or gone
  std::chrono::seconds sweep_interval{30};
  // A call that needs one more waits for its turn, until its deadline. 0: as many as this machine's memory
  // takes; of one function: as of all.
  size_t most_workers = 0, most_of_one_function = 0;
  Limits limits = Limits::enforced;

  static FleetOptions for_this_machine(FleetOptions options);  // with the figures in the place of zeros
};

}  // namespace live
