// Starts a program with vfork and exec, which costs the same however big we are, and gives what is needed to
// follow it. Nothing here waits.
#pragma once

#include <sys/types.h>

#include <utility>

#include "process/process.h"

namespace live {

class Descriptor {  // closed with its owner
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor();
  int number() const { return number_; }
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

struct Spawned {
  pid_t pid = -1;
  Descriptor pidfd;     // readable once the process has ended
  Descriptor input;     // -1 unless the command takes input
  Descriptor out, err;  // non-blocking
};

// The child leads a process group of its own, dies with us, and inherits no descriptor but 0, 1 and 2.
Result<Spawned> spawn(const Command& command);

}  // namespace live
