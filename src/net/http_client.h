// An HTTP/1.1 client that keeps connections. One object serves many endpoints and concurrent requests.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/async.h"
#include "base/result.h"
#include "net/http.h"
#include "net/proxies.h"

namespace live::net {

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{3000};
  // A kept connection that idled longer is not used again: after a Lambda freeze, or a night's sleep of the
  // machine, it may be half dead.
  std::chrono::milliseconds max_idle{20'000};
  size_t max_idle_connections = 64;
  // To one endpoint. A request above it waits for its turn, within its timeout: five hundred at once would
  // otherwise be as many handshakes.
  size_t max_connections = 64;
  size_t max_waiting = 16'384;
  size_t max_body = 64 * 1024 * 1024;
  std::string extra_root_pem;  // trusted beside Amazon's roots and the system's bundle
  Proxies proxies{};           // none: all is reached directly
};

class HttpClient {
 public:
  static std::unique_ptr<HttpClient> create(Executor executor, ClientOptions options = {});
  virtual ~HttpClient() = default;
  // Sends as given and adds Host (unless set) and Content-Length. A kept connection that turns out closed
  // before a byte of the answer came is replaced once, silently. Faults: timeout, closed, failed (connect).
  // An HTTP error status is an answer, not a fault.
  virtual Async<Result<Response>> send(Endpoint to, Request request, std::chrono::milliseconds timeout) = 0;
  // Sends a body as it is made, in chunks, with its trailers, by a connection of its own. `timeout`: of each
  // write and of the answer once all is sent; the body may take its time.
  virtual Async<Result<Response>> send_as_made(Endpoint to, Request request, BodySource& body,
                                               std::chrono::milliseconds timeout) = 0;
};

}  // namespace live::net
