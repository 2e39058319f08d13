// A child process: its own process group, pipes for its output, never a zombie, ended with its owner.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "process/frames.h"
#include "process/mounts.h"

namespace live {

class Cgroup;

struct Command {
  std::vector<std::string> arguments;  // the first is the program, looked up in PATH
  // The whole environment, unless inherits_environment.
  std::vector<std::pair<std::string, std::string>> environment;
  bool inherits_environment = false;  // ours first, `environment` over it
  std::filesystem::path folder;       // empty: ours
  bool one_output = false;   // its standard error is its standard output: what it writes keeps its order
  bool takes_input = false;  // write() reaches its standard input; else that is /dev/null
  // It has processes and files of its own to clear away: with its owner it gets SIGTERM, not SIGKILL.
  bool clears_away = false;
  // When it ends, all that descends from it goes with it, although that has left its process group.
  bool takes_all_along = false;
  bool is_traceable = false;         // a debugger beside it may attach to it, though Yama restricts that
  Framing framing = Framing::none;   // of messages among the lines of its standard output
  bool begins_stopped = false;       // before its first instruction, until SIGCONT
  std::vector<Mount> mounts{};       // in a namespace of its own, where there are any
  std::shared_ptr<Cgroup> cgroup{};  // it begins there, and nothing is left of it there; null: in ours
};

struct ExitStatus {
  int code = 0;    // when it exited
  int signal = 0;  // when a signal ended it
  bool ok() const { return code == 0 && signal == 0; }
};
std::string to_string(const ExitStatus& status);  // "exit status 3", "signal: killed"

class Process {
 public:
  enum class Stream { out, err };
  // Whole lines without their end; a last unfinished line is given at its end. A line longer than 256 KB is
  // cut.
  using OnLine = std::function<void(Stream, std::string_view line)>;

  // Fault: the program is not there or may not be run; the message names it.
  static Result<std::unique_ptr<Process>> start(Executor executor, Command command, OnLine on_line);
  virtual ~Process() = default;  // SIGKILLs the process group if it still runs, or as the command says

  virtual pid_t pid() const = 0;
  virtual bool running() const = 0;
  virtual Cgroup* cgroup() const = 0;  // null: in ours
  // Resumes when it has ended and its output is read. Any number may wait.
  virtual Async<ExitStatus> wait() = 0;
  virtual void signal(int number) = 0;  // to the process group
  // SIGTERM, then SIGKILL after `grace`; resumes when it is gone.
  virtual Async<ExitStatus> stop(std::chrono::milliseconds grace) = 0;
  virtual Async<Result<void>> write(std::string bytes) = 0;  // to its standard input, in order
  virtual void close_input() = 0;
  // Gives at once the lines it has written so far, a last unfinished one too: what it wrote before it said
  // something elsewhere (on a socket) is then known to have come before that.
  virtual void read_pending() = 0;
};

}  // namespace live
