// What a process has started, at any remove, as far as whoever started it still runs (lineage.h knows
// others).
#pragma once

#include <sys/types.h>

#include <vector>

namespace live {

std::vector<pid_t> descendants_of(pid_t pid);

}  // namespace live
