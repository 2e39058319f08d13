// A function's memory limit, where no cgroup enforces it: looks at what its processes use while a call runs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>

#include "base/async.h"

namespace live {

// Resident memory of a process, and what its children have for themselves. 0: it is gone.
long memory_mb_of(pid_t pid);

class MemoryWatch {
 public:
  using OnExceeded = std::function<void(long used_mb)>;  // once

  MemoryWatch(Executor executor, long limit_mb, OnExceeded exceeded,
              std::chrono::milliseconds interval = std::chrono::milliseconds(200));
  ~MemoryWatch();

  void begin(pid_t pid);
  void end();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace live
