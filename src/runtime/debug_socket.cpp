#include "runtime/debug_socket.h"

#include <array>
#include <chrono>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include "base/timer.h"
#include "net/http.h"

namespace live {

namespace {

using asio::ip::tcp;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kOpens{2};
constexpr std::chrono::milliseconds kPause{10};

Fault closed(boost::system::error_code error) {
  return {.kind = Fault::Kind::closed, .message = "a debugger's connection: " + error.message()};
}

// What is under way may outlive its owner.
struct Shared {
  explicit Shared(tcp::socket socket) : socket(std::move(socket)) {}
  tcp::socket socket;
  std::string received, unsent;
  bool writes = false;
};

class SocketWire final : public DebugWire {
 public:
  SocketWire(tcp::socket socket, MessageSize* size)
      : shared_(std::make_shared<Shared>(std::move(socket))), size_(size) {}
  ~SocketWire() override { drop(); }

  Async<Result<std::string>> read() override { return read(shared_, size_); }
  Async<Result<void>> write(std::string message) override { return write(shared_, std::move(message)); }
  void end() override {
    boost::system::error_code ignored;
    shared_->socket.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void drop() override {
    boost::system::error_code ignored;
    shared_->socket.close(ignored);
  }

 private:
  static Async<Result<std::string>> read(std::shared_ptr<Shared> self, MessageSize* size_of) {
    for (;;) {
      LIVE_CO_TRY(auto const size, size_of(self->received));
      if (size > 0 && self->received.size() >= size) {
        auto message = self->received.substr(0, size);
        self->received.erase(0, size);
        co_return message;
      }
      std::array<char, 16 * 1024> piece;
      auto const [error, count] = co_await self->socket.async_read_some(asio::buffer(piece), kTuple);
      if (error) co_return closed(error);
      self->received.append(piece.data(), count);
    }
  }

  // Whoever writes already writes this too.
  static Async<Result<void>> write(std::shared_ptr<Shared> self, std::string message) {
    self->unsent += message;
    if (std::exchange(self->writes, true)) co_return outcome::success();
    boost::system::error_code failed;
    while (!self->unsent.empty() && !failed) {
      auto const piece = std::exchange(self->unsent, {});
      auto const [error, count] = co_await asio::async_write(self->socket, asio::buffer(piece), kTuple);
      failed = error;
    }
    self->writes = false;
    if (failed) co_return closed(failed);
    co_return outcome::success();
  }

  std::shared_ptr<Shared> shared_;
  MessageSize* size_;
};

}  // namespace

DebugWirePtr SocketProtocol::accept(tcp::socket socket) const {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  return std::make_unique<SocketWire>(std::move(socket), size_);
}

Async<Result<DebugWirePtr>> SocketProtocol::dial(Executor executor, std::string where) const {
  LIVE_CO_TRY(auto const to, net::parse_endpoint("http://" + where));
  tcp::socket socket(executor);
  tcp::endpoint const endpoint(asio::ip::address_v4::loopback(), to.port);
  Timer pause(executor);
  // A debugger may say that it listens a moment before it does.
  for (auto const last = Steady::now() + kOpens;;) {
    auto const [error] = co_await socket.async_connect(endpoint, kTuple);
    if (!error) co_return accept(std::move(socket));
    if (error != asio::error::connection_refused || Steady::now() > last) co_return closed(error);
    socket.close();
    pause.expires_after(kPause);
    co_await pause.wait();
  }
}

}  // namespace live
