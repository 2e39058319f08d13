#include "live/link.h"

#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/timer.h"

namespace live {
namespace {

constexpr const char* kHello = R"({"type":"hello"})";

// The connection id in an answer to hello; empty when the text is something else.
std::string hello_connection(const std::string& text) {
  if (text.size() > 512 || text.find("\"hello\"") == std::string::npos) return "";
  auto const parsed = parse_json_object(text);
  if (parsed.has_error() || string_or(parsed.value(), "type") != "hello") return "";
  return string_or(parsed.value(), "connectionId");
}

struct Connection {
  Connection(net::WebSocket opened, Steady::time_point now)
      : socket(std::move(opened)), opened(now), last_hello(now) {}
  net::WebSocket socket;
  std::string id;
  Steady::time_point opened, last_hello;
  std::optional<Steady::time_point> hello_sent;  // and not yet answered
  std::optional<Fault> ended;
};

}  // namespace

struct Link::State : std::enable_shared_from_this<Link::State> {
  State(Executor executor, Ids& ids, Dial dial, Registry& registry, LinkOptions options, Events events)
      : executor(std::move(executor)),
        ids(ids),
        dial(std::move(dial)),
        registry(registry),
        options(std::move(options)),
        events(std::move(events)),
        wake(this->executor),
        session(this->options.session) {}

  Async<Result<std::shared_ptr<Connection>>> connect();
  Async<void> read(std::shared_ptr<Connection> connection);
  Async<bool> reconnect();  // false: superseded or closing
  Async<Result<bool>> try_to_move();
  Async<void> rotate();
  Async<void> say_hello();
  Async<void> confirm();
  Async<Result<Registry::Taken>> take(std::string connection);
  Async<void> sleep(std::chrono::milliseconds time);
  Async<void> drain(std::shared_ptr<Connection> connection);
  Steady::time_point next_event() const;
  void lost(Fault why) {
    if (events.on_lost && !closing) events.on_lost(why);
  }

