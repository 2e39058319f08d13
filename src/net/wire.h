// A TCP connection, with TLS or without, as one type: what reads and writes is compiled once. Private to net.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/async.h"
#include "base/result.h"
#include "net/deadlines.h"
#include "net/http.h"
#include "net/proxies.h"
#include "net/tls.h"

namespace live::net {

using boost::system::error_code;
using Buffers = std::vector<asio::const_buffer>;

// Drops `count` bytes at the front.
void consume(Buffers& buffers, size_t count);

class Wire {
 public:
  Wire(asio::ip::tcp::socket socket, std::shared_ptr<Deadlines> deadlines);
  virtual ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  Async<error_code> connect(asio::ip::tcp::endpoint to);
  Async<error_code> secure_as_server(std::shared_ptr<TlsContext> context);
  // Verifies the certificate and that it is for `host`;
  Async<error_code> secure_as_client(std::shared_ptr<TlsContext> context, std::string host);

  // Virtual for fed_wire.h.
  virtual Async<std::tuple<error_code, size_t>> read_some(asio::mutable_buffer into);
  virtual Async<error_code> write(Buffers buffers);  // all of them
  // What the kernel takes at once, 0 when it must be awaited (and always under TLS).
  size_t write_now(const Buffers& buffers, error_code& error);
  // Says that we send no more, forgets what still comes, and closes when the peer has, or after a second:
  // what was written last is not lost to a reset.
  Async<void> finish();
  void close();

  bool is_open() const { return socket_.is_open(); }
  bool is_quiet();  // open, and the peer has sent neither bytes nor its end
  bool is_secure() const { return tls_ != nullptr; }

  // Past the deadline the connection is closed, and what waits for it fails.
  void expire_in(std::chrono::steady_clock::duration time);
  void never_expire();
  void time_out();
  bool timed_out() const { return timed_out_; }

  asio::ip::tcp::endpoint peer() const;        // port 0: it is gone
  uint64_t number() const { return number_; }  // no other of this process has had it
  Executor executor() { return socket_.get_executor(); }

 private:
  struct Tls;
  asio::ip::tcp::socket socket_;
  std::unique_ptr<Tls> tls_;
  std::shared_ptr<Deadlines> deadlines_;
  std::optional<Deadlines::Place> deadline_;
  bool timed_out_ = false;
  uint64_t number_;
};

// The fault of a failed wire operation: timeout, closed or failed.
Fault wire_fault(const Wire& wire, error_code error);

struct Way {                     // to an endpoint
  std::optional<Proxy> proxy{};  // through it
  std::string extra_root_pem{};
};

// A connection to the endpoint, with TLS when it says so.
Async<Result<std::shared_ptr<Wire>>> dial(Executor executor, std::shared_ptr<Deadlines> deadlines,
                                          Endpoint to, Way way, std::chrono::milliseconds timeout);

}  // namespace live::net
