// Name to address, address to connection.
#include <netinet/in.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/wire.h"

namespace live::net {

namespace {

using asio::ip::tcp;
using Addresses = std::vector<tcp::endpoint>;
using Time = std::chrono::steady_clock::time_point;

// getaddrinfo cannot be interrupted: its answer goes to this, which the waiting coroutine may have left.
struct Lookup {
  Lookup(const Executor& executor, Time deadline) : resolver(executor), done(executor, deadline) {}
  tcp::resolver resolver;
  asio::steady_timer done;
  error_code error = asio::error::timed_out;
  Addresses found;
};

Async<Result<Addresses>> resolve(Executor executor, Endpoint to, Time deadline) {
  error_code error;
  auto literal = asio::ip::make_address(to.host, error);
  if (!error) co_return Addresses{tcp::endpoint(literal, to.port)};
  if (to.host == "localhost" || to.host.ends_with(".localhost"))  // glibc does not know the second (RFC 6761)
    co_return Addresses{tcp::endpoint(asio::ip::address_v4::loopback(), to.port),
                        tcp::endpoint(asio::ip::address_v6::loopback(), to.port)};
  auto lookup = std::make_shared<Lookup>(executor, deadline);
  lookup->resolver.async_resolve(to.host, std::to_string(to.port), tcp::resolver::address_configured,
                                 [lookup](error_code failed, tcp::resolver::results_type results) {
                                   lookup->error = failed;
                                   for (auto& result : results) lookup->found.push_back(result.endpoint());
                                   lookup->done.cancel();
                                 });
  co_await lookup->done.async_wait(asio::as_tuple(asio::use_awaitable));
  if (lookup->error == asio::error::timed_out)
    co_return fault(Fault::Kind::timeout, "looking up " + to.host + ": no answer in time");
  if (lookup->error) co_return fault("looking up " + to.host + ": " + lookup->error.message());
  co_return std::move(lookup->found);
}

Async<Result<void>> secure(Wire& wire, std::string host, std::string extra_root_pem) {
  LIVE_CO_TRY(auto context, client_tls(extra_root_pem));
  error_code error = co_await wire.secure_as_client(context, std::move(host));
  if (!error) co_return outcome::success();
  Fault cause = wire_fault(wire, error);
  cause.message = "TLS handshake: " + cause.message;
  co_return cause;
}

}  // namespace

Async<Result<std::shared_ptr<Wire>>> dial(Executor executor, std::shared_ptr<Deadlines> deadlines,
                                          Endpoint to, std::string extra_root_pem,
                                          std::chrono::milliseconds timeout) {
  const std::string doing = "connecting to " + to_string(to);
  const Time deadline = std::chrono::steady_clock::now() + timeout;
  auto addresses = co_await resolve(executor, to, deadline);
  if (!addresses) co_return within(doing, addresses.error());

  Fault last = fault("no address");
  size_t left = addresses.value().size();
  for (const tcp::endpoint& address : addresses.value()) {
    // An address that does not answer leaves time for the others.
    auto share = (deadline - std::chrono::steady_clock::now()) / static_cast<long>(left--);
    auto wire = std::make_shared<Wire>(tcp::socket(executor), deadlines);
    wire->expire_in(share);
    error_code error = co_await wire->connect(address);
    if (error) {
      last = wire_fault(*wire, error);
      continue;
    }
    if (to.tls) {
      wire->expire_in(deadline - std::chrono::steady_clock::now());
      auto secured = co_await secure(*wire, to.host, extra_root_pem);
      if (!secured) co_return within(doing, secured.error());
    }
    wire->never_expire();
    co_return wire;
  }
  co_return within(doing, last);
}

}  // namespace live::net
