// A crash must not write the memory of a process that holds keys and events to a disk.
#pragma once

namespace live {

// Of this process and of those that it starts: no core file, and where a program takes dumps instead
// (systemd-coredump, apport), one without the memory that a process has for itself.
void leave_no_core_dump();

}  // namespace live
