// RFC 6455 frames, both ways, without I/O. Limits hold for each frame as it arrives, which is why this is
// ours: Beast enforces a message's size only. Private to net.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "net/websocket.h"
#include "net/wire.h"

namespace live::net {

enum class Side { client, server };

namespace close_code {
constexpr uint16_t normal = 1000, protocol = 1002, unsupported = 1003, none = 1005, abnormal = 1006,
                   invalid = 1007, too_big = 1009;
}

enum class Opcode : uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

class FrameReader {
 public:
  struct Step {
    enum class Kind { more, message, ping, pong, close, violation };
    Kind kind = Kind::more;
    std::string payload;  // of a violation: what was wrong
    uint16_t code = 0;    // of a close (1005: none given) or a violation
  };

  // `side` is ours: a server's peer masks, a client's does not.
  FrameReader(WebSocketLimits limits, Side side) : limits_(limits), side_(side) {}
  // Takes what it can from the front of `bytes`. After `more` it needs further bytes behind those left.
  Step next(std::string_view& bytes);

 private:
  struct Header {
    bool last = false;
    Opcode opcode = Opcode::text;
    bool masked = false;
    uint64_t length = 0;
    std::array<char, 4> mask{};
  };
  enum class Parsed { incomplete, yes, wrong };
  Parsed parse(std::string_view& bytes, Step& wrong);
  bool accepts(Step& wrong);
  Step finish_frame();
  Step finish_control();

  WebSocketLimits limits_;
  Side side_;
  bool in_frame_ = false;
  bool in_message_ = false;
  bool is_text_ = true;
  size_t fragments_ = 0;  // of the message
  Header header_;
  uint64_t taken_ = 0;  // of the frame's payload
  std::string message_, control_;
};

// A message cut into frames, ready to be written: headers, and the payload (masked in place for a client).
struct Outgoing {
  std::string heads, payload;
  Buffers buffers;  // into both
};
// Appends a message to be sent; it is not moved again, since its buffers point into it.
Outgoing& push_frames(std::deque<Outgoing>& queue, Opcode opcode, std::string payload, size_t max_frame,
                      Side side);

std::string close_payload(uint16_t code, std::string_view reason);
bool is_utf8(std::string_view text);

}  // namespace live::net
