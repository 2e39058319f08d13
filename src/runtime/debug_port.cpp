#include "runtime/debug_port.h"

#include <algorithm>
#include <deque>
#include <list>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "base/timer.h"
#include "net/http_server.h"
#include "net/websocket.h"

namespace live {

namespace {

// An IDE whose process has ended comes back by itself, after a second or so.
constexpr auto kComesBack = std::chrono::seconds(5);
constexpr auto kSaysAgain = std::chrono::milliseconds(20);
constexpr auto kConnectTimeout = std::chrono::seconds(5);
constexpr size_t kMostWhileWaiting = 16 * 1024 * 1024;  // bytes of a debugger that has no process yet
constexpr size_t kIdsKnown = 64;                        // of processes that are gone

// Sources, values and profiles in one message.
net::WebSocketLimits limits_of_inspector() {
  constexpr size_t kLargest = 512 * 1024 * 1024;
  return {
      .max_message = kLargest, .max_frame = kLargest, .binary_is_refused = true, .max_fragments = 1 << 20};
}

// The inspector writes the method of an event first.
bool is_event(std::string_view message, std::string_view method) {
  constexpr std::string_view kBegin = "{\"method\":\"";
  return message.starts_with(kBegin) && message.substr(kBegin.size()).starts_with(method) &&
         message.substr(kBegin.size() + method.size()).starts_with('"');
}

bool lets_go(std::string_view message) {
  constexpr size_t kLongest = 256;
  return message.size() < kLongest &&
         message.find("\"Runtime.runIfWaitingForDebugger\"") != std::string_view::npos;
}

struct Far {  // where a process's own inspector listens
  net::Endpoint endpoint;
  std::string target;
};

std::optional<Far> parse_url(const std::string& url) {
  auto const scheme = url.find("://");
  if (scheme == std::string::npos) return std::nullopt;
  auto const slash = url.find('/', scheme + 3);
  auto endpoint = net::parse_endpoint(url.substr(0, slash));
  if (endpoint.has_error()) return std::nullopt;
  return Far{std::move(endpoint.value()), slash == std::string::npos ? "/" : url.substr(slash)};
}

struct Debugged;

struct Debugger {  // one connection
  Debugger(const Executor& executor, net::WebSocket near) : near(std::move(near)), led(executor) {
    led.never_expire();
  }
  net::WebSocket near;
  std::optional<net::WebSocket> far;
  std::weak_ptr<Debugged> process;
  std::deque<std::string> unsent;  // while there is no process
  size_t unsent_bytes = 0;
  bool is_through = false;  // what it says goes on at once
  bool paused = false, gone = false;
  Timer led;  // cancelled when there is a process, or it hangs up
};
using DebuggerPtr = std::shared_ptr<Debugger>;

struct Debugged {
  Debugged(const Executor& executor, std::string id, DebugPort::OnHold on_hold)
      : id(std::move(id)), on_hold(std::move(on_hold)), found(executor) {
    found.never_expire();
  }
  std::string id;
  DebugPort::OnHold on_hold;
  std::optional<Far> far;
  Timer found;  // cancelled when it listens, or is gone
  std::list<DebuggerPtr> debuggers;
  bool awaited = false;  // a debugger, which lets its init go on
  bool goes_on = false, gone = false;
  DebugPort::Hold hold = DebugPort::Hold::none;

  void judge() {
    bool const paused = std::ranges::any_of(debuggers, [](auto const& one) { return one->paused; });
    auto const now = paused    ? DebugPort::Hold::paused
                     : awaited ? DebugPort::Hold::attaching
                               : DebugPort::Hold::none;
    if (std::exchange(hold, now) != now && on_hold) on_hold(now);
  }
};
using DebuggedPtr = std::shared_ptr<Debugged>;

// Shared with the server's handlers and with who waits, which may outlive the DebugPort.
class Switchboard : public std::enable_shared_from_this<Switchboard> {
 public:
  Switchboard(Executor executor, Ids& ids, DebugPort::Options options)
      : executor_(std::move(executor)), ids_(ids), options_(std::move(options)) {
    waiting_id_ = new_id();
  }

  void serve_at(uint16_t port) { port_ = port; }
  uint16_t port() const { return port_; }
  std::string url(const std::string& id) const { return fmt::format("ws://127.0.0.1:{}/{}", port_, id); }

