// ENTER, as the developer presses it while a command runs.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/async.h"

namespace live::cli {

class Keyboard {
 public:
  // Reads standard input when it is a terminal or a pipe; a program in the terminal's background reads
  // nothing.
  Keyboard(Executor executor, std::function<void()> on_enter);

 private:
  void read();

  asio::posix::stream_descriptor input_;
  std::function<void()> on_enter_;
  char buffer_[256];
};

}  // namespace live::cli
