#include "cli/keyboard.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include <boost/asio/buffer.hpp>

namespace live::cli {
namespace {

constexpr size_t kLongest = 1000;

bool somebody_may_type() {
  if (::isatty(STDIN_FILENO)) return true;
  struct stat input {};
  return ::fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
}

}  // namespace

Keyboard::Keyboard(Executor executor, std::function<void(const std::string& line)> on_line)
    : input_(executor), on_line_(std::move(on_line)) {
  if (!somebody_may_type()) return;
  ::signal(SIGTTIN, SIG_IGN);  // in the background a read fails instead of stopping us
  input_.assign(::dup(STDIN_FILENO));
  read();
}

Keyboard::~Keyboard() {
  if (!input_.is_open()) return;
  input_.close();
  ::fcntl(STDIN_FILENO, F_SETFL, ::fcntl(STDIN_FILENO, F_GETFL) & ~O_NONBLOCK);
}

void Keyboard::read() {
  input_.async_read_some(asio::buffer(buffer_), [this](boost::system::error_code error, size_t count) {
    if (error) return;
    take({buffer_, count});
    read();
  });
}

void Keyboard::take(std::string_view typed) {
  for (char const c : typed) {
    if (c == '\n') {
      on_line_(std::exchange(line_, {}));
    } else if (line_.size() < kLongest) {
      line_.push_back(c);
    }
  }
}

}  // namespace live::cli
