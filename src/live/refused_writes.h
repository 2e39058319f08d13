// The task root is read-only on Lambda, and here for processes that start anew for their function. Their own
// words for a write that fails name no reason: it is told beside them.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "live/function_table.h"
#include "live/observer.h"
#include "process/mounts.h"

namespace live {

// Interpreted functions run from the developer's sources by a process that waited, with what interpreters and
// tools put beside sources (caches, coverage): theirs can be written to, which they tell (Worker::Events).
Mount::Access task_root_access(const LocalFunction& function);

class RefusedWrites {
 public:
  explicit RefusedWrites(Observer& observer) : observer_(observer) {}
  // Something that a function printed, or its error. Told once for each function.
  void look_at(const LocalFunction& function, std::string_view request_id, std::string_view text);

 private:
  Observer& observer_;
  std::set<std::string> told_;
};

}  // namespace live