  DebuggedPtr add(DebugPort::OnHold on_hold) {
    auto const one = std::make_shared<Debugged>(executor_, new_id(), std::move(on_hold));
    processes_.push_front(one);
    bool const comes_back = expected_until_ && Steady::now() < *expected_until_;
    one->awaited = options_.waits || comes_back || !waiting_.empty();
    one->hold = one->awaited ? DebugPort::Hold::attaching : DebugPort::Hold::none;
    for (auto const& debugger : std::exchange(waiting_, {})) lead(debugger, one);
    if (one->awaited && !options_.waits) spawn(let_go_in_the_end(shared_from_this(), one));
    return one;
  }

  void remove(const DebuggedPtr& one) {
    one->gone = true;
    one->on_hold = {};
    one->found.cancel();
    if (!one->debuggers.empty()) expect();
    for (auto const& debugger : std::exchange(one->debuggers, {})) hang_up(*debugger);
    std::erase(processes_, one);
  }

  void close() {
    for (auto const& debugger : std::exchange(waiting_, {})) hang_up(*debugger);
    while (!processes_.empty()) {
      auto const one = processes_.front();
      remove(one);
    }
  }

  static Async<net::Answer> serve(std::shared_ptr<Switchboard> self, net::Request request) {
    auto const path = net::path_of(request.target);
    bool const upgrades = net::same_name(request.headers.get("Upgrade"), "websocket");
    if (upgrades) co_return self->connect(std::string(path.substr(std::min<size_t>(1, path.size()))));
    if (request.method != "GET") co_return net::Response{.status = 405};
    if (path == "/json" || path == "/json/list") co_return self->answer(self->list());
    if (path == "/json/version")
      co_return self->answer(json::object{{"Browser", "live"}, {"Protocol-Version", "1.1"}});
    co_return net::Response{.status = 404};
  }

  // A page that a browser shows must neither read the ids nor reach us by a name of its own.
  std::optional<net::Response> refuse(const net::Request& request) const {
    auto const host = request.headers.get("Host");
    if (host == fmt::format("127.0.0.1:{}", port_) || host == fmt::format("localhost:{}", port_))
      return std::nullopt;
    return net::Response{.status = 403};
  }

 private:
  std::string new_id() {
    ids_known_.push_back(ids_.uuid());
    if (ids_known_.size() > kIdsKnown) ids_known_.pop_front();
    return ids_known_.back();
  }

  void spawn(Async<void> task) { asio::co_spawn(executor_, std::move(task), asio::detached); }

  net::Response answer(const json::value& value) const {
    return {.status = 200,
            .headers = {{"Content-Type", "application/json; charset=UTF-8"}, {"Cache-Control", "no-cache"}},
            .body = json::serialize(value)};
  }

  json::object entry(const std::string& id, std::string title) const {
    return {
        {"description", "node.js instance"},
        {"devtoolsFrontendUrl", fmt::format("devtools://devtools/bundled/js_app.html?experiments=true&v8only="
                                            "true&ws=127.0.0.1:{}/{}",
                                            port_, id)},
        {"faviconUrl", "https://nodejs.org/static/images/favicons/favicon.ico"},
        {"id", id},
        {"title", std::move(title)},
        {"type", "node"},
        {"url", "file://"},
        {"webSocketDebuggerUrl", url(id)}};
  }

  // Whom nobody debugs comes first, the newest before the others: an IDE takes the first.
  json::array list() const {
    json::array all;
    for (bool const debugged : {false, true})
      for (auto const& one : processes_)
        if (one->debuggers.empty() != debugged) all.push_back(entry(one->id, options_.title));
    if (all.empty()) all.push_back(entry(waiting_id_, options_.title + " (waits for a call)"));
    return all;
  }

  net::Answer connect(const std::string& id) {
    if (std::ranges::find(ids_known_, id) == ids_known_.end() && id != waiting_id_)
      return net::Response{.status = 404};
    net::Upgrade upgrade;
    upgrade.limits = limits_of_inspector();
    upgrade.serve = [self = shared_from_this(), id](net::WebSocket socket) {
      return serve_debugger(self, id, std::move(socket));
    };
    return upgrade;
  }

  void expect() { expected_until_ = Steady::now() + kComesBack; }

