// What the gateway sends to a client, and what injected faults make of it on its way.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cloud/apigateway/gateway.h"
#include "cloud/apigateway/websocket.h"

namespace live::cloud::apigateway {
namespace {

constexpr auto longest_overtaking = 1000ms;  // without a next message it goes after that
constexpr size_t most_waiting = 1024;        // messages for a network that is away: TCP's buffers end too

Async<Result<void>> write(ConnectionPtr c, std::string text) {
  const auto size = text.size();
  if (c->unsent == 0) c->taking = std::chrono::steady_clock::now();
  c->unsent += size;
  auto written = co_await c->socket->write(std::move(text));
  c->unsent -= size;
  c->taking = std::chrono::steady_clock::now();
  co_return written;
}

// In their order, once the network is back.
Async<void> write_waiting(ConnectionPtr c) {
  (void)co_await c->injection->arrives(c->side);
  while (!c->waiting.empty() && !c->half_open()) {
    auto text = c->waiting.front();
    (void)co_await write(c, std::move(text));
    c->waiting.pop_front();
  }
  c->waiting.clear();
}

// The gateway has taken it in any case: how the connection fares is not known to it.
Async<Result<void>> bring(ConnectionPtr c, std::string text) {
  const bool away = c->injection->faults.network(c->side) != Faults::Network::there;
  if (c->half_open() || c->waiting.size() >= most_waiting) co_return outcome::success();
  if (!away && c->waiting.empty()) co_return co_await write(c, std::move(text));
  c->waiting.push_back(std::move(text));
  if (c->waiting.size() == 1) {
    auto work = write_waiting(c);
    asio::co_spawn(co_await asio::this_coro::executor, std::move(work), asio::detached);
  }
  co_return outcome::success();
}

Async<void> sleep(Milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

Async<void> bring_overtaken(ConnectionPtr c) {
  co_await sleep(longest_overtaking);
  if (auto text = std::exchange(c->overtaken, {})) (void)co_await bring(c, std::move(*text));
}

Async<void> mistreat(World& world, ConnectionPtr c, std::string text, Faults::OfMessage suffers) {
  auto& faults = world.injection.faults;
  if (suffers.replayed) {
    auto earlier = world.injection.any_earlier();
    if (!earlier.empty()) (void)co_await bring(c, std::move(earlier));
    world.injection.remember(text);
  }
  if (suffers.delay.count() > 0) co_await sleep(suffers.delay);
  if (suffers.garbled && !text.empty()) {
    auto other = text;
    other[faults.below(other.size())] ^= static_cast<char>(1 + faults.below(31));
    (void)co_await bring(c, std::move(other));
  }
  if (suffers.overtaken && !c->overtaken) {
    c->overtaken = std::move(text);
    auto work = bring_overtaken(c);
    asio::co_spawn(world.executor, std::move(work), asio::detached);
    co_return;
  }
  if (!suffers.dropped) (void)co_await bring(c, text);
  if (auto earlier = std::exchange(c->overtaken, {})) (void)co_await bring(c, std::move(*earlier));
  if (suffers.duplicated) (void)co_await bring(c, std::move(text));
  if (suffers.closes) end(world, c, 1001, "Going away");
}

bool takes(const Connection& c) { return c.socket && (c.socket->is_open() || c.half_open()); }

void note(Connection& c, const std::string& text) {
  c.active = std::chrono::steady_clock::now();
  c.usage->count_message(text.size());
}

}  // namespace

Async<Result<void>> send_answer(ConnectionPtr c, std::string text) {
  if (!takes(*c)) co_return fault(Fault::Kind::closed, "the connection is closed");
  note(*c, text);
  co_return co_await bring(std::move(c), std::move(text));
}

Async<Result<void>> send(World& world, ConnectionPtr c, std::string text) {
  if (!takes(*c)) co_return fault(Fault::Kind::closed, "the connection is closed");
  note(*c, text);
  const bool as_ever = c->waiting.empty() && !c->overtaken && !c->half_open();
  if (world.injection.off() && as_ever) co_return co_await write(c, std::move(text));
  const auto suffers = world.injection.faults.of_message(c->side);
  if (suffers.none() && !c->overtaken) co_return co_await bring(c, std::move(text));
  auto work = mistreat(world, c, std::move(text), suffers);
  asio::co_spawn(world.executor, std::move(work), asio::detached);
  co_return outcome::success();
}

}  // namespace live::cloud::apigateway
