// Who descends from a process, at any remove: the kernel hands a number down from it to its children, which
// no other program, session, parent or environment of theirs takes away.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

namespace live {

class Lineage {
 public:
  // Nothing: our own limits leave no room for it.
  static std::optional<Lineage> create();

  // Of the process that calls it, from now on. Calls the system alone, as a child has to before its exec.
  void begin_here() const;
  bool has(pid_t pid) const;
  // SIGKILL to those that descend from `leader`, which has ended and is not reaped yet.
  void end_heirs_of(pid_t leader) const;

 private:
  explicit Lineage(uint64_t number) : number_(number) {}
  void end(pid_t pid) const;

  uint64_t number_;
};

}  // namespace live
