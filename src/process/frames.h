// Cuts what a program writes into lines, and into the messages that clients of Lambda's Runtime API frame, so
// that one of several lines stays one: magic and type (4 bytes), length (4), microseconds (8), all
// big-endian, then the message. On Lambda they have a pipe of their own; here their place among the lines is
// kept.
#pragma once

#include "process/lines.h"

namespace live {

enum class Framing { none, lambda };

class Frames {
 public:
  using Give = std::function<void(std::string_view)>;

  explicit Frames(Framing framing) : framing_(framing) {}
  // A message comes without its last end of line. One beyond a megabyte comes in pieces.
  void add(std::string_view bytes, const Give& give);
  // Lines so far, an unfinished one too. A message that has begun will come whole.
  void flush(const Give& give) { lines_.finish(give); }
  // Nothing will come any more: the unfinished line, and what there is of a message.
  void finish(const Give& give);

 private:
  void take(std::string_view bytes, const Give& give);
  void begin_message(size_t length, const Give& give);
  std::string_view take_message(std::string_view bytes, const Give& give);  // what is left

  Framing framing_;
  Lines lines_;
  std::string head_;  // of a frame, or what may become one
  std::string message_;
  size_t missing_ = 0;  // bytes of the message
};

}  // namespace live
