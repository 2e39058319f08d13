#include "process/process.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <deque>
#include <list>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "process/cgroup.h"
#include "process/spawn.h"

namespace live {

using asio::posix::stream_descriptor;
using boost::system::error_code;

std::string to_string(const ExitStatus& status) {
  if (status.signal == 0) return fmt::format("exit status {}", status.code);
  std::string name = ::strsignal(status.signal);  // "Killed"
  for (char& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return "signal: " + name;
}

namespace {

struct Output {
  Output(Executor executor, Process::Stream which, int number, Framing framing)
      : which(which), pipe(executor, number), lines(framing) {}
  Process::Stream which;
  stream_descriptor pipe;
  Frames lines;
};

// Bytes on their way to standard input. Woken by its timer when they are written or cannot be.
struct Parcel {
  Parcel(Executor executor, std::string bytes)
      : bytes(std::move(bytes)), done(executor, asio::steady_timer::time_point::max()) {}
  std::string bytes;
  size_t sent = 0;
  int error = 0;
  asio::steady_timer done;
};

// Shared with the pending waits on its descriptors, so that a process whose owner is gone is still reaped.
class Child : public std::enable_shared_from_this<Child> {
 public:
  Child(Executor executor, Spawned spawned, const Command& command, Process::OnLine on_line)
      : executor_(executor),
        clears_away_(command.clears_away),
        cgroup_(command.cgroup),
        pid_(spawned.pid),
        lineage_(spawned.lineage),
        on_line_(std::move(on_line)),
        ended_(executor, asio::steady_timer::time_point::max()),
        pidfd_(executor, spawned.pidfd.release()),
        out_(executor, Process::Stream::out, spawned.out.release(), command.framing),
        err_(executor, Process::Stream::err, spawned.err.release(), Framing::none),
        input_(executor) {
    if (command.takes_input) input_.assign(spawned.input.release());
  }

  ~Child() {
    if (status_) return;
    signal(clears_away_ ? SIGTERM : SIGKILL);
    if (clears_away_) return;  // the loop is over: nobody is left to wait for it
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
    if (lineage_) lineage_->end_heirs_of(pid_);
    ::waitpid(pid_, nullptr, 0);
  }

  void follow() {
    follow(out_);
    follow(err_);
    await_end();
  }

  // A wake-up proves nothing: Asio may deliver one that was meant for the descriptor that had this one's
  // number before. Whoever believed it would kill a process that runs.
  void await_end() {
    pidfd_.async_wait(stream_descriptor::wait_read, [self = shared_from_this()](error_code error) {
      if (error) return;
      if (self->has_ended())
        self->reap();
      else
        self->await_end();
    });
  }

  bool has_ended() const {
    siginfo_t info{};
    const int failed = ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT);
    return failed != 0 || info.si_pid == pid_;
  }

  void disown() {
    is_owned_ = false;
    signal(clears_away_ ? SIGTERM : SIGKILL);
  }

  void signal(int number) {
    if (!status_) ::kill(-pid_, number);
  }

  void read_pending() {
    for (auto* output : {&out_, &err_}) {
      drain(*output);
      output->lines.flush([&](std::string_view line) { give(*output, line); });
    }
  }

  static Async<ExitStatus> wait(std::shared_ptr<Child> self) {
    error_code woken;
    if (!self->status_) co_await self->ended_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    co_return self->status_.value_or(ExitStatus{.signal = SIGKILL});
  }

  static Async<ExitStatus> stop(std::shared_ptr<Child> self, std::chrono::milliseconds grace) {
    self->signal(SIGTERM);
    asio::steady_timer patience(self->executor_, grace);
    patience.async_wait([self](error_code error) {
      if (!error) self->signal(SIGKILL);
    });
    co_return co_await wait(self);
  }

  static Async<Result<void>> write(std::shared_ptr<Child> self, std::string bytes) {
    if (!self->input_.is_open() || self->closes_input_)
      co_return fault(Fault::Kind::closed, "writing to a process: its input is closed");
    auto parcel = std::make_shared<Parcel>(self->executor_, std::move(bytes));
    self->parcels_.push_back(parcel);
    if (self->parcels_.size() == 1) self->send();
    error_code woken;
    if (parcel->sent < parcel->bytes.size() && parcel->error == 0)
      co_await parcel->done.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (parcel->error != 0)
      co_return fault(Fault::Kind::closed,
                      fmt::format("writing to process {}: {}", self->pid_, std::strerror(parcel->error)));
    co_return outcome::success();
  }

  void close_input() {
    closes_input_ = true;
    if (parcels_.empty()) input_.close();
  }

  pid_t pid() const { return pid_; }
  bool running() const { return !status_; }
  Cgroup* cgroup() const { return cgroup_.get(); }

 private:
  void follow(Output& output) {
    output.pipe.async_wait(stream_descriptor::wait_read,
                           [self = shared_from_this(), &output](error_code error) {
                             if (error) return;
                             self->read_once(output);
                             if (output.pipe.is_open()) self->follow(output);
                           });
  }

  void give(Output& output, std::string_view line) {
    if (is_owned_ && on_line_) on_line_(output.which, line);
  }

  void finish_lines(Output& output) {
    output.lines.finish([&](std::string_view line) { give(output, line); });
  }

  // False: nothing there for now, or no more at all.
  bool read_once(Output& output) {
    if (!output.pipe.is_open()) return false;
    char buffer[16 * 1024];
    ssize_t count = ::read(output.pipe.native_handle(), buffer, sizeof buffer);
    if (count < 0) return errno == EINTR;
    if (count == 0) {
      finish_lines(output);
      output.pipe.close();
      return false;
    }
    output.lines.add({buffer, static_cast<size_t>(count)},
                     [&](std::string_view line) { give(output, line); });
    return true;
  }

  // At most a few pipes full: somebody else may hold the other end and write without pause.
  void drain(Output& output) {
    for (int reads = 0; reads < 256 && read_once(output); ++reads) {
    }
  }

  void reap() {
    auto self = shared_from_this();
    // What it left behind. Until it is reaped nobody else can own its number, or its group's.
    ::kill(-pid_, SIGKILL);
    if (lineage_) lineage_->end_heirs_of(pid_);
    drain(out_);
    drain(err_);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED);
    bool exited = info.si_code == CLD_EXITED;
    finish_lines(out_);
    finish_lines(err_);
    status_ = exited ? ExitStatus{.code = info.si_status} : ExitStatus{.signal = info.si_status};
    for (auto* pipe : {&out_.pipe, &err_.pipe, &pidfd_}) pipe->close();
    fail_parcels(EPIPE);
    input_.close();
    ended_.cancel();
  }

  void fail_parcels(int error) {
    for (auto& parcel : std::exchange(parcels_, {})) {
      parcel->error = error;
      parcel->done.cancel();
    }
  }

  void send() {
    while (!parcels_.empty()) {
      Parcel& parcel = *parcels_.front();
      ssize_t count = ::write(input_.native_handle(), parcel.bytes.data() + parcel.sent,
                              parcel.bytes.size() - parcel.sent);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0 && errno == EAGAIN) return send_when_there_is_room();
      if (count < 0) return fail_parcels(errno);
      parcel.sent += static_cast<size_t>(count);
      if (parcel.sent < parcel.bytes.size()) continue;
      parcel.done.cancel();
      parcels_.pop_front();
    }
    if (closes_input_) input_.close();
  }

