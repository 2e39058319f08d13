#include "runtime/dotnet_probe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

namespace fs = std::filesystem;
using asio::posix::stream_descriptor;

constexpr char kQuestion = 'q', kAnswer = 'a', kInitGoesOn = 'i';

// We are at both ends of it, so that neither waits for the process to come, nor sees it go.
Result<int> make_pipe(const fs::path& file) {
  auto const cannot = [&file](const char* what) {
    return fault(fmt::format("{} {}, by which a debugger of .NET is noticed: {}", what, file.string(),
                             std::strerror(errno)));
  };
  if (::mkfifo(file.c_str(), 0600) != 0) return cannot("making");
  int const opened = ::open(file.c_str(), O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (opened < 0) return cannot("opening");
  return opened;
}

// The runtime opens its end of the pipe when a debugger has come, and removes the pipe when that has left.
bool is_pipe_of_debugger(const std::string& file) {
  return file.find("/clr-debug-pipe-") != file.npos && !file.ends_with(" (deleted)");
}

}  // namespace

bool has_dotnet_debugger(pid_t pid) {
  std::error_code failed;
  fs::directory_iterator one(fmt::format("/proc/{}/fd", pid), failed);
  for (; !failed && one != fs::directory_iterator(); one.increment(failed)) {
    std::error_code closed;
    if (is_pipe_of_debugger(fs::read_symlink(one->path(), closed).string())) return true;
  }
  return false;
}

struct DotnetProbe::Pipes : std::enable_shared_from_this<Pipes> {
  Pipes(const Executor& executor, TempDir folder, Events events)
      : folder(std::move(folder)), events(std::move(events)), questions(executor), answers(executor) {}

  Result<void> open() {
    LIVE_TRY(int const asked, make_pipe(folder.path() / "questions"));
    questions.assign(asked);
    LIVE_TRY(int const answered, make_pipe(folder.path() / "answers"));
    answers.assign(answered);
    follow();
    return outcome::success();
  }

  void follow() {
    answers.async_wait(stream_descriptor::wait_read,
                       [weak = weak_from_this()](boost::system::error_code error) {
                         auto const self = weak.lock();
                         if (error || !self) return;
                         self->read();
                         if (self->answers.is_open()) self->follow();
                       });
  }

  void read() {
    char said[16];
    auto const count = ::read(answers.native_handle(), said, sizeof said);
    for (ssize_t i = 0; i < count; ++i) {
      if (said[i] == kAnswer) events.on_answer();
      if (said[i] == kInitGoesOn) events.on_init_goes_on();
    }
  }

  TempDir folder;
  Events events;
  stream_descriptor questions, answers;
};

DotnetProbe::DotnetProbe(std::shared_ptr<Pipes> pipes) : pipes_(std::move(pipes)) {}

DotnetProbe::~DotnetProbe() {
  pipes_->events = {[] {}, [] {}};
  pipes_->questions.close();
  pipes_->answers.close();
}

Result<std::unique_ptr<DotnetProbe>> DotnetProbe::open(const Executor& executor, Events events) {
  LIVE_TRY(auto folder, TempDir::create("live-probe"));
  auto pipes = std::make_shared<Pipes>(executor, std::move(folder), std::move(events));
  LIVE_TRY(pipes->open());
  return std::unique_ptr<DotnetProbe>(new DotnetProbe(std::move(pipes)));
}

std::string DotnetProbe::told(Init init) const {
  return fmt::format("{}:{}", init == Init::waits ? "wait" : "go", pipes_->folder.path().string());
}

void DotnetProbe::ask() {
  auto const written = ::write(pipes_->questions.native_handle(), &kQuestion, 1);
  (void)written;  // the pipe has room: it holds one question
}

}  // namespace live
