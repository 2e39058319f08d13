// Who watches invocations: the terminal, a recorder, a test. Told of facts; never on the path.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "invocation/invocation.h"
#include "live/function_table.h"
#include "process/process.h"

namespace live {

// Where the time of one call went, as far as this machine sees it.
struct Timing {
  std::chrono::microseconds build{0};    // waiting for the function's code
  std::chrono::microseconds queue{0};    // waiting for a worker's place
  std::chrono::microseconds init{0};     // starting the worker, when it had none
  bool init_is_over = true;              // false: the call is, sooner
  std::chrono::microseconds handler{0};  // from the event given to the result taken
  struct Streamed {
    size_t bytes = 0;
    std::chrono::microseconds first{0};  // until the stream began, of all the time together
  };
  std::chrono::microseconds debugger{0};  // of init and handler: held by a debugger
  long max_memory_mb = 0;                 // of its worker, the most so far; 0: it had none
  std::optional<Streamed> streamed{};  // of an answer that streamed: told when it has ended, without payload

  // What the handler has by now is the init of its worker first, which has taken so long; zero: it is all
  // init, which goes on, or has ended the process.
  void take_init(std::chrono::milliseconds taken) {
    init_is_over = taken.count() > 0;
    std::chrono::microseconds const of_init = init_is_over ? taken : handler;
    init += of_init;
    handler -= std::min(handler, of_init);
  }
};

// What AWS would bill of it: init and handler, in whole milliseconds.
inline int64_t billed_ms(const Timing& timing) {
  return std::chrono::ceil<std::chrono::milliseconds>(timing.init + timing.handler).count();
}

// What a call waits for.
enum class Phase {
  build,
  queue,
  init,
  handler,
  upload,
  attach,   // its init is held until a debugger lets it go
  debugger  // is paused in one
};

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void received(const LocalFunction& function, const Invocation& invocation) = 0;
  // It waits for its turn: so many workers are there, which is the limit.
  virtual void queued(const LocalFunction& function, const Invocation& invocation, size_t workers) = 0;
  // A call begins with Phase::build.
  virtual void entered(std::string_view /*request_id*/, Phase) {}
  // Output of the user's code; `request_id` is empty during init.
  virtual void printed(const LocalFunction& function, std::string_view request_id, Process::Stream stream,
                       std::string_view line) = 0;
  virtual void answered(const LocalFunction& function, const Invocation& invocation, const Reply& reply,
                        const Timing& timing) = 0;
  // A variable of the remote environment that the function's process does not get: it would change how that
  // starts, and the app's template does not have it with this value.
  virtual void ignored(const LocalFunction&, std::string_view /*variable*/) {}
  // A debugger that attaches by a process's id finds the call here.
  virtual void runs_in(const LocalFunction&, std::string_view /*request_id*/, pid_t) {}
  // What its requirements.txt asks for, or its debugger, into a folder of ours.
  virtual void installing(const LocalFunction&, std::string_view /*what*/,
                          const std::filesystem::path& /*folder*/) {}
  virtual void installed(const LocalFunction&, std::chrono::microseconds /*took*/) {}
  virtual void not_debugged(const LocalFunction&, std::string_view /*why*/) {}
  virtual void layer_missing(const LocalFunction&, std::string_view /*layer*/, std::string_view /*why*/) {}
  // Of a layer that is there: they do not run, and so this is not there.
  virtual void extensions_absent(const LocalFunction&, std::string_view /*layer*/,
                                 const std::vector<std::string>& /*extensions*/, std::string_view /*lacks*/) {
  }
  // What the developer should know of a call.
  virtual void note(std::string_view /*request_id*/, std::string_view /*text*/) {}
  virtual void rebuilt(const LocalFunction& function, std::chrono::microseconds took) = 0;
  virtual void build_failed(const LocalFunction& function, std::string_view errors) = 0;
};

}  // namespace live
