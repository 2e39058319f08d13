// Who sees to it that functions keep to their memory on this machine: the kernel, by a cgroup for each
// process, where we may make any; else we, who look at what they use (memory_watch.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "process/cgroup.h"

namespace live {

struct MemoryLimits {
  // Puts us into another cgroup, if it has to: what we start from now on is there, too.
  static MemoryLimits of_this_machine();

  std::shared_ptr<Cgroups> cgroups;       // null: we look
  std::string why_watched;                // empty: the kernel does
  std::filesystem::path temporary_files;  // where functions have theirs
};

}  // namespace live
