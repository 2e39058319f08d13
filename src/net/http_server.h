// An HTTP/1.1 server on the executor's thread. A handler gets one request, whole unless it asked to read the
// body itself, and gives one answer: a response, a stream, the upgrade to a WebSocket, or none.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "base/async.h"
#include "base/result.h"
#include "net/http.h"
#include "net/websocket.h"

namespace live::net {

class BodyWriter {  // gives back-pressure: write() resumes when the peer has taken the bytes
 public:
  virtual ~BodyWriter() = default;
  virtual Async<Result<void>> write(std::string_view bytes) = 0;
  virtual void trailer(std::string name, std::string value) = 0;  // sent after the last chunk
  virtual void break_off() = 0;  // closes the connection: the peer sees that this was not the whole
};

struct Streamed {  // chunked; the writer's end is the body's end
  int status = 200;
  Headers headers;
  std::function<Async<void>(BodyWriter&)> write;
};

struct Upgrade {  // 101, then `serve` owns the connection
  WebSocketLimits limits;
  std::function<Async<void>(WebSocket)> serve;
};

struct HangUp {};  // the connection ends without an answer

using Answer = std::variant<Response, Streamed, Upgrade, HangUp>;
using Handler = std::function<Async<Answer>(Request)>;

struct ServerOptions {
  size_t max_body = 64 * 1024 * 1024;  // above: 413
  size_t max_header = 64 * 1024;       // above: 431
  // Of which requests the handler reads the body itself, as it comes. `max_body` is not theirs.
  std::function<bool(const Request& head)> streams{};
  // A request must be complete this long after its first byte, and a kept connection may idle as long.
  std::chrono::seconds read_timeout{65};
  std::chrono::seconds head_timeout{20};  // its headers this long: who sends them slowly holds nothing up
  // Asked when a request's headers are there, before its body is read. An answer refuses it and ends the
  // connection; of it count status and body.
  std::function<std::optional<Response>(const Request&)> refuse;
  std::string certificate_pem, key_pem;  // both set: TLS
};

class HttpServer {
 public:
  // Port 0 picks a free one. Listens before it returns; serves while the object lives.
  static Result<std::unique_ptr<HttpServer>> listen(Executor executor, std::string address, uint16_t port,
                                                    ServerOptions options, Handler handler);
  virtual ~HttpServer() = default;  // closes the listener and every connection
  virtual uint16_t port() const = 0;
};

}  // namespace live::net
