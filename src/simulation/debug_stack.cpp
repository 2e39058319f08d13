#include "simulation/debug_stack.h"

#include <fmt/format.h>

namespace live::simulation {
namespace {

constexpr auto kShort = 3000ms;            // as the relay's requests have it
constexpr auto kMostRetransmission = 15s;  // a longer outage ends a TCP connection
constexpr auto kIdle = std::chrono::minutes(10), kOldest = std::chrono::minutes(120);
constexpr size_t kCaptured = 8;
// In the order of Posted::Outcome.
constexpr const char* kOutcomes[] = {"delivered", "gone",   "forbidden",  "throttled",
                                     "too large", "failed", "unreachable"};

std::string type_of(const std::string& text) {
  constexpr std::string_view kBefore = R"({"type":")";
  if (!text.starts_with(kBefore)) return "?";
  auto type = text.substr(kBefore.size(), text.find('"', kBefore.size()) - kBefore.size());
  bool const to_client = std::string_view(text).substr(0, 400).find(R"("to":)") != std::string_view::npos;
  if (type == "chunk" && to_client) return "receipt";
  return type;
}

// The sealed part is as random as the system's own chance made it: what becomes of it depends on `bits`
// alone.
std::string garbled(std::string text, size_t at, char bits) {
  auto const body = text.find(R"("body":")") + 8;
  if (at < body || at + 2 >= text.size()) {
    text[at] ^= bits;
  } else if (bits % 2 == 0 || at + 8 >= text.size()) {
    text[at] = '!';
  } else {
    text[at] = text[at] == 'A' ? 'B' : 'A';
  }
  return text;
}

}  // namespace

struct Socket {
  Socket(DebugStack& stack, const Executor& executor, std::string id)
      : stack(stack), id(std::move(id)), arrived(executor) {}
  void end(std::string reason) {
    if (why.empty()) why = std::move(reason);
    open = false;
    arrived.cancel();
  }

  DebugStack& stack;
  std::string id;
  Timer arrived;
  std::deque<std::string> inbox;
  std::string why;  // it ended
  bool open = true;
};

