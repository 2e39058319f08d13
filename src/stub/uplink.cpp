#include "stub/uplink.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "base/json.h"
#include "base/timer.h"
#include "invocation/backoff.h"

namespace live {
namespace {

constexpr const char* kHello = R"({"type":"hello"})";

// The connection id in an answer to hello; empty when the text is something else.
std::string hello_answer(std::string_view text) {
  if (text.size() > 1024 || text.find("\"hello\"") == std::string_view::npos) return "";
  auto const parsed = parse_json_object(text, 4);
  if (!parsed || string_or(parsed.value(), "type") != "hello") return "";
  return string_or(parsed.value(), "connectionId");
}

}  // namespace

struct Uplink::Connection {
  explicit Connection(net::WebSocket opened, TimePoint now)
      : socket(std::move(opened)), opened(now), last_heard(now) {}
  net::WebSocket socket;
  std::string id;
  TimePoint opened, last_heard;
  bool doubted = false;  // asked with a hello that is not answered yet
  int doubts = 0;
};

struct Uplink::State : std::enable_shared_from_this<Uplink::State> {
  using Shared = std::shared_ptr<Connection>;
  State(Executor executor, const Clock& clock, Ids& ids, Dial dial, Options options, Events events)
      : executor(std::move(executor)),
        clock(clock),
        dial(std::move(dial)),
        options(options),
        events(std::move(events)),
        backoff(ids, options.first_pause, options.longest_pause),
        pause(this->executor),
        first_try(this->executor) {
    first_try.never_expire();
  }

  Async<void> find();
  Async<void> rest();
  Async<Result<Shared>> connect();
  Async<void> read(Shared connection);
  Async<void> lost(Shared connection, Fault why);
  Async<void> doubt(Shared connection);
  Async<void> replace();
  Async<void> drain(Shared connection);
  void adopt(Shared connection);
  void note_time();
  void drop_unless_answered(Shared connection, Timer& timer);
  void spawn(Async<void> task) {
    asio::co_spawn(executor, keeping(shared_from_this(), std::move(task)), asio::detached);
  }
  static Async<void> keeping(std::shared_ptr<State> self, Async<void> task) {
    co_await std::move(task);
    (void)self;  // a task may start after its owner is gone
  }

