#include "process/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <optional>

#include <fmt/format.h>

#include "process/cgroup.h"
#include "process/not_executed.h"

extern char** environ;

namespace live {

namespace {

struct Pipe {
  Descriptor read_end, write_end;
};

Result<Pipe> make_pipe() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return fault(fmt::format("making a pipe: {}", std::strerror(errno)));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::string_view search_path(const Command& command) {
  for (const auto& [name, value] : command.environment)
    if (name == "PATH") return value;
  const char* ours = std::getenv("PATH");
  return ours ? ours : "/usr/local/bin:/usr/bin:/bin";
}

Result<std::string> find_program(const Command& command) {
  if (command.arguments.empty()) return fault("starting a process: no program named");
  const std::string& name = command.arguments[0];
  if (name.find('/') != std::string::npos) return std::filesystem::absolute(name).string();
  std::string_view path = search_path(command);
  while (!path.empty()) {
    size_t end = std::min(path.find(':'), path.size());
    std::string candidate = fmt::format("{}/{}", path.substr(0, end), name);
    if (::access(candidate.c_str(), X_OK) == 0 && !std::filesystem::is_directory(candidate)) return candidate;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return fault(Fault::Kind::not_found, fmt::format("{}: not found in PATH; install it or extend PATH", name));
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> entries;
  auto overridden = [&](std::string_view entry) {
    for (const auto& [name, value] : command.environment)
      if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) return true;
    return false;
  };
  if (command.inherits_environment)
    for (char** entry = environ; *entry; ++entry)
      if (!overridden(*entry)) entries.emplace_back(*entry);
  for (const auto& [name, value] : command.environment) entries.push_back(fmt::format("{}={}", name, value));
  return entries;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (auto& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// What the child could not do. It travels by a pipe that a program's start closes, not by the memory that
// vfork shares: sanitizers turn a vfork into a fork.
struct Failure {
  enum class Step { mounts, folder, trace, exec } step;
  int error;
};

// What the child needs, prepared before vfork: it shares our memory and may call system calls only. One that
// begins in a cgroup has a copy of it: moving it there afterwards would wait for every core (a grace period
// of the kernel's, 10 to 20 ms), and vfork() cannot name one.
struct Plan {
  const char* program;
  char* const* arguments;
  char* const* environment;
  const char* folder;              // or null
  const Namespace* own_namespace;  // or null
  const Lineage* lineage;          // or null
  int in, out, err, failure;
  pid_t parent;
  int signal_with_parent;
  bool is_traceable, begins_stopped;
};

// Returns only when that fails.
Failure run(const Plan& plan) {
  using Step = Failure::Step;
  if (plan.own_namespace && !plan.own_namespace->enter()) return {Step::mounts, errno};
  if (plan.folder && ::chdir(plan.folder) != 0) return {Step::folder, errno};
  if (plan.is_traceable) ::prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
  if (plan.begins_stopped && ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) return {Step::trace, errno};
  ::execve(plan.program, plan.arguments, plan.environment);
  return {Step::exec, errno};
}

[[noreturn]] void become(const Plan& plan) {
  for (int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) ::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, plan.signal_with_parent);
  if (::getppid() != plan.parent) ::_exit(127);
  if (plan.lineage) plan.lineage->begin_here();
  ::dup2(plan.in, 0);
  ::dup2(plan.out, 1);
  ::dup2(plan.err, 2);
  ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
  Failure const failure = run(plan);
  [[maybe_unused]] auto const written = ::write(plan.failure, &failure, sizeof failure);
  ::_exit(127);
}

pid_t fork_into(const Plan& plan, const Cgroup* cgroup) {
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);  // no handler of ours may run in the child
  pid_t const pid = cgroup ? cgroup->fork() : ::vfork();
  if (pid == 0) become(plan);
  int error = errno;
  sigprocmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return pid;
}

Descriptor clear_of_standard_ones(Descriptor descriptor) {  // dup2 onto 0…2 must not close one still needed
  if (descriptor.number() > 2) return descriptor;
  return Descriptor(::fcntl(descriptor.number(), F_DUPFD_CLOEXEC, 3));
}

// Once the program runs, or could not be started.
std::optional<Failure> failure_from(Pipe& pipe) {
  pipe.write_end = Descriptor();
  Failure failure;
  ssize_t count;
  do count = ::read(pipe.read_end.number(), &failure, sizeof failure);
  while (count < 0 && errno == EINTR);
  if (count != ssize_t(sizeof failure)) return std::nullopt;
  return failure;
}

// Its exec has stopped it for us, who trace it: from now on it is stopped for everybody.
void leave_stopped(pid_t pid) {
  int status = 0;
  if (::waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) return;
  ::ptrace(PTRACE_DETACH, pid, nullptr, SIGSTOP);
  ::waitpid(pid, &status, WUNTRACED);
}

Fault failed(const Failure& failure, const std::string& program, const Command& command) {
  auto const kind = failure.error == ENOENT ? Fault::Kind::not_found : Fault::Kind::failed;
  auto const* reason = std::strerror(failure.error);
  switch (failure.step) {
    case Failure::Step::mounts:
      return fault(kind, fmt::format("starting {} with folders of its own: {}", program, reason));
    case Failure::Step::folder:
      return fault(kind, fmt::format("starting {} in {}: {}", program, command.folder.string(), reason));
    case Failure::Step::trace:
      return fault(kind, fmt::format("starting {} for a debugger: {}; ptrace has to be allowed here", program,
                                     reason));
    case Failure::Step::exec:
      break;
  }
  auto const why = why_not_executed(program, failure.error);
  return fault(kind, fmt::format("starting {}: {}", program, why.empty() ? reason : why));
}

void set_nonblocking(const Descriptor& descriptor) {
  ::fcntl(descriptor.number(), F_SETFL, ::fcntl(descriptor.number(), F_GETFL) | O_NONBLOCK);
}

}  // namespace

Result<Spawned> spawn(const Command& command) {
  LIVE_TRY(std::string program, find_program(command));
  LIVE_TRY(Pipe out, make_pipe());
  LIVE_TRY(Pipe err, make_pipe());
  LIVE_TRY(Pipe failing, make_pipe());
  Pipe in;
  if (command.takes_input) {
    LIVE_TRY(in, make_pipe());
  } else {
    in.read_end = Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  }
  in.read_end = clear_of_standard_ones(std::move(in.read_end));
  out.write_end = clear_of_standard_ones(std::move(out.write_end));
  err.write_end = clear_of_standard_ones(std::move(err.write_end));
  failing.write_end = clear_of_standard_ones(std::move(failing.write_end));

  std::vector<std::string> arguments = command.arguments;
  std::vector<std::string> environment = environment_of(command);
  std::vector<char*> argument_list = pointers(arguments), environment_list = pointers(environment);
  std::optional<Namespace> own_namespace;
  if (!command.mounts.empty()) own_namespace.emplace(command.mounts);
  std::optional<Lineage> const lineage =
      command.takes_all_along && !command.cgroup ? Lineage::create() : std::nullopt;
  Plan plan{.program = program.c_str(),
            .arguments = argument_list.data(),
            .environment = environment_list.data(),
            .folder = command.folder.empty() ? nullptr : command.folder.c_str(),
            .own_namespace = own_namespace ? &*own_namespace : nullptr,
            .lineage = lineage ? &*lineage : nullptr,
            .in = in.read_end.number(),
            .out = out.write_end.number(),
            .err = (command.one_output ? out : err).write_end.number(),
            .failure = failing.write_end.number(),
            .parent = ::getpid(),
            .signal_with_parent = command.clears_away ? SIGTERM : SIGKILL,
            .is_traceable = command.is_traceable,
            .begins_stopped = command.begins_stopped};
  pid_t pid = fork_into(plan, command.cgroup.get());
  if (pid < 0) return fault(fmt::format("starting {}: {}", program, std::strerror(errno)));
  if (auto const failure = failure_from(failing)) {
    ::waitpid(pid, nullptr, 0);
    return failed(*failure, program, command);
  }
  if (command.begins_stopped) leave_stopped(pid);
  Spawned child{.pid = pid, .pidfd = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)))};
  if (child.pidfd.number() < 0) {
    int error = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return fault(fmt::format("following {}: pidfd_open: {}; Linux 5.3 or later is needed", program,
                             std::strerror(error)));
  }
  set_nonblocking(out.read_end);
  set_nonblocking(err.read_end);
  child.lineage = lineage;
  child.out = std::move(out.read_end);
  child.err = std::move(err.read_end);
  if (command.takes_input) {
    set_nonblocking(in.write_end);
    child.input = std::move(in.write_end);
  }
  return child;
}

}  // namespace live
