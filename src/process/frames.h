// Cuts what a program writes into lines, and into the messages that clients of Lambda's Runtime API frame, so
// that one of several lines stays one: magic and flags (4 bytes), length (4), microseconds (8), all
// big-endian, then the message. On Lambda they have a pipe of their own; here their place among the lines is
// kept.
#pragma once

#include "process/lines.h"

namespace live {

enum class Framing { none, lambda };

class Frames {
 public:
  explicit Frames(Framing framing) : framing_(framing) {}
  // A message comes without its last end of line.
  void add(std::string_view bytes, const std::function<void(std::string_view)>& give);
  void finish(const std::function<void(std::string_view)>& give);  // the unfinished line, if there is one

 private:
  std::string_view take(std::string_view bytes, const std::function<void(std::string_view)>& give);

  Framing framing_;
  Lines lines_;
  std::string begun_;  // a frame
};

}  // namespace live
