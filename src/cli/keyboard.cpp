#include "cli/keyboard.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include <boost/asio/buffer.hpp>

namespace live::cli {
namespace {

bool somebody_may_type() {
  if (::isatty(STDIN_FILENO)) return true;
  struct stat input {};
  return ::fstat(STDIN_FILENO, &input) == 0 && (S_ISFIFO(input.st_mode) || S_ISSOCK(input.st_mode));
}

}  // namespace

Keyboard::Keyboard(Executor executor, std::function<void()> on_enter)
    : input_(executor), on_enter_(std::move(on_enter)) {
  if (!somebody_may_type()) return;
  ::signal(SIGTTIN, SIG_IGN);  // in the background a read fails instead of stopping us
  input_.assign(::dup(STDIN_FILENO));
  read();
}

void Keyboard::read() {
  input_.async_read_some(asio::buffer(buffer_), [this](boost::system::error_code error, size_t count) {
    if (error) return;
    auto const lines = std::count(buffer_, buffer_ + count, '\n');
    if (lines > 0) on_enter_();
    read();
  });
}

}  // namespace live::cli
