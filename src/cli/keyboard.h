// Lines, as the developer types them while a command runs.
#pragma once

#include <functional>
#include <string>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/async.h"

namespace live::cli {

class Keyboard {
 public:
  // Reads standard input when it is a terminal or a pipe; a program in the terminal's background reads
  // nothing. A line comes without its end: ENTER alone is an empty one.
  Keyboard(Executor executor, std::function<void(const std::string& line)> on_line);
  ~Keyboard();  // standard input is as before: others may read it and wait

 private:
  void read();
  void take(std::string_view typed);

  asio::posix::stream_descriptor input_;
  std::function<void(const std::string& line)> on_line_;
  std::string line_;  // begun
  char buffer_[256];
};

}  // namespace live::cli
