// What a process has started, at any remove, although it may have left the group of that process.
#pragma once

#include <sys/types.h>

#include <vector>

#include "process/spawn.h"

namespace live {

std::vector<pid_t> descendants_of(pid_t pid);

// Descendants of a process outside its group. They are held: whoever has their number later is not ended.
class Strays {
 public:
  void add_those_of(pid_t leader);  // of a group, which still runs: later they are nobody's descendants
  void end();                       // SIGKILL

 private:
  std::vector<Descriptor> held_;
};

}  // namespace live