  // Who asks for one that is gone waits for the next, as does who comes before the first.
  static Async<void> serve_debugger(std::shared_ptr<Switchboard> self, std::string id,
                                    net::WebSocket socket) {
    auto const debugger = std::make_shared<Debugger>(self->executor_, std::move(socket));
    auto const wanted =
        std::ranges::find_if(self->processes_, [&](auto const& one) { return one->id == id; });
    if (wanted != self->processes_.end()) {
      self->lead(debugger, *wanted);
    } else if (id == self->waiting_id_ && !self->processes_.empty()) {
      self->lead(debugger, self->processes_.front());
    } else {
      self->waiting_.push_back(debugger);
    }
    self->spawn(hear_process(self, debugger));
    co_await hear_debugger(self, debugger);
    self->leave(debugger);
  }

  void lead(const DebuggerPtr& debugger, const DebuggedPtr& process) {
    expected_until_.reset();
    debugger->process = process;
    process->debuggers.push_back(debugger);
    debugger->led.cancel();
    if (!options_.ide_attaches || process->goes_on) return;
    process->awaited = true;
    process->judge();
  }

  void leave(const DebuggerPtr& debugger) {
    hang_up(*debugger);
    std::erase(waiting_, debugger);
    auto const process = debugger->process.lock();
    if (!process) return;
    std::erase(process->debuggers, debugger);
    process->judge();
    if (process->awaited && !process->gone && !options_.waits && process->debuggers.empty())
      spawn(let_go_in_the_end(shared_from_this(), process));
  }

  static void hang_up(Debugger& debugger) {
    debugger.gone = true;
    debugger.led.cancel();
    debugger.near.drop();
    if (debugger.far) debugger.far->drop();
  }

  static Async<void> hear_debugger(std::shared_ptr<Switchboard> self, DebuggerPtr debugger) {
    while (!debugger->gone) {
      auto message = co_await debugger->near.read();
      if (!message) co_return;
      if (!debugger->is_through) {
        debugger->unsent_bytes += message.value().size();
        if (debugger->unsent_bytes > kMostWhileWaiting) co_return;
        debugger->unsent.push_back(std::move(message.value()));
      } else if (!co_await give(self, debugger, std::move(message.value()))) {
        co_return;
      }
    }
  }

  static Async<bool> give(std::shared_ptr<Switchboard> self, DebuggerPtr debugger, std::string message) {
    bool const goes_on = lets_go(message);
    auto const written = co_await debugger->far->write(std::move(message));
    auto const process = debugger->process.lock();
    if (goes_on && process && process->awaited) self->spawn(let_go(self, process));
    co_return written.has_value();
  }

  static Async<void> hear_process(std::shared_ptr<Switchboard> self, DebuggerPtr debugger) {
    if (co_await reach(self, debugger)) {
      while (!debugger->gone) {
        auto message = co_await debugger->far->read();
        if (!message) break;
        observe(*debugger, message.value());
        auto const written = co_await debugger->near.write(std::move(message.value()));
        if (!written) break;
      }
    }
    if (!debugger->gone) self->expect();
    hang_up(*debugger);
  }

  // Until it is led to a process whose inspector has what it said meanwhile.
  static Async<bool> reach(std::shared_ptr<Switchboard> self, DebuggerPtr debugger) {
    while (!debugger->gone && debugger->process.expired()) co_await debugger->led.wait();
    auto const process = debugger->process.lock();
    if (!process || debugger->gone || !co_await connected(self, debugger, process)) co_return false;
    while (!debugger->unsent.empty()) {
      auto message = std::move(debugger->unsent.front());
      debugger->unsent.pop_front();
      bool const given = co_await give(self, debugger, std::move(message));
      if (!given) co_return false;
    }
    debugger->is_through = true;
    co_return true;
  }

  static Async<bool> connected(std::shared_ptr<Switchboard> self, DebuggerPtr debugger, DebuggedPtr process) {
    auto far = co_await dial(self->executor_, process);
    if (!far || debugger->gone) co_return false;
    debugger->far.emplace(std::move(*far));
    co_return true;
  }

