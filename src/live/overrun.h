// An answer that nobody waits for any more, because a debugger held the call or its limits are lifted: AWS
// counts on, whatever stands here. And an init that ends otherwise than on AWS, where it is none of the
// call's time.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "live/observer.h"
#include "runtime/limits.h"

namespace live {

// Who waits for an answer, and gives up before the function's timeout does.
struct Caller {
  std::string name;  // "API Gateway"
  std::chrono::milliseconds patience;
};
// Nothing: it waits for as long as the function may run. Large events are not parsed.
std::optional<Caller> caller_of(const LocalFunction& function, std::string_view event);

struct Overrun {
  const LocalFunction& function;
  const Timing& timing;
  std::chrono::microseconds took;  // all in all
  bool is_after_the_end;           // of the function on AWS
  const std::optional<Caller>& caller;
  Limits limits = Limits::enforced;

  std::optional<std::string> in_words() const;  // nothing: the answer was in time

 private:
  std::optional<std::string> init_in_words() const;
  std::string next_step(std::string_view option) const;
};

}  // namespace live
