// Whether a process has something to do, and how it shares the machine with us.
#pragma once

#include <sys/types.h>

namespace live {

// One of its threads runs, waits for a processor, or waits for the disk. Not what its children do.
bool is_working(pid_t pid);

// A process that leads its group, with all that is in it: where all want a processor others come first.
void let_others_come_first(pid_t pid);

}  // namespace live
