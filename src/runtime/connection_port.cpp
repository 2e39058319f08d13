// Debuggers that connect by TCP and speak at once: DAP, JDWP.
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include "runtime/debug_port_kinds.h"
#include "runtime/debug_socket.h"

namespace live {

namespace {

using asio::ip::tcp;

struct Door {  // shared with who waits at it, which may outlive the port
  tcp::acceptor acceptor;
  std::shared_ptr<const SocketProtocol> protocol;
  std::shared_ptr<DebugBoard> board;
};

Async<void> accept(std::shared_ptr<Door> door) {
  while (door->acceptor.is_open()) {
    auto [error, socket] = co_await door->acceptor.async_accept(asio::as_tuple(asio::use_awaitable));
    if (error) continue;
    auto wire = door->protocol->accept(std::move(socket));
    auto served = DebugBoard::serve(door->board, std::move(wire), door->board->undebugged());
    asio::co_spawn(door->board->executor(), std::move(served), asio::detached);
  }
}

class ConnectionPort final : public DebugPort {
 public:
  ConnectionPort(std::shared_ptr<Door> door, const Debugging& debugging)
      : door_(std::move(door)), port_(door_->acceptor.local_endpoint().port()), debugging_(debugging) {}
  ~ConnectionPort() override {
    boost::system::error_code ignored;
    door_->acceptor.close(ignored);
    door_->board->close();
  }
  uint16_t port() const override { return port_; }
  const Debugging& debugging() const override { return debugging_; }
  std::unique_ptr<Target> add(OnHold on_hold) override {
    return target_on(*door_->board, door_->board->add({}, std::move(on_hold)),
                     fmt::format("127.0.0.1:{}", port_));
  }

 private:
  std::shared_ptr<Door> door_;
  uint16_t port_;
  const Debugging& debugging_;
};

}  // namespace

Result<std::unique_ptr<DebugPort>> listen_for_connections(Executor executor, uint16_t port,
                                                          std::shared_ptr<const SocketProtocol> protocol,
                                                          DebugPort::Options options) {
  tcp::acceptor acceptor(executor);
  tcp::endpoint const endpoint(asio::ip::address_v4::loopback(), port);
  boost::system::error_code error;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return fault(fmt::format("listening at 127.0.0.1:{}: {}", port, error.message()));
  auto const& debugging = *options.debugging;
  auto board = std::make_shared<DebugBoard>(executor, protocol, std::move(options));
  auto const door = std::make_shared<Door>(Door{std::move(acceptor), std::move(protocol), std::move(board)});
  asio::co_spawn(executor, accept(door), asio::detached);
  return std::make_unique<ConnectionPort>(door, debugging);
}

}  // namespace live
