// One local execution environment: a process that runs the user's handler, one invocation at a time, and the
// Lambda Runtime API it speaks to us. The local client and the embedded AWS's Lambda share it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/result.h"
#include "invocation/invocation.h"
#include "process/process.h"
#include "runtime/debug_port.h"
#include "runtime/limits.h"

namespace live {

struct AutoAttach;
class Cgroups;
class Scratch;

struct Program {
  std::string function;             // physical name
  std::string runtime;              // Lambda's identifier: "nodejs22.x", "provided.al2023"
  std::string handler;              // "src/api.handler"
  std::filesystem::path task_root;  // LAMBDA_TASK_ROOT, and the working folder
  // Of a compiled language, where it was built; empty: as Lambda finds it in the task root.
  std::filesystem::path executable{};
  std::vector<std::filesystem::path> class_path{};
  // The process's environment, complete but for what the worker itself sets: AWS_LAMBDA_RUNTIME_API,
  // _HANDLER, LAMBDA_TASK_ROOT, LAMBDA_RUNTIME_DIR, AWS_EXECUTION_ENV, PATH, HOME, TZ, LANG.
  Environment variables;
  int memory_mb = 128;
  Limits limits = Limits::enforced;
  std::chrono::milliseconds init_timeout =
      std::chrono::minutes(15);    // beside that of the call that waits for it
  std::filesystem::path runtimes;  // the folder with the Runtime API clients (node/…)
  // Of a language that an interpreter of this machine runs (interpreter.h); empty: as PATH has it.
  std::filesystem::path interpreter{};
  std::vector<std::filesystem::path> layers{};  // unpacked, in the function's order
  // Where the function's packages are that do not lie in its task root.
  std::vector<std::filesystem::path> packages{};
  // Where it has a /tmp of its own, may it write below its task root? On Lambda nothing may.
  Mount::Access task_root_access = Mount::Access::as_it_is;
  // Where a process notes which packages it has loaded, so that later ones load them sooner; empty: nowhere.
  std::filesystem::path loaded{};
  Scratch* scratch = nullptr;  // for its temporary files; borrowed for its start
  Cgroups* cgroups = nullptr;  // where the kernel limits its memory; borrowed for its start
  // The library of its debugger, where the interpreter does not have it; of .NET what tells of one.
  std::filesystem::path debugger{};
  bool init_waits = false;  // of .NET, with that: until a debugger has attached
  // A debugger may look into it; borrowed for its start.
  DebugPort* debug_port = nullptr;
  const AutoAttach* auto_attach = nullptr;
};

class Spares;

class Worker : public Invoker {
 public:
  struct Events {
    // A line of the user's output and the request it belongs to (empty during init).
    std::function<void(std::string_view request_id, Process::Stream, std::string_view line)> on_line;
    std::function<void()> on_exit;  // the process has ended; the worker answers no more
    std::function<void()>
        on_initialised{};  // init is over, well or not; not called when the process ends in it
    // A debugger holds it, or does no more. Its clocks stand meanwhile.
    std::function<void(std::string_view request_id, DebugPort::Hold)> on_hold{};
    // Its processes used more memory than the function has: they are killed, which is the call's answer.
    std::function<void(std::string_view request_id, long used_mb)> on_memory_exceeded{};
    // It is about to change a file below its task root, which is read-only on Lambda. Node, Python and Ruby
    // tell it.
    std::function<void(std::string_view request_id, const std::filesystem::path&)> on_write{};
    // It has left such a file in this state: "INODE:TIME:SIZE" or "gone".
    std::function<void(const std::filesystem::path&, std::string_view state)> on_left{};
    // What Lambda's log has of an error, which is not for the terminal: there the error is shown already.
    std::function<void(std::string_view line)> on_logged{};
    // It has these packages, "a, b", from folders above its task root. Node tells it.
    std::function<void(std::string_view packages)> on_outside{};
  };

  // Starts the process; init runs in the background and its failure is the answer of the invocations that
  // wait for it. Fault: the runtime is not supported or its program cannot be started. `spares`, which is
  // only used here, saves the start of a process where it can.
  static Result<std::unique_ptr<Worker>> start(Executor executor, const Clock& clock, Ids& ids,
                                               Program program, Events events, Spares* spares = nullptr);

  // One at a time; one that streams until its stream has ended. At the deadline the process is killed and the
  // reply is Sandbox.Timedout; an exit gives Runtime.ExitError, and so does too much memory: in Lambda's
  // words (facts of AWS: "Task timed out after 3.00 seconds").
  Async<Reply> invoke(Invocation invocation) override = 0;

  // Before an invocation after another one: waits until it is ready for it. False: make another one. A
  // process that crashed is still there for a moment after its answer.
  virtual Async<bool> ready() = 0;
  virtual bool alive() const = 0;  // false: make another one
  virtual bool busy() const = 0;
  virtual pid_t pid() const = 0;
  virtual std::chrono::milliseconds init_duration() const = 0;  // once init is over, well or not
  virtual std::chrono::microseconds held() const = 0;           // by a debugger, all in all
  virtual long max_memory_mb() const = 0;                       // resident, the most seen
  virtual Async<void> stop() = 0;                               // lets the process end: SIGTERM, then SIGKILL
};

}  // namespace live
