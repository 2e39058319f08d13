// Whose process is at the other end of a connection on this machine, as the kernel tells it in /proc.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace live {

struct LoopbackConnection {  // of 127.0.0.1, as whoever opened it sees it
  uint16_t from = 0, to = 0;
};

// A process of our user has it open that is `leader`, was started by it (at any remove), or is of the process
// group that it leads.
bool is_of(pid_t leader, LoopbackConnection connection);

}  // namespace live