  Executor executor;
  const Clock& clock;
  Dial dial;
  Options options;
  Events events;
  Backoff backoff;
  Timer pause;
  Timer first_try;  // cancelled when it has connected or failed
  bool tried = false;
  Shared current;
  int connects = 0;
  int search = 0;  // the latest find(): an earlier one ends
  TimePoint last_active;
  bool perhaps_frozen = false;  // since the last check(): what is read may be old, and proves no connection
  bool replacing = false, stopped = false;
};

Uplink::Uplink(Executor executor, const Clock& clock, Ids& ids, Dial dial, Options options, Events events)
    : state_(std::make_shared<State>(std::move(executor), clock, ids, std::move(dial), options,
                                     std::move(events))) {}

Uplink::~Uplink() {
  state_->stopped = true;
  state_->events = {};
  state_->pause.cancel();
  state_->first_try.cancel();
  if (state_->current) state_->current->socket.drop();
}

void Uplink::start() {
  state_->last_active = state_->clock.now();
  state_->spawn(state_->find());
}

Async<void> Uplink::first_try() {
  auto const state = state_;
  if (!state->tried) co_await state->first_try.wait();
}

int Uplink::connects() const { return state_->connects; }

// Until there is one.
Async<void> Uplink::State::find() {
  int const mine = ++search;
  while (!stopped && mine == search) {
    auto opened = co_await connect();
    if (stopped || mine != search) co_return;
    if (opened) {
      adopt(opened.value());
    } else if (events.on_down) {
      events.on_down(opened.error().message);
    }
    tried = true;
    first_try.cancel();
    if (opened) co_return;
    co_await rest();
  }
}

Async<void> Uplink::State::rest() {
  pause.expires_after(backoff.next());
  co_await pause.wait();
}

void Uplink::State::adopt(Shared connection) {
  current = std::move(connection);
  if (events.on_up) events.on_up(current->id);
  spawn(read(current));
}

void Uplink::State::note_time() {
  auto const now = clock.now();
  if (now > last_active + options.fresh) perhaps_frozen = true;
  last_active = now;
}

void Uplink::State::drop_unless_answered(Shared connection, Timer& timer) {
  timer.expires_after(options.hello_timeout);
  timer.on_expiry([waiting = std::weak_ptr(connection)] {
    if (auto const one = waiting.lock()) one->socket.drop();
  });
}

Async<Result<Uplink::State::Shared>> Uplink::State::connect() {
  ++connects;
  auto socket = co_await dial();
  if (!socket) co_return socket.error();
  auto const connection = std::make_shared<Connection>(std::move(socket.value()), clock.now());
  LIVE_CO_TRY(co_await connection->socket.write(kHello));
  Timer timer(executor);
  drop_unless_answered(connection, timer);
  auto const text = co_await connection->socket.read();
  timer.cancel();
  if (!text) co_return within("waiting for the debug stack's answer to hello", text.error());
  connection->id = hello_answer(text.value());
  if (connection->id.empty()) {
    co_return fault(
        "the debug stack does not answer hello with a connection id: deploy it again with `live start`");
  }
  connection->last_heard = clock.now();
  co_return connection;
}

Async<void> Uplink::State::read(Shared connection) {
  for (;;) {
    auto const text = co_await connection->socket.read();
    if (stopped) co_return;
    if (!text) co_return co_await lost(connection, text.error());
    note_time();
    if (!perhaps_frozen) connection->last_heard = clock.now();
    if (!hello_answer(text.value()).empty()) {
      connection->doubted = false;
    } else if (events.on_message) {
      events.on_message(text.value());
    }
  }
}

Async<void> Uplink::State::lost(Shared connection, Fault why) {
  if (current != connection) co_return;  // replaced, or dropped in favour of another
  current.reset();
  if (events.on_down) events.on_down(why.message);
  bool const lasted = clock.now() > connection->opened + options.longest_pause;
  if (lasted) backoff.reset();
  int const before = search;
  co_await rest();
  if (before == search) co_await find();
}

void Uplink::check() {
  auto& state = *state_;
  auto const now = state.clock.now();
  state.note_time();
  bool const fresh = !std::exchange(state.perhaps_frozen, false);
  if (!state.current) {
    // A dial from before a freeze may wait for an answer that came meanwhile: it is left to itself.
    state.pause.cancel();
    if (!fresh) state.spawn(state.find());
  } else if (now > state.current->opened + state.options.rotate_after) {
    if (!std::exchange(state.replacing, true)) state.spawn(state.replace());
  } else if (!fresh || now > state.current->last_heard + state.options.fresh) {
    suspect();
  }
}

void Uplink::suspect() {
  auto& state = *state_;
  if (!state.current || std::exchange(state.current->doubted, true)) return;
  state.spawn(state.doubt(state.current));
}

// Asks. Without an answer another one is opened beside it: where only the machine or the gateway is slow, the
// answer that is on its way still arrives.
Async<void> Uplink::State::doubt(Shared connection) {
  int const mine = ++connection->doubts;
  auto const written = co_await connection->socket.write(kHello);
  if (!written) co_return connection->socket.drop();
  Timer timer(executor);
  timer.expires_after(options.doubt);
  co_await timer.wait();
  bool const silent = connection->doubted && connection->doubts == mine && connection == current;
  if (silent && !stopped && !std::exchange(replacing, true)) co_await replace();
}

Async<void> Uplink::State::replace() {
  auto const old = current;
  auto opened = co_await connect();
  replacing = false;
  if (stopped) co_return;
  if (!opened) {
    old->socket.drop();  // too old to be trusted: its reader finds another
    co_return;
  }
  if (current != old) co_return;  // it ended meanwhile, and another is on its way
  adopt(opened.value());
  spawn(drain(old));
}

Async<void> Uplink::State::drain(Shared connection) {
  Timer timer(executor);
  timer.expires_after(options.drain);
  co_await timer.wait();
  connection->socket.drop();
}

}  // namespace live