  void send_when_there_is_room() {
    input_.async_wait(stream_descriptor::wait_write, [self = shared_from_this()](error_code error) {
      if (!error) self->send();
    });
  }

  Executor executor_;
  bool clears_away_;
  std::shared_ptr<Cgroup> cgroup_;
  pid_t pid_;
  std::optional<Lineage> lineage_;
  Process::OnLine on_line_;
  std::optional<ExitStatus> status_;
  asio::steady_timer ended_;  // cancelled when status_ is known
  stream_descriptor pidfd_;
  Output out_, err_;
  stream_descriptor input_;
  std::deque<std::shared_ptr<Parcel>> parcels_;
  bool closes_input_ = false;
  bool is_owned_ = true;
};

class OwnedProcess final : public Process {
 public:
  explicit OwnedProcess(std::shared_ptr<Child> child) : child_(std::move(child)) {}
  ~OwnedProcess() override { child_->disown(); }
  pid_t pid() const override { return child_->pid(); }
  bool running() const override { return child_->running(); }
  Cgroup* cgroup() const override { return child_->cgroup(); }
  Async<ExitStatus> wait() override { return Child::wait(child_); }
  void signal(int number) override { child_->signal(number); }
  Async<ExitStatus> stop(std::chrono::milliseconds grace) override { return Child::stop(child_, grace); }
  Async<Result<void>> write(std::string bytes) override { return Child::write(child_, std::move(bytes)); }
  void close_input() override { child_->close_input(); }
  void read_pending() override { child_->read_pending(); }

 private:
  std::shared_ptr<Child> child_;
};

}  // namespace

Result<std::unique_ptr<Process>> Process::start(Executor executor, Command command, OnLine on_line) {
  if (command.takes_input) ::signal(SIGPIPE, SIG_IGN);  // its death is an error of write(), not our end
  LIVE_TRY(Spawned spawned, spawn(command));
  auto child = std::make_shared<Child>(executor, std::move(spawned), command, std::move(on_line));
  child->follow();
  return std::make_unique<OwnedProcess>(std::move(child));
}

}  // namespace live
