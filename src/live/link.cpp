#include "live/link.h"

#include <algorithm>
#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/timer.h"
#include "live/standstill.h"

namespace live {
namespace {

constexpr int kTries = 5;  // again, of taking the stage
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
  int unanswered = 0;  // hellos. An answer that lay there through a sleep is that to an earlier one
  std::optional<Steady::time_point> answer_due;  // to the last of them
  std::optional<Fault> ended;
};

struct Search {  // for another connection, by attempts that overlap
  std::shared_ptr<Connection> found;
  std::optional<Fault> failed;  // the latest that was not told
  size_t running = 0;
  bool over = false;
};

}  // namespace

struct Link::State : std::enable_shared_from_this<Link::State> {
  State(Executor executor, const Clock& clock, Ids& ids, Dial dial, Registry& registry, LinkOptions options,
        Events events)
      : executor(std::move(executor)),
        clock(clock),
        ids(ids),
        dial(std::move(dial)),
        registry(registry),
        options(std::move(options)),
        events(std::move(events)),
        wake(this->executor),
        look(this->executor),
        session(this->options.session) {}

  Async<Result<std::shared_ptr<Connection>>> connect();
  Async<void> read(std::shared_ptr<Connection> connection);
  Async<bool> reconnect();  // false: superseded or closing
  Async<void> attempt(std::shared_ptr<Search> search);
  Async<Result<bool>> adopt(std::shared_ptr<Connection> connection);
  std::chrono::milliseconds jittered(std::chrono::milliseconds pause);
  Async<void> rotate();
  Async<void> say_hello(std::chrono::milliseconds patience);
  Async<void> confirm();
  Async<void> watch_time();
  void give_up();
  Async<Result<Registry::Taken>> take(std::string connection);
  Async<void> sleep(std::chrono::milliseconds time);
  Async<void> drain(std::shared_ptr<Connection> connection);
  Steady::time_point next_event() const;
  void lost(Fault why) {
    if (events.on_lost && !closing) events.on_lost(why);
  }

  Executor executor;
  const Clock& clock;
  Ids& ids;
  Dial dial;
  Registry& registry;
  LinkOptions options;
  Events events;
  Timer wake;  // cancelled when something happened
  Timer look;
  std::string session;
  int64_t epoch = 0;
  std::shared_ptr<Connection> current;
  Steady::time_point confirm_at;
  bool closing = false, taken_over = false;
};

Link::Link(Executor executor, const Clock& clock, Ids& ids, Dial dial, Registry& registry,
           LinkOptions options, Events events)
    : state_(std::make_shared<State>(std::move(executor), clock, ids, std::move(dial), registry,
                                     std::move(options), std::move(events))) {}

Link::~Link() {
  state_->closing = true;
  state_->events = {};
  state_->wake.cancel();
  state_->look.cancel();
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
    if (hello_connection(text.value()).empty()) {
      if (events.on_message) events.on_message(std::move(text.value()));
    } else if (--connection->unanswered <= 0) {
      connection->answer_due.reset();
    }
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
  state->confirm_at = state->wake.now() + state->options.confirm_interval;
  asio::co_spawn(state->executor, state->read(state->current), asio::detached);
  auto& previous = taken.value().previous;
  bool const was_us = previous && previous->session == state->session;  // an attempt that seemed to fail
  co_return was_us ? std::nullopt : previous;
}

// A failure that is not a refusal may have taken the stage all the same: giving up would leave it to nobody.
Async<Result<Registry::Taken>> Link::State::take(std::string connection) {
  auto taken = co_await registry.take(connection, session, options.who);
  for (int tries = 0; taken.has_error() && tries < kTries; ++tries) {
    auto const status = taken.error().status;
    if (status >= 400 && status < 500 && status != 429) break;
    co_await sleep(options.first_backoff * (1 << tries));
    taken = co_await registry.take(connection, session, options.who);
  }
  co_return taken;
}

// Whether the row is still ours, and names the connection that we have: a message that says otherwise may be
// lost, and an attempt to move that seemed to fail may not have failed. Beside everything else: after a sleep
// its request may go into a dead network for seconds.
Async<void> Link::State::confirm() {
  auto const self = shared_from_this();
  auto const connection = current;
  confirm_at = Steady::time_point::max();
  auto const moved = co_await registry.move(connection->id, session, epoch);
  if (moved.has_value() && !moved.value() && !closing) taken_over = true;
  auto const pause = moved.has_value() ? options.confirm_interval : 2s;
  confirm_at = wake.now() + (connection == current ? pause : 0ms);  // the row may name the one before
  wake.cancel();
}

Steady::time_point Link::State::next_event() const {
  if (current->answer_due) return std::min(*current->answer_due, confirm_at);
  return std::min(
      {current->last_hello + options.hello_interval, current->opened + options.rotate_after, confirm_at});
}

Async<void> Link::State::sleep(std::chrono::milliseconds time) {
  wake.expires_after(time);
  co_await wake.wait();
}

