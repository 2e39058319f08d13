// What can be seen of a debugger of .NET, which attaches to a process past us: the pipe that it is at the
// other end of, and that the process's managed threads stop, one of which answers questions here. It is our
// own (toolchain/dotnet_client.cpp).
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"

namespace live {

// Now. False of a process that is gone, or is none of .NET's.
bool has_dotnet_debugger(pid_t pid);

class DotnetProbe {
 public:
  struct Events {
    std::function<void()> on_answer;
    std::function<void()> on_init_goes_on;  // a debugger, which it waited for, has attached
  };
  enum class Init { goes_on, waits };

  static Result<std::unique_ptr<DotnetProbe>> open(const Executor& executor, Events events);
  ~DotnetProbe();
  DotnetProbe(const DotnetProbe&) = delete;

  std::string told(Init init) const;  // to the process, in kVariable
  void ask();                         // one question has one answer, if not at once

  static constexpr const char* kVariable = "LIVE_INSPECT";

 private:
  struct Pipes;
  explicit DotnetProbe(std::shared_ptr<Pipes> pipes);
  std::shared_ptr<Pipes> pipes_;
};

}  // namespace live
