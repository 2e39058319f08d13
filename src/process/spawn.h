// Starts a program with vfork and exec, which costs the same however big we are, and gives what is needed to
// follow it. Nothing here waits.
#pragma once

#include <sys/types.h>

#include <optional>

#include "process/descriptor.h"
#include "process/lineage.h"
#include "process/process.h"

namespace live {

struct Spawned {
  pid_t pid = -1;
  Descriptor pidfd;                  // readable once the process has ended
  Descriptor input;                  // -1 unless the command takes input
  Descriptor out, err;               // non-blocking
  std::optional<Lineage> lineage{};  // of a command that takes all along, outside of a cgroup
};

// The child leads a process group of its own, dies with us, and inherits no descriptor but 0, 1 and 2.
Result<Spawned> spawn(const Command& command);

}  // namespace live