namespace {

class Core final : public net::WebSocket::Core {
 public:
  explicit Core(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  ~Core() override { drop(); }

  Async<Result<std::string>> read() override { return read(socket_); }
  Async<Result<void>> write(std::string) override {
    bool const open = socket_->open;
    if (open) socket_->stack.hello(socket_->id);
    return written(open);
  }
  Async<void> close(uint16_t, std::string) override {
    drop();
    return nothing();
  }
  void drop() override {
    if (!socket_->open) return;
    socket_->inbox.clear();
    socket_->end("it was dropped here");
    socket_->stack.hung_up(socket_->id);
  }
  bool is_open() const override { return socket_->open; }

 private:
  static Async<Result<std::string>> read(std::shared_ptr<Socket> socket) {
    while (socket->inbox.empty() && socket->open) {
      socket->arrived.never_expire();
      co_await socket->arrived.wait();
    }
    if (socket->inbox.empty()) co_return fault(Fault::Kind::closed, socket->why);
    auto text = std::move(socket->inbox.front());
    socket->inbox.pop_front();
    co_return text;
  }
  static Async<Result<void>> written(bool open) {
    if (!open) co_return fault(Fault::Kind::closed, "it has ended");
    co_return outcome::success();
  }
  static Async<void> nothing() { co_return; }

  std::shared_ptr<Socket> socket_;
};

}  // namespace

std::chrono::nanoseconds DebugStack::hop() { return random_.between(1ms, 20ms); }

// TCP repeats what an outage swallows: it arrives when the network is back.
Moment DebugStack::arrival(const Host& host, Moment sent) const {
  return std::max(sent, host.line_down_until);
}

void DebugStack::note(const std::string& what, const std::string& detail) {
  journal_.counts.add(what);
  if (journal_.verbose()) journal_.line(detail.empty() ? what : what + ": " + detail);
}

std::optional<DebugStack::Refusal> DebugStack::refusal(const std::string& what) {
  auto const refuse = [&](double odds, int status, const char* name, bool done) -> std::optional<Refusal> {
    if (!random_.chance(odds)) return std::nullopt;
    note(fmt::format("fault {} {}", name, what), "");
    return Refusal{status, done};
  };
  if (what == "dial" && !odds_.dials_too) return std::nullopt;
  if (auto it = refuse(odds_.throttled, 429, "429", false)) return it;
  if (auto it = refuse(odds_.failed, 500, "500", false)) return it;
  if (auto it = refuse(odds_.failed_but_done, 500, "500 though done", true)) return it;
  if (auto it = refuse(odds_.unavailable, 503, "503", false)) return it;
  if (what != "dial") {
    if (auto it = refuse(odds_.forbidden, 403, "403", false)) return it;
  }
  return std::nullopt;
}

template <class T>
Async<std::optional<T>> DebugStack::request(std::shared_ptr<Host> host, std::string what,
                                            std::chrono::nanoseconds patience, std::function<T()> act,
                                            std::function<T(int)> refuse) {
  struct Service {
    std::function<T()> act;
    std::function<T(int)> refuse;
  };
  auto service = std::make_shared<Service>(Service{std::move(act), std::move(refuse)});
  auto start = [this, what = std::move(what), service = std::move(service),
                weak = std::weak_ptr(host)](Answer<T> answer) {
    auto const from = weak.lock();
    if (random_.chance(odds_.request_lost)) {
      if (what == "get") ++from->refusals;  // the answer is there: it is fetched until the deadline
      return note("fault request lost " + what, "");
    }
    agenda_.at(arrival(*from, agenda_.now() + hop()), [this, what, service, answer, weak] {
      auto const refused = refusal(what);
      if (auto const host = weak.lock(); host && refused) ++host->refusals;
      std::optional<T> value;
      if (!refused || refused->done) value.emplace(service->act());
      if (refused) value.emplace(service->refuse(refused->status));
      auto const to = weak.lock();
      if (!to) return;
      if (random_.chance(odds_.answer_lost)) {
        if (what == "get") ++to->refusals;
        return note("fault answer lost " + what, "");
      }
      agenda_.at(arrival(*to, agenda_.now() + hop()), [this, answer, weak, value = std::move(*value)] {
        auto const to = weak.lock();
        if (!to) return;
        if (to->asleep()) return note("fault answer to a sleeping machine", "");
        answer(std::move(value));
      });
    });
  };
  return ask<T>(std::move(host), patience, std::move(start));
}

Async<Posted> DebugStack::post(std::shared_ptr<Host> host, std::string connection, std::string text) {
  auto const type = type_of(text);
  if (journal_.verbose()) journal_.line(fmt::format("{} posts {} to {}", host->name(), type, connection));
  std::function<Posted()> act = [this, connection, text = std::move(text)] {
    return deliver(connection, text);
  };
  std::function<Posted(int)> refuse = [](int status) {
    using enum Posted::Outcome;
    auto const outcome = status == 429 ? throttled : status == 403 ? forbidden : failed;
    return Posted{outcome, fmt::format("HTTP {}", status)};
  };
  auto posted = co_await request<Posted>(host, "post", kShort, std::move(act), std::move(refuse));
  auto const outcome = posted.value_or(Posted{Posted::Outcome::unreachable, "no answer"});
  journal_.counts.add(fmt::format("post {}: {}", type, kOutcomes[size_t(outcome.outcome)]));
  co_return outcome;
}

Async<void> DebugStack::hang_up(std::shared_ptr<Host> host, std::string connection) {
  std::function<bool()> act = [this, connection] {
    drop(connection, true);
    return true;
  };
  std::function<bool(int)> refuse = [](int) { return false; };
  auto const done = co_await request<bool>(host, "hang up", kShort, std::move(act), std::move(refuse));
  journal_.counts.add(done == true ? "hung up" : "not hung up");
}

Posted DebugStack::deliver(const std::string& connection, const std::string& text) {
  if (text.size() > odds_.largest_message) {
    note("fault 413", "");
    return {Posted::Outcome::too_large, "HTTP 413"};
  }
  auto const found = connections_.find(connection);
  if (found == connections_.end()) return {Posted::Outcome::gone, "HTTP 410"};
  found->second.used = agenda_.now();
  if (captured_.size() < kCaptured) {
    captured_.push_back(text);
  } else if (random_.chance(0.2)) {
    captured_[random_.below(kCaptured)] = text;
  }
  if (random_.chance(odds_.message_lost)) {
    note("fault message lost", type_of(text));
    return {};
  }
  bring(connection, text, true);
  if (random_.chance(odds_.duplicated)) {
    note("fault message twice", type_of(text));
    bring(connection, text, true);
  }
  if (random_.chance(odds_.replayed)) {
    note("fault message replayed", "");
    auto at = connections_.begin();
    std::advance(at, random_.below(connections_.size()));
    bring(at->first, captured_[random_.below(captured_.size())], true);
  }
  if (random_.chance(odds_.garbled)) {
    note("fault message garbled", "");
    bring(connection, garbled(text, random_.below(text.size()), char(1 + random_.below(127))), true);
  }
  return {};
}

void DebugStack::bring(const std::string& connection, std::string text, bool reordered) {
  auto delay = hop();
  if (reordered && random_.chance(odds_.late)) {
    delay = random_.between(20ms, odds_.latest);
    note("fault message late", type_of(text));
  }
  auto const found = connections_.find(connection);
  auto const host = found->second.host.lock();
  if (!host || found->second.dead) return;
  agenda_.at(arrival(*host, agenda_.now() + delay), [this, connection, text = std::move(text)]() mutable {
    auto const found = connections_.find(connection);
    if (found == connections_.end() || found->second.dead) return;
    auto const host = found->second.host.lock();
    if (!host) return;
    if (host->asleep()) return note("fault message to a sleeping machine", type_of(text));
    host->receive([socket = found->second.socket, text = std::move(text)]() mutable {
      auto const here = socket.lock();
      if (!here || !here->open) return;
      here->inbox.push_back(std::move(text));
      here->arrived.cancel();
    });
  });
}

void DebugStack::hello(const std::string& connection) {
  auto const found = connections_.find(connection);
  if (found == connections_.end() || found->second.dead) return;
  auto const host = found->second.host.lock();
  agenda_.at(arrival(*host, agenda_.now() + hop()), [this, connection] {
    auto const found = connections_.find(connection);
    if (found == connections_.end()) return;
    found->second.used = agenda_.now();
    bring(connection, fmt::format(R"({{"type":"hello","connectionId":"{}"}})", connection), false);
  });
}

void DebugStack::hung_up(const std::string& connection) {
  auto const found = connections_.find(connection);
  if (found == connections_.end()) return;
  auto const host = found->second.host.lock();
  auto const when = host ? arrival(*host, agenda_.now() + hop()) : agenda_.now() + hop();
  found->second.socket.reset();
  agenda_.at(when, [this, connection] { connections_.erase(connection); });
}

Async<Result<net::WebSocket>> DebugStack::dial(std::shared_ptr<Host> host, Milliseconds patience) {
  using Opened = std::pair<int, std::string>;
  std::weak_ptr<Host> const weak = host;
  std::function<Opened()> act = [this, weak]() -> Opened {
    if (random_.chance(odds_.dial_refused)) {
      note("fault dial refused", "");
      return {403, ""};
    }
    auto id = fmt::format("c{}=", ++opened_);
    connections_.emplace(id, Connection{weak, {}, agenda_.now(), agenda_.now()});
    return {101, std::move(id)};
  };
  std::function<Opened(int)> refuse = [](int status) { return Opened{status, ""}; };
  auto const executor = host->executor();
  auto const name = host->name();
  auto const opened =
      co_await request<Opened>(std::move(host), "dial", patience, std::move(act), std::move(refuse));
  if (!opened) co_return fault(Fault::Kind::timeout, "dialling took too long");
  if (opened->first != 101) co_return fault(Fault::Kind::refused, "the upgrade was refused", opened->first);
  auto const socket = std::make_shared<Socket>(*this, executor, opened->second);
  auto const found = connections_.find(opened->second);
  if (found == connections_.end()) {
    socket->end("it was closed at once");
  } else {
    found->second.socket = socket;
  }
  note("dialled", fmt::format("{} has {}", name, opened->second));
  co_return net::WebSocket(std::make_unique<Core>(socket));
}

void DebugStack::drop(const std::string& connection, bool told) {
  auto const found = connections_.find(connection);
  if (found == connections_.end()) return;
  auto const gone = found->second;
  connections_.erase(found);
  if (!told) return;
  auto const host = gone.host.lock();
  if (!host) return;
  agenda_.at(arrival(*host, agenda_.now() + hop()), [this, host = gone.host, socket = gone.socket] {
    auto const to = host.lock();
    if (!to) return;
    if (to->asleep()) return note("fault close to a sleeping machine", "");
    to->receive([socket] {
      if (auto const here = socket.lock()) here->end("the gateway closed it");
    });
  });
}

void DebugStack::close_one(Host& host) {
  for (auto const& [id, connection] : connections_) {
    if (connection.host.lock().get() != &host) continue;
    note("fault gateway closes", id);
    return drop(id, true);
  }
}

void DebugStack::outage(Host& host, std::chrono::nanoseconds time) {
  if (time < kMostRetransmission) return;
  while (forget_silently(host)) {
  }
}

void DebugStack::close_all() {
  note("fault deployment", "");
  auto const all = connections_;
  for (auto const& [id, connection] : all) drop(id, true);
}

bool DebugStack::forget_silently(Host& host) {
  for (auto& [id, connection] : connections_) {
    if (connection.host.lock().get() != &host || connection.dead) continue;
    note("fault half open", id);
    connection.dead = true;
    // After a while the gateway notices, and answers 410.
    agenda_.after(random_.between(1s, 60s), [this, id = id] { drop(id, false); });
    return true;
  }
  return false;
}

void DebugStack::close_what_is_too_old() {
  auto const all = connections_;
  for (auto const& [id, connection] : all) {
    bool const idle = agenda_.now() > connection.used + kIdle;
    bool const old = agenda_.now() > connection.opened + kOldest;
    if (!idle && !old) continue;
    note(idle ? "fault idle connection closed" : "fault old connection closed", id);
    drop(id, true);
  }
}

Async<Result<std::optional<ClientRow>>> DebugStack::client(std::shared_ptr<Host> host) {
  using Read = Result<std::optional<ClientRow>>;
  std::function<Read()> act = [this] { return Read(row_); };
  std::function<Read(int)> refuse = [](int status) -> Read {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto read = co_await request<Read>(std::move(host), "read row", kShort, std::move(act), std::move(refuse));
  if (!read) co_return fault(Fault::Kind::timeout, "the table does not answer");
  co_return std::move(*read);
}

Async<Result<void>> DebugStack::put(std::shared_ptr<Host> host, std::string key, std::string bytes) {
  auto const patience = payload_patience(bytes.size());
  std::function<Result<void>()> act = [this, key, bytes]() -> Result<void> {
    objects_[key] = bytes;
    return outcome::success();
  };
  std::function<Result<void>(int)> refuse = [](int status) -> Result<void> {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto put =
      co_await request<Result<void>>(std::move(host), "put", patience, std::move(act), std::move(refuse));
  if (!put) co_return fault(Fault::Kind::timeout, "the bucket does not answer");
  co_return *put;
}

Async<Result<std::string>> DebugStack::get(std::shared_ptr<Host> host, std::string key, size_t size) {
  using Got = Result<std::string>;
  std::function<Got()> act = [this, key]() -> Got {
    auto const found = objects_.find(key);
    if (found == objects_.end()) return fault(Fault::Kind::not_found, "NoSuchKey", 404);
    return found->second;
  };
  std::function<Got(int)> refuse = [](int status) -> Got {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto got = co_await request<Got>(std::move(host), "get", payload_patience(size), std::move(act),
                                   std::move(refuse));
  if (!got) co_return fault(Fault::Kind::timeout, "the bucket does not answer");
  co_return std::move(*got);
}

Async<Result<void>> DebugStack::remove(std::shared_ptr<Host> host, std::string key) {
  std::function<Result<void>()> act = [this, key]() -> Result<void> {
    objects_.erase(key);
    return outcome::success();
  };
  std::function<Result<void>(int)> refuse = [](int status) -> Result<void> {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto gone =
      co_await request<Result<void>>(std::move(host), "remove", kShort, std::move(act), std::move(refuse));
  if (!gone) co_return fault(Fault::Kind::timeout, "the bucket does not answer");
  co_return *gone;
}

// The table's one row, by the conditions that aws/stage.cpp writes in DynamoDB's language.
Async<Result<Registry::Taken>> DebugStack::take(std::shared_ptr<Host> host, ClientRow row) {
  using Took = Result<Registry::Taken>;
  auto const name = host->name();
  std::function<Took()> act = [this, row, name]() mutable -> Took {
    Registry::Taken taken{++epoch_, row_};
    row.epoch = epoch_;
    row_ = row;
    note(taken.previous ? "row taken over" : "row taken", fmt::format("{} by {}", name, row.connection));
    return taken;
  };
  std::function<Took(int)> refuse = [](int status) -> Took {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto took = co_await request<Took>(std::move(host), "take row", 10s, std::move(act), std::move(refuse));
  if (!took) co_return fault(Fault::Kind::timeout, "the table does not answer");
  co_return std::move(*took);
}

Async<Result<bool>> DebugStack::move(std::shared_ptr<Host> host, std::string connection, std::string session,
                                     int64_t epoch) {
  auto const name = host->name();
  std::function<Result<bool>()> act = [this, connection, session, epoch, name]() -> Result<bool> {
    bool const ours = row_ && row_->session == session && row_->epoch == epoch;
    if (ours) row_->connection = connection;
    note(ours ? "row moved" : "row not moved", fmt::format("{} to {}", name, connection));
    return ours;
  };
  std::function<Result<bool>(int)> refuse = [](int status) -> Result<bool> {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto moved =
      co_await request<Result<bool>>(std::move(host), "move row", 10s, std::move(act), std::move(refuse));
  if (!moved) co_return fault(Fault::Kind::timeout, "the table does not answer");
  co_return *moved;
}

Async<Result<void>> DebugStack::leave(std::shared_ptr<Host> host, std::string session, int64_t epoch) {
  std::function<Result<void>()> act = [this, session, epoch]() -> Result<void> {
    if (row_ && row_->session == session && row_->epoch == epoch) {
      row_.reset();
      note("row left", session);
    }
    return outcome::success();
  };
  std::function<Result<void>(int)> refuse = [](int status) -> Result<void> {
    return fault(Fault::Kind::refused, fmt::format("HTTP {}", status), status);
  };
  auto left =
      co_await request<Result<void>>(std::move(host), "leave row", 10s, std::move(act), std::move(refuse));
  if (!left) co_return fault(Fault::Kind::timeout, "the table does not answer");
  co_return *left;
}

}  // namespace live::simulation