  static Async<std::optional<net::WebSocket>> dial(Executor executor, DebuggedPtr process) {
    while (!process->far && !process->gone) co_await process->found.wait();
    if (process->gone) co_return std::nullopt;
    net::WebSocketTarget target{process->far->endpoint, process->far->target, {}, limits_of_inspector(), {}};
    auto socket = co_await net::connect_websocket(executor, std::move(target), kConnectTimeout);
    if (!socket) co_return std::nullopt;
    co_return std::move(socket.value());
  }

  static void observe(Debugger& debugger, std::string_view message) {
    bool const pauses = is_event(message, "Debugger.paused");
    if (!pauses && !is_event(message, "Debugger.resumed")) return;
    debugger.paused = pauses;
    if (auto const process = debugger.process.lock()) process->judge();
  }

  // Nobody came back: it goes on without a debugger.
  static Async<void> let_go_in_the_end(std::shared_ptr<Switchboard> self, DebuggedPtr process) {
    Timer patience(self->executor_);
    patience.expires_after(kComesBack);
    co_await patience.wait();
    if (process->gone || !process->awaited || !process->debuggers.empty()) co_return;
    self->expected_until_.reset();
    co_await let_go(self, process);
  }

  // Until it says that it goes on: what comes before it waits, it does not hear.
  static Async<void> let_go(std::shared_ptr<Switchboard> self, DebuggedPtr process) {
    auto socket = co_await dial(self->executor_, process);
    Timer pause(self->executor_);
    for (int id = 1; socket && process->awaited && !process->gone; ++id) {
      auto const written = co_await socket->write(
          fmt::format(R"({{"id":{},"method":"Runtime.runIfWaitingForDebugger"}})", id));
      auto const answered = written ? co_await socket->read() : Result<std::string>(written.error());
      if (!answered) co_return;  // its end is told otherwise
      pause.expires_after(kSaysAgain);
      co_await pause.wait();
    }
  }

  Executor executor_;
  Ids& ids_;
  DebugPort::Options options_;
  uint16_t port_ = 0;
  std::string waiting_id_;  // stands for the first process to come
  std::deque<std::string> ids_known_;
  std::list<DebuggedPtr> processes_;                  // the newest first
  std::list<DebuggerPtr> waiting_;                    // for a process
  std::optional<Steady::time_point> expected_until_;  // a debugger whose process has ended comes back
};

class OneTarget final : public DebugPort::Target {
 public:
  OneTarget(std::shared_ptr<Switchboard> board, DebuggedPtr process)
      : board_(std::move(board)), process_(std::move(process)) {}
  ~OneTarget() override { board_->remove(process_); }
  std::string url() const override { return board_->url(process_->id); }
  bool is_awaited() const override { return process_->awaited; }
  void listens_at(const std::string& url) override {
    if (process_->far) return;
    process_->far = parse_url(url);
    process_->found.cancel();
  }
  void goes_on() override {
    process_->goes_on = true;
    process_->awaited = false;
    process_->judge();
  }
  void waits_to_be_left() override { board_->remove(process_); }

 private:
  std::shared_ptr<Switchboard> board_;
  DebuggedPtr process_;
};

class LoopbackDebugPort final : public DebugPort {
 public:
  LoopbackDebugPort(std::shared_ptr<Switchboard> board, std::unique_ptr<net::HttpServer> server)
      : board_(std::move(board)), server_(std::move(server)) {}
  ~LoopbackDebugPort() override { board_->close(); }
  uint16_t port() const override { return board_->port(); }
  std::unique_ptr<Target> add(OnHold on_hold) override {
    return std::make_unique<OneTarget>(board_, board_->add(std::move(on_hold)));
  }

 private:
  std::shared_ptr<Switchboard> board_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<DebugPort>> DebugPort::listen(Executor executor, Ids& ids, uint16_t port,
                                                     Options options) {
  auto const board = std::make_shared<Switchboard>(executor, ids, std::move(options));
  net::ServerOptions server_options;
  server_options.refuse = [board](const net::Request& request) { return board->refuse(request); };
  auto handler = [board](net::Request request) { return Switchboard::serve(board, std::move(request)); };
  LIVE_TRY(auto server, net::HttpServer::listen(executor, "127.0.0.1", port, std::move(server_options),
                                                std::move(handler)));
  board->serve_at(server->port());
  return std::make_unique<LoopbackDebugPort>(board, std::move(server));
}

}  // namespace live
