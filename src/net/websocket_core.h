// A WebSocket's working parts, shared by the object that callers hold and by what still runs when it is gone.
// Private to net.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <string>

#include <boost/asio/any_completion_handler.hpp>

#include "net/messages.h"
#include "net/websocket.h"
#include "net/websocket_frames.h"

namespace live::net {

class Channel : public std::enable_shared_from_this<Channel> {
 public:
  // `early`: bytes that came behind the handshake.
  Channel(std::shared_ptr<Wire> wire, ReadBuffer early, WebSocketLimits limits, Side side);

  static Async<Result<std::string>> read(std::shared_ptr<Channel> self);
  Async<Result<void>> write(std::string text);
  static Async<void> close(std::shared_ptr<Channel> self, uint16_t code, std::string reason);
  void drop();
  bool is_open() const { return open_; }

 private:
  struct Waiter {
    uint64_t number;  // of the message; 0: of the end
    asio::any_completion_handler<void(bool)> resume;
  };

  Async<Result<std::string>> receive();
  void send(Opcode opcode, std::string payload);
  Async<bool> reached(uint64_t number);
  static Async<void> flush(std::shared_ptr<Channel> self);
  static Async<void> finish(std::shared_ptr<Channel> self);
  Fault end(uint16_t code, std::string_view why);
  void leave(uint16_t code, std::string reason);
  void resume_waiters();

  std::shared_ptr<Wire> wire_;
  ReadBuffer in_;
  FrameReader frames_;
  WebSocketLimits limits_;
  Side side_;
  std::deque<Outgoing> queue_;
  size_t queued_bytes_ = 0;
  uint64_t accepted_ = 0, written_ = 0;  // messages
  std::list<Waiter> waiters_;  // a list: Boost 1.81's any_completion_handler does not survive move assignment
  bool open_ = true;           // neither ended nor dropped
  bool reading_ = false;       // a read() is under way
  bool flushing_ = false;
  bool close_sent_ = false;
  bool finishing_ = false;  // our close frame is on its way; the wire closes itself
  uint16_t code_ = close_code::abnormal;
};

WebSocket make_websocket(std::shared_ptr<Wire> wire, ReadBuffer early, WebSocketLimits limits, Side side);

// The answer to a Sec-WebSocket-Key.
std::string accept_key(std::string_view key);

}  // namespace live::net
