// One WebSocket connection, either side. Text messages only, as API Gateway has it.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "net/http.h"
#include "net/proxies.h"

namespace live::net {

struct WebSocketLimits {
  size_t max_message = 128 * 1024;  // API Gateway quota; above: close 1009
  size_t max_frame = 32 * 1024;     // API Gateway quota; above: close 1009. What we send is cut to it.
  bool binary_is_refused = true;    // API Gateway: close 1003
  size_t max_fragments = 4096;      // of a message; above: close 1009
};

class WebSocket {
 public:
  class Core {  // what is behind it: a channel over a socket, or a simulation's
   public:
    virtual ~Core() = default;
    virtual Async<Result<std::string>> read() = 0;
    virtual Async<Result<void>> write(std::string text) = 0;
    virtual Async<void> close(uint16_t code, std::string reason) = 0;
    virtual void drop() = 0;
    virtual bool is_open() const = 0;
  };
  explicit WebSocket(std::unique_ptr<Core> core);
  WebSocket(WebSocket&&) noexcept;
  WebSocket& operator=(WebSocket&&) noexcept;
  ~WebSocket();  // drops the connection without a handshake

  // The next whole message. One reader at a time. Fault closed: `status` is the close code (1006: none came).
  Async<Result<std::string>> read();
  // Any number at once; messages leave in the order of the calls. Resumes when written to the socket.
  Async<Result<void>> write(std::string text);
  Async<void> close(uint16_t code, std::string reason);  // waits at most a second for the peer's close
  void drop();                                           // now: a pending read and writes end with closed
  bool is_open() const;

 private:
  std::unique_ptr<Core> core_;
};

struct WebSocketTarget {
  Endpoint endpoint;   // what is dialled
  std::string target;  // path and query
  Headers headers;     // Host too, where it is not the endpoint's
  WebSocketLimits limits;
  std::string extra_root_pem;
  Proxies proxies{};
};

// Fault refused: the server answered the upgrade with the HTTP `status`, body in the message.
Async<Result<WebSocket>> connect_websocket(Executor executor, WebSocketTarget target,
                                           std::chrono::milliseconds timeout);

}  // namespace live::net
