// A function's memory limit: looks at what its processes use while it starts or runs a call. No timer runs
// between calls, and one that is far from its limit is looked at less often, as are all where they are many.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>

#include "base/async.h"

namespace live {

// What a process and its descendants have for themselves. Pages of files (programs, libraries) are not
// counted: processes share them. 0: it is gone.
long memory_mb_of(pid_t pid);
// Likewise, where what a child has inherited counts once. It costs milliseconds.
long exact_memory_mb_of(pid_t pid);

// As long as it takes to use up what is left, at the pace at which a process can be given memory.
std::chrono::milliseconds until_next_look(long used_mb, long limit_mb);

// So that all watches that look take a hundredth of a processor together, by what one look took of it; at
// most a second. With fifty workers it would be most of a processor, and whoever looks has to say that their
// calls are alive.
std::chrono::milliseconds until_paid(std::chrono::nanoseconds took, int watches);

class MemoryWatch {
 public:
  struct Events {
    std::function<bool()> is_wanted;                // false: nothing runs, and it rests
    std::function<void(long used_mb)> on_exceeded;  // once
  };

  MemoryWatch(Executor executor, pid_t pid, long limit_mb, Events events);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;

  void wake();  // something begins to run

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
