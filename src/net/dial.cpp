// Name to address, address to connection.
#include <netinet/in.h>

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/messages.h"
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

// "example.com:443", as a request for CONNECT names it.
std::string authority(const Endpoint& to) {
  bool const v6 = to.host.find(':') != std::string::npos;
  return (v6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
}

Fault refused_by(const Proxy& proxy, int status) {
  auto const who = "the proxy of " + proxy.variable;
  auto const kind = status < 500 ? Fault::Kind::refused : Fault::Kind::failed;  // which may pass
  if (status == 407)
    return fault(kind, who + " wants a user and a password (407): http://user:password@" + proxy.at.host +
                           ":" + std::to_string(proxy.at.port));
  return fault(kind, who + " refuses it with " + std::to_string(status) +
                         ": have it allowed there, or name the host in NO_PROXY");
}

// A tunnel to the endpoint, through the proxy that the wire leads to.
Async<Result<void>> tunnel(Wire& wire, Endpoint to, Proxy proxy) {
  std::string const name = authority(to);
  if (std::ranges::any_of(name, [](unsigned char c) { return c <= ' ' || c >= 0x7F; }))
    co_return fault("not a host's name: " + to.host);
  Headers headers{{"Host", name}};
  if (!proxy.authorization.empty()) headers.add("Proxy-Authorization", proxy.authorization);
  std::string const head = "CONNECT " + name + " HTTP/1.1\r\n" + render_fields(headers) + "\r\n";
  Buffers buffers{asio::buffer(head)};
  error_code const error = co_await wire.write(std::move(buffers));
  if (error) co_return wire_fault(wire, error);
  ReadBuffer early;
  bool started = false;
  // A tunnel follows the head, as nothing follows that of an answer to HEAD.
  auto answered = co_await read_response(wire, early, MessageLimits{64 * 1024, 64 * 1024}, true, started);
  if (!answered) co_return within("the proxy of " + proxy.variable, answered.error());
  int const status = answered.value().response.status;
  if (status < 200 || status > 299) co_return refused_by(proxy, status);
  if (!early.empty()) co_return fault("the proxy of " + proxy.variable + " sent more than its answer");
  co_return outcome::success();
}

Async<Result<void>> prepare(Wire& wire, Endpoint to, Way way) {
  if (way.proxy) {
    LIVE_CO_TRY(co_await tunnel(wire, to, *way.proxy));
  }
  if (to.tls) {
    LIVE_CO_TRY(co_await secure(wire, to.host, way.extra_root_pem));
  }
  co_return outcome::success();
}

}  // namespace

Async<Result<std::shared_ptr<Wire>>> dial(Executor executor, std::shared_ptr<Deadlines> deadlines,
                                          Endpoint to, Way way, std::chrono::milliseconds timeout) {
  const std::string doing =
      "connecting to " + to_string(to) + (way.proxy ? " through " + to_string(way.proxy->at) : "");
  const Time deadline = std::chrono::steady_clock::now() + timeout;
  auto addresses = co_await resolve(executor, way.proxy ? way.proxy->at : to, deadline);
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
    wire->expire_in(deadline - std::chrono::steady_clock::now());
    auto prepared = co_await prepare(*wire, to, way);
    if (!prepared) co_return within(doing, prepared.error());
    wire->never_expire();
    co_return wire;
  }
  co_return within(doing, last);
}

}  // namespace live::net
