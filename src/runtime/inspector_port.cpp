// Debuggers of Node: they ask by HTTP what there is, and speak the inspector's protocol over a WebSocket.
#include <algorithm>
#include <deque>
#include <optional>

#include <fmt/format.h>

#include "base/json.h"
#include "base/timer.h"
#include "net/http_server.h"
#include "net/websocket.h"
#include "runtime/debug_board.h"
#include "runtime/debug_port_kinds.h"
#include "runtime/source_breakpoints.h"

namespace live {

namespace {

constexpr auto kSaysAgain = std::chrono::milliseconds(20);
constexpr auto kConnectTimeout = std::chrono::seconds(5);
constexpr size_t kIdsKnown = 64;      // of processes that are gone
constexpr int kOurs = 2'147'483'647;  // the id of our question: debuggers count theirs from a small number on

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

class InspectorTalk final : public DebugTalk {
 public:
  explicit InspectorTalk(std::shared_ptr<SourceBreakpoints::Unplaced> unplaced)
      : breakpoints_(unplaced), unplaced_(std::move(unplaced)) {}
  Says debugger_says(std::string_view message) override {
    if (breakpoints_.debugger_says(message)) has_set_since_ = true;
    return {.lets_go = lets_go(message)};
  }
  Says process_says(std::string_view message) override {
    if (message.starts_with(kAnswer))
      return {.is_withheld = true, .has_settled = !has_set_since_ && !breakpoints_.are_to_be_placed()};
    breakpoints_.process_says(message);
    bool const pauses = is_event(message, "Debugger.paused");
    if (!pauses && !is_event(message, "Debugger.resumed")) return {};
    return {.paused = pauses};
  }
  // Of no effect.
  std::string ask_whether_settled() override {
    has_set_since_ = false;
    return fmt::format(R"({{"id":{},"method":"Schema.getDomains"}})", kOurs);
  }
  void has_not_settled() override { breakpoints_.give_up(); }
  void leaves() override { unplaced_->clear(); }

 private:
  inline static const std::string kAnswer = fmt::format(R"({{"id":{},)", kOurs);
  SourceBreakpoints breakpoints_;
  std::shared_ptr<SourceBreakpoints::Unplaced> unplaced_;
  bool has_set_since_ = false;  // breakpoints, since the process was asked
};

class InspectorWire final : public DebugWire {
 public:
  explicit InspectorWire(net::WebSocket socket) : socket_(std::move(socket)) {}
  Async<Result<std::string>> read() override { return socket_.read(); }
  Async<Result<void>> write(std::string message) override { return socket_.write(std::move(message)); }
  void end() override { socket_.drop(); }
  void drop() override { socket_.drop(); }

 private:
  net::WebSocket socket_;
};

class InspectorProtocol final : public DebugProtocol {
 public:
  std::unique_ptr<DebugTalk> talk() const override { return std::make_unique<InspectorTalk>(unplaced_); }
  bool is_shared() const override { return true; }

  Async<Result<DebugWirePtr>> dial(Executor executor, std::string where) const override {
    auto far = parse_url(where);
    if (!far) co_return fault(where + ": no address of an inspector");
    net::WebSocketTarget target{
        std::move(far->endpoint), std::move(far->target), {}, limits_of_inspector(), {}};
    LIVE_CO_TRY(auto socket, co_await net::connect_websocket(executor, std::move(target), kConnectTimeout));
    DebugWirePtr wire = std::make_unique<InspectorWire>(std::move(socket));
    co_return wire;
  }

  // Until it says that it goes on: what comes before it waits, it does not hear.
  Async<bool> let_go(Executor executor, std::string where, std::function<bool()> still_waits) const override {
    auto const process = co_await dial(executor, std::move(where));
    Timer pause(executor);
    for (int id = 1; process && still_waits(); ++id) {
      auto const written = co_await process.value()->write(
          fmt::format(R"({{"id":{},"method":"Runtime.runIfWaitingForDebugger"}})", id));
      auto const answered = written ? co_await process.value()->read() : Result<std::string>(written.error());
      if (!answered) break;
      pause.expires_after(kSaysAgain);
      co_await pause.wait();
    }
    co_return false;
  }