Async<Link::End> Link::run() {
  auto const state = state_;
  asio::co_spawn(state->executor, state->watch_time(), asio::detached);
  while (!state->closing && !state->taken_over) {
    auto& current = *state->current;
    if (current.ended) {
      auto const left = current.id;
      state->lost(*current.ended);
      if (!co_await state->reconnect()) break;
      if (state->events.on_left) state->events.on_left(left);
      if (state->events.on_found) state->events.on_found();
      continue;
    }
    auto const now = state->wake.now();
    if (current.answer_due && now >= *current.answer_due) {
      state->give_up();
    } else if (now >= state->confirm_at) {
      asio::co_spawn(state->executor, state->confirm(), asio::detached);
    } else if (!current.answer_due && now >= current.opened + state->options.rotate_after) {
      co_await state->rotate();
    } else if (!current.answer_due && now >= current.last_hello + state->options.hello_interval) {
      co_await state->say_hello(state->options.hello_timeout);
    } else {
      auto const wait = std::chrono::ceil<std::chrono::milliseconds>(state->next_event() - now);
      co_await state->sleep(wait);
    }
  }
  co_return state->taken_over ? End::superseded : End::closed;
}

Async<void> Link::State::say_hello(std::chrono::milliseconds patience) {
  auto const self = shared_from_this();
  auto const connection = current;
  ++connection->unanswered;
  connection->last_hello = wake.now();
  connection->answer_due = connection->last_hello + patience;
  auto const written = co_await connection->socket.write(kHello);
  if (written.has_error() && !connection->ended) connection->ended = written.error();
}

// It does not answer. What was sent to it still arrives there, if it is only slow.
void Link::State::give_up() {
  auto const silent = wake.now() - current->last_hello;
  current->answer_due.reset();
  current->ended =
      fault(Fault::Kind::timeout, fmt::format("the debug stack did not answer for {:.1f} s", silent / 1.0s));
  asio::co_spawn(executor, drain(current), asio::detached);
}

// After a standstill a dead connection would else be found out at the next hello.
Async<void> Link::State::watch_time() {
  auto const self = shared_from_this();
  Standstill standstill(clock.now(), options.look_interval);
  while (!closing && !taken_over) {
    look.expires_after(options.look_interval);
    co_await look.wait();
    if (closing || !standstill.noticed(clock.now())) continue;
    if (events.on_standstill) events.on_standstill();
    if (current->ended) continue;
    confirm_at = std::min(confirm_at, wake.now());
    wake.cancel();
    co_await say_hello(options.doubt);
  }
}

// Full jitter: many clients that lost the same network do not come back at once.
std::chrono::milliseconds Link::State::jittered(std::chrono::milliseconds pause) {
  auto const random = static_cast<unsigned char>(ids.bytes(1).front());
  return pause / 4 + pause * random / 340;
}

// Attempts overlap: one that began before the network came back may be swallowed, and waits in vain.
Async<bool> Link::State::reconnect() {
  auto const search = std::make_shared<Search>();
  auto backoff = options.first_backoff;
  auto next = wake.now();
  std::set<std::string> told;
  for (bool first = true; !closing && !taken_over;) {
    if (auto connection = std::exchange(search->found, nullptr)) {
      auto const moved = co_await adopt(std::move(connection));
      if (moved.has_value() || closing) {
        search->over = true;
        co_return !closing && moved.value();  // our own goodbye has removed the row
      }
      search->failed = moved.error();
    }
    // The first failure tells no more than that the connection is lost.
    if (auto const failed = std::exchange(search->failed, {}))
      if (!std::exchange(first, false) && events.on_trouble && told.insert(failed->message).second)
        events.on_trouble(*failed);
    if (wake.now() >= next && search->running < options.most_attempts) {
      asio::co_spawn(executor, attempt(search), asio::detached);
      next = wake.now() + jittered(backoff);
      backoff = std::min(backoff * 2, options.longest_backoff);
    }
    auto const pause = std::chrono::ceil<std::chrono::milliseconds>(next - wake.now());
    if (!search->found && !search->failed)
      co_await sleep(
          std::max(pause, std::chrono::milliseconds(search->running < options.most_attempts ? 0 : 100)));
  }
  search->over = true;
  co_return false;
}

Async<void> Link::State::attempt(std::shared_ptr<Search> search) {
  auto const self = shared_from_this();
  ++search->running;
  auto connection = co_await connect();
  --search->running;
  bool const wanted = !search->over && !search->found && !closing;
  if (connection.has_error()) {
    search->failed = connection.error();
  } else if (wanted) {
    search->found = std::move(connection.value());
  } else {
    connection.value()->socket.drop();
  }
  if (!search->over) wake.cancel();
}

// Another connection of this session, in place of `current`. False: the stage is another session's by now.
Async<Result<bool>> Link::State::adopt(std::shared_ptr<Connection> connection) {
  auto const moved = co_await registry.move(connection->id, session, epoch);
  if (moved.has_error()) co_return moved.error();
  if (!moved.value() && !closing) taken_over = true;
  if (!moved.value() || closing) co_return false;
  current = std::move(connection);
  confirm_at = wake.now() + options.confirm_interval;
  asio::co_spawn(executor, read(current), asio::detached);
  co_return true;
}

Async<void> Link::State::rotate() {
  auto const old = current;
  auto connection = co_await connect();
  Result<bool> moved = false;
  if (connection.has_error()) {
    moved = connection.error();
  } else {
    moved = co_await adopt(std::move(connection.value()));
  }
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
  state->look.cancel();
  if (!state->taken_over && state->epoch) {
    auto const left = co_await state->registry.leave(state->session, state->epoch);
    (void)left;  // a row that stays names a dead connection: stubs get a 410 and say so
  }
  if (state->current) co_await state->current->socket.close(1000, "session ended");
}

}  // namespace live