  Executor executor;
  Ids& ids;
  Dial dial;
  Registry& registry;
  LinkOptions options;
  Events events;
  Timer wake;  // cancelled when something happened
  std::string session;
  int64_t epoch = 0;
  std::shared_ptr<Connection> current;
  Steady::time_point confirm_at;
  bool closing = false, taken_over = false;
};

Link::Link(Executor executor, Ids& ids, Dial dial, Registry& registry, LinkOptions options, Events events)
    : state_(std::make_shared<State>(std::move(executor), ids, std::move(dial), registry, std::move(options),
                                     std::move(events))) {}

Link::~Link() {
  state_->closing = true;
  state_->events = {};
  state_->wake.cancel();
  if (state_->current) state_->current->socket.drop();
}

int64_t Link::epoch() const { return state_->epoch; }
bool Link::connected() const { return state_->current && !state_->current->ended; }
std::string Link::connection() const { return connected() ? state_->current->id : ""; }

void Link::superseded() {
  state_->taken_over = true;
  state_->wake.cancel();
}

// Dials and learns our own connection id, which no one else can tell us.
Async<Result<std::shared_ptr<Connection>>> Link::State::connect() {
  auto socket = co_await dial();
  if (socket.has_error()) co_return socket.error();
  auto connection = std::make_shared<Connection>(std::move(socket.value()), wake.now());
  LIVE_CO_TRY(co_await connection->socket.write(kHello));
  // Dropping the connection is what ends the read when no answer comes.
  Timer timer(executor);
  timer.expires_after(options.hello_timeout);
  timer.on_expiry([waiting = std::weak_ptr(connection)] {
    if (auto const one = waiting.lock()) one->socket.drop();
  });
  auto text = co_await connection->socket.read();
  timer.cancel();
  if (text.has_error()) co_return within("waiting for the debug stack's answer to hello", text.error());
  connection->id = hello_connection(text.value());
  if (connection->id.empty())
    co_return fault("the debug stack does not answer hello with a connection id but with " +
                    text.value().substr(0, 200) + "; deploy it again with `live start`");
  co_return connection;
}

Async<void> Link::State::read(std::shared_ptr<Connection> connection) {
  auto const self = shared_from_this();
  for (;;) {
    auto text = co_await connection->socket.read();
    if (text.has_error()) {
      connection->ended = text.error();
      break;
    }
    if (!hello_connection(text.value()).empty())
      connection->hello_sent.reset();
    else if (events.on_message)
      events.on_message(std::move(text.value()));
  }
  if (connection == current) wake.cancel();
}

Async<Result<std::optional<ClientRow>>> Link::open() {
  auto const state = state_;
  auto connection = co_await state->connect();
  if (connection.has_error()) co_return connection.error();
  auto taken = co_await state->take(connection.value()->id);
  if (taken.has_error()) co_return within("registering as the stage's client", taken.error());
  state->epoch = taken.value().epoch;
  state->current = connection.value();
  state->confirm_at = state->wake.now() + state->options.hello_interval;
  asio::co_spawn(state->executor, state->read(state->current), asio::detached);
  auto& previous = taken.value().previous;
  bool const was_us = previous && previous->session == state->session;  // an attempt that seemed to fail
  co_return was_us ? std::nullopt : previous;
}

// A failure that is not a refusal may have taken the stage all the same: giving up would leave it to nobody.
Async<Result<Registry::Taken>> Link::State::take(std::string connection) {
  auto taken = co_await registry.take(connection, session, options.who);
  for (auto pause = options.first_backoff; taken.has_error() && pause < options.longest_backoff; pause *= 2) {
    auto const status = taken.error().status;
    if (status >= 400 && status < 500 && status != 429) break;
    co_await sleep(pause);
    taken = co_await registry.take(connection, session, options.who);
  }
  co_return taken;
}

// Whether the row is still ours, and names the connection that we have: a message that says otherwise may be
// lost, and an attempt to move that seemed to fail may not have failed.
Async<void> Link::State::confirm() {
  auto const moved = co_await registry.move(current->id, session, epoch);
  if (moved.has_value() && !moved.value() && !closing) taken_over = true;
  confirm_at = wake.now() + (moved.has_value() ? options.hello_interval : 2s);
}

Steady::time_point Link::State::next_event() const {
  auto const hello = current->hello_sent ? *current->hello_sent + options.hello_timeout
                                         : current->last_hello + options.hello_interval;
  return std::min({hello, current->opened + options.rotate_after, confirm_at});
}

Async<void> Link::State::sleep(std::chrono::milliseconds time) {
  wake.expires_after(time);
  co_await wake.wait();
}

Async<Link::End> Link::run() {
  auto const state = state_;
  while (!state->closing && !state->taken_over) {
    auto& current = *state->current;
    if (current.ended) {
      state->lost(*current.ended);
      if (!co_await state->reconnect()) break;
      if (state->events.on_found) state->events.on_found();
      continue;
    }
    auto const now = state->wake.now();
    if (current.hello_sent && now >= *current.hello_sent + state->options.hello_timeout) {
      current.socket.drop();
      current.ended =
          fault(Fault::Kind::timeout, "the debug stack did not answer for " +
                                          std::to_string(state->options.hello_timeout.count()) + " s");
    } else if (now >= current.opened + state->options.rotate_after) {
      co_await state->rotate();
    } else if (!current.hello_sent && now >= current.last_hello + state->options.hello_interval) {
      co_await state->say_hello();
    } else if (now >= state->confirm_at) {
      co_await state->confirm();
    } else {
      auto const wait = std::chrono::ceil<std::chrono::milliseconds>(state->next_event() - now);
      co_await state->sleep(wait);
    }
  }
  co_return state->taken_over ? End::superseded : End::closed;
}

Async<void> Link::State::say_hello() {
  auto const connection = current;
  connection->hello_sent = connection->last_hello = wake.now();
  auto const written = co_await connection->socket.write(kHello);
  if (written.has_error() && !connection->ended) connection->ended = written.error();
}

// Full jitter under an exponential cap: many clients that lost the same network do not come back at once.
Async<bool> Link::State::reconnect() {
  auto backoff = options.first_backoff;
  std::set<std::string> told;
  for (int failures = 0; !closing && !taken_over; ++failures) {
    auto const moved = co_await try_to_move();
    if (closing) co_return false;  // our own goodbye has removed the row
    if (moved.has_value()) co_return moved.value();
    // The first failure tells no more than that the connection is lost.
    if (failures > 0 && events.on_trouble && told.insert(moved.error().message).second)
      events.on_trouble(moved.error());
    auto const random = static_cast<unsigned char>(ids.bytes(1).front());
    co_await sleep(backoff / 4 + backoff * random / 340);
    backoff = std::min(backoff * 2, options.longest_backoff);
  }
  co_return false;
}

// Another connection of this session, in place of `current`. False: the stage is another session's by now.
Async<Result<bool>> Link::State::try_to_move() {
  auto connection = co_await connect();
  if (connection.has_error()) co_return connection.error();
  auto const moved = co_await registry.move(connection.value()->id, session, epoch);
  if (moved.has_error()) co_return moved.error();
  if (!moved.value() && !closing) taken_over = true;
  if (!moved.value() || closing) co_return false;
  current = connection.value();
  confirm_at = wake.now() + options.hello_interval;
  asio::co_spawn(executor, read(current), asio::detached);
  co_return true;
}

Async<void> Link::State::rotate() {
  auto const old = current;
  auto const moved = co_await try_to_move();
  if (moved.has_error()) {
    old->opened += std::chrono::minutes(1);  // the old one still works: try again soon
    confirm_at = wake.now();
  } else if (moved.value()) {
    asio::co_spawn(executor, drain(old), asio::detached);
  }
}

// What was sent to the replaced connection before the row changed still arrives there.
Async<void> Link::State::drain(std::shared_ptr<Connection> connection) {
  auto const self = shared_from_this();
  Timer timer(executor);
  timer.expires_after(options.drain);
  co_await timer.wait();
  co_await connection->socket.close(1000, "replaced");
}

Async<void> Link::close() {
  auto const state = state_;
  state->closing = true;
  state->wake.cancel();
  if (!state->taken_over && state->epoch) {
    auto const left = co_await state->registry.leave(state->session, state->epoch);
    (void)left;  // a row that stays names a dead connection: stubs get a 410 and say so
  }
  if (state->current) co_await state->current->socket.close(1000, "session ended");
}

}  // namespace live