 private:
  std::shared_ptr<SourceBreakpoints::Unplaced> unplaced_ = std::make_shared<SourceBreakpoints::Unplaced>();
};

// Shared with the server's handlers, which may outlive the port.
class Switchboard : public std::enable_shared_from_this<Switchboard> {
 public:
  Switchboard(Executor executor, Ids& ids, DebugPort::Options options)
      : ids_(ids),
        title_(options.title),
        debugging_(*options.debugging),
        board_(std::make_shared<DebugBoard>(std::move(executor), std::make_shared<InspectorProtocol>(),
                                            std::move(options))) {
    waiting_id_ = new_id();
  }

  void serve_at(uint16_t port) { port_ = port; }
  uint16_t port() const { return port_; }
  std::string url(const std::string& id) const { return fmt::format("ws://127.0.0.1:{}/{}", port_, id); }
  const Debugging& debugging() const { return debugging_; }
  DebugBoard& board() { return *board_; }
  DebugBoard::DebuggedPtr add(DebugPort::OnHold on_hold) { return board_->add(new_id(), std::move(on_hold)); }

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

  // A page that a browser shows must neither read the ids nor reach us by a name of its own. VS Code names no
  // port, and who forwards ours another one.
  static std::optional<net::Response> refuse(const net::Request& request) {
    auto const host = request.headers.get("Host");
    auto const name = host.substr(0, host.rfind(':'));
    if (name == "127.0.0.1" || name == "localhost") return std::nullopt;
    return net::Response{.status = 403};
  }

 private:
  std::string new_id() {
    ids_known_.push_back(ids_.uuid());
    if (ids_known_.size() > kIdsKnown) ids_known_.pop_front();
    return ids_known_.back();
  }

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
      for (auto const& one : board_->processes())
        if (one->debuggers.empty() != debugged) all.push_back(entry(one->id, title_));
    if (all.empty()) all.push_back(entry(waiting_id_, title_ + " (waits for a call)"));
    return all;
  }

  net::Answer connect(const std::string& id) {
    if (std::ranges::find(ids_known_, id) == ids_known_.end() && id != waiting_id_)
      return net::Response{.status = 404};
    net::Upgrade upgrade;
    upgrade.limits = limits_of_inspector();
    upgrade.serve = [self = shared_from_this(), id](net::WebSocket socket) {
      DebugWirePtr wire = std::make_unique<InspectorWire>(std::move(socket));
      return DebugBoard::serve(self->board_, std::move(wire), self->wanted_by(id));
    };
    return upgrade;
  }

  // Who asks for one that is gone waits for the next, as does who comes before the first.
  DebugBoard::DebuggedPtr wanted_by(const std::string& id) const {
    auto const& processes = board_->processes();
    for (auto const& one : processes)
      if (one->id == id) return one;
    return id == waiting_id_ && !processes.empty() ? processes.front() : nullptr;
  }

  Ids& ids_;
  std::string title_;
  const Debugging& debugging_;
  uint16_t port_ = 0;
  std::string waiting_id_;  // stands for the first process to come
  std::deque<std::string> ids_known_;
  std::shared_ptr<DebugBoard> board_;
};

class InspectorPort final : public DebugPort {
 public:
  InspectorPort(std::shared_ptr<Switchboard> switchboard, std::unique_ptr<net::HttpServer> server)
      : switchboard_(std::move(switchboard)), server_(std::move(server)) {}
  ~InspectorPort() override { switchboard_->board().close(); }
  uint16_t port() const override { return switchboard_->port(); }
  const Debugging& debugging() const override { return switchboard_->debugging(); }
  std::unique_ptr<Target> add(OnHold on_hold) override {
    auto process = switchboard_->add(std::move(on_hold));
    auto url = switchboard_->url(process->id);
    return target_on(switchboard_->board(), std::move(process), std::move(url));
  }

 private:
  std::shared_ptr<Switchboard> switchboard_;
  std::unique_ptr<net::HttpServer> server_;
};

}  // namespace

Result<std::unique_ptr<DebugPort>> listen_for_inspectors(Executor executor, Ids& ids, uint16_t port,
                                                         DebugPort::Options options) {
  auto const switchboard = std::make_shared<Switchboard>(executor, ids, std::move(options));
  net::ServerOptions server_options;
  server_options.refuse = Switchboard::refuse;
  auto handler = [switchboard](net::Request request) {
    return Switchboard::serve(switchboard, std::move(request));
  };
  LIVE_TRY(auto server, net::HttpServer::listen(executor, "127.0.0.1", port, std::move(server_options),
                                                std::move(handler)));
  switchboard->serve_at(server->port());
  return std::make_unique<InspectorPort>(switchboard, std::move(server));
}

}  // namespace live
