#include "runtime/debug_port.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/http_client.h"
#include "net/websocket.h"
#include "runtime/debugging.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

struct DebugPortTest : NodeTest {
  std::unique_ptr<DebugPort> port;
  std::vector<DebugPort::Hold> holds;

  void open(bool waits = false) {
    auto opened = DebugPort::listen(context.get_executor(), ids, 0,
                                    {.debugging = debugging_of("nodejs22.x"), .title = "fn", .waits = waits});
    ASSERT_TRUE(opened) << opened.error().message;
    port = std::move(opened.value());
  }
  std::unique_ptr<Worker> start_debugged(Spares* spares = nullptr, std::chrono::milliseconds init = 10s) {
    auto program = node("index.handler");
    program.debug_port = port.get();
    program.init_timeout = init;
    auto events = this->events();
    events.on_hold = [this](std::string_view, DebugPort::Hold hold) { holds.push_back(hold); };
    auto worker =
        Worker::start(context.get_executor(), clock, ids, std::move(program), std::move(events), spares);
    EXPECT_TRUE(worker) << worker.error().message;
    return std::move(worker.value());
  }

  net::Response get(const std::string& target, const std::string& host = "") {
    auto client = net::HttpClient::create(context.get_executor());
    net::Request request{.target = target};
    if (!host.empty()) request.headers.add("Host", host);
    auto answer = run(client->send({false, "127.0.0.1", port->port()}, std::move(request), 10s));
    EXPECT_TRUE(answer) << answer.error().message;
    return std::move(answer.value());
  }
  std::string first_target() {
    auto const all = json::parse(get("/json/list").body).as_array();
    auto const url = std::string(all.at(0).at("webSocketDebuggerUrl").as_string());
    return url.substr(url.find('/', 5));
  }
  Result<net::WebSocket> connect(const std::string& target) {
    net::WebSocketLimits limits;
    limits.max_message = limits.max_frame = 1 << 24;
    return run(net::connect_websocket(context.get_executor(),
                                      {{false, "127.0.0.1", port->port()}, target, {}, limits, {}}, 10s));
  }
  net::WebSocket attach() {
    auto socket = debugger();
    until_told(socket, "\"debuggerId\"");
    return socket;
  }
  net::WebSocket debugger() {
    auto socket = connect(first_target());
    EXPECT_TRUE(socket) << socket.error().message;
    say(socket.value(), "Debugger.enable");
    say(socket.value(), "Runtime.runIfWaitingForDebugger");
    return std::move(socket.value());
  }
  void say(net::WebSocket& socket, const std::string& method, const json::object& params = {}) {
    json::object const message{{"id", 1}, {"method", method}, {"params", params}};
    auto const written = run(socket.write(json::serialize(message)));
    EXPECT_TRUE(written);
  }
  void until(net::WebSocket& socket, std::string_view method) {
    until_told(socket, fmt::format("\"method\":\"{}\"", method));
  }
  void until_told(net::WebSocket& socket, std::string_view what) {
    SCOPED_TRACE(what);
    for (;;) {
      auto const message = run(socket.read());
      ASSERT_TRUE(message) << message.error().message;
      if (message.value().find(what) != std::string::npos) return;
    }
  }
  void let_pass(std::chrono::milliseconds time) {
    asio::steady_timer timer(context, time);
    run(expiry(timer));
  }
  static Async<bool> expiry(asio::steady_timer& timer) {
    co_await timer.async_wait(asio::use_awaitable);
    co_return true;
  }
};

constexpr const char* kPauses = "exports.handler = async (event) => { debugger; return event.n; };";

TEST_F(DebugPortTest, APausedCallOutlivesItsDeadline) {
  open();
  write("index.js", kPauses);
  auto worker = start_debugged();
  auto socket = attach();
  std::optional<Reply> reply;
  asio::co_spawn(context, keep(worker->invoke(invocation(R"({"n":7})", 1s)), reply), asio::detached);
  until(socket, "Debugger.paused");
  let_pass(1100ms);
  EXPECT_FALSE(reply);
  say(socket, "Debugger.resume");
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->payload, "7");
  EXPECT_GE(worker->held(), 1s);
  EXPECT_THAT(holds, testing::Contains(DebugPort::Hold::paused));
}

TEST_F(DebugPortTest, OfTheTimeThatItRunsACallHasNoMoreThanBefore) {
  open();
  write("index.js", "exports.handler = async () => { debugger; for (;;); };");
  auto worker = start_debugged();
  auto socket = attach();
  std::optional<Reply> reply;
  asio::co_spawn(context, keep(worker->invoke(invocation("{}", 1s)), reply), asio::detached);
  until(socket, "Debugger.paused");
  say(socket, "Debugger.resume");
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->error_type, "Sandbox.Timedout");
}

TEST_F(DebugPortTest, ADebuggerThatHangsUpLetsThePausedProcessGoOn) {
  open();
  write("index.js", kPauses);
  auto worker = start_debugged();
  auto socket = attach();
  std::optional<Reply> reply;
  asio::co_spawn(context, keep(worker->invoke(invocation(R"({"n":8})")), reply), asio::detached);
  until(socket, "Debugger.paused");
  socket.drop();
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->payload, "8");
}

TEST_F(DebugPortTest, InitThatWaitsForADebuggerOutlivesItsLimit) {
  open(true);
  write("index.js", "exports.handler = async () => 'there';");
  auto worker = start_debugged(nullptr, 300ms);
  EXPECT_THAT(holds, testing::ElementsAre(DebugPort::Hold::attaching));
  let_pass(400ms);
  EXPECT_TRUE(worker->alive());
  auto socket = debugger();
  EXPECT_EQ(invoke(*worker).payload, "\"there\"");
  EXPECT_EQ(holds.back(), DebugPort::Hold::none);
}

TEST_F(DebugPortTest, WhoComesBeforeTheProcessIsLedToItBeforeItsInit) {
  open();
  write("index.js", "debugger; exports.handler = async () => 1;");
  auto socket = debugger();
  auto worker = start_debugged();
  until(socket, "Debugger.paused");
  EXPECT_EQ(holds.back(), DebugPort::Hold::paused);
  say(socket, "Debugger.resume");
  EXPECT_EQ(invoke(*worker).payload, "1");
}

TEST_F(DebugPortTest, ACallWaitsForADebuggerThatPlacesItsBreakpointsWhenTheCodeIsLoaded) {
  open();
  write("index.js", "exports.handler = async () => {\n  return 1;\n};\n//# sourceMappingURL=index.js.map\n");
  write("index.js.map", R"({"version":3,"sources":["index.ts"],"names":[],"mappings":"AAAA;AACA"})");
  auto socket = debugger();
  say(socket, "Debugger.setBreakpointByUrl", {{"urlRegex", R"(index\.ts($|\?))"}, {"lineNumber", 1}});
  auto worker = start_debugged();
  std::optional<Reply> reply;
  asio::co_spawn(context, keep(worker->invoke(invocation("{}", 1s)), reply), asio::detached);
  run_until([&] { return std::ranges::count(holds, DebugPort::Hold::settling) > 0; });
  until_told(socket, R"("sourceMapURL":"index.js.map")");
  let_pass(1100ms);
  EXPECT_FALSE(reply);
  auto const script = "file://" + (folder.path() / "index.js").string();
  say(socket, "Debugger.setBreakpointByUrl", {{"url", script}, {"lineNumber", 1}});
  until(socket, "Debugger.paused");
  say(socket, "Debugger.resume");
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->payload, "1");
}

TEST_F(DebugPortTest, ADebuggerThatNeverPlacesItsBreakpointsDoesNotHoldTheCallForever) {
  open();
  write("index.js", "exports.handler = async () => 1;\n//# sourceMappingURL=index.js.map\n");
  write("index.js.map", R"({"version":3,"sources":["index.ts"],"names":[],"mappings":"AAAA"})");
  auto socket = debugger();
  say(socket, "Debugger.setBreakpointByUrl", {{"urlRegex", "index.ts"}, {"lineNumber", 0}});
  auto worker = start_debugged();
  EXPECT_EQ(invoke(*worker).payload, "1");
  EXPECT_GE(worker->held(), 2s);
}

TEST_F(DebugPortTest, WithoutADebuggerNoCallIsHeld) {
  open();
  write("index.js", "exports.handler = async () => 1;\n//# sourceMappingURL=index.js.map\n");
  auto worker = start_debugged();
  EXPECT_EQ(invoke(*worker).payload, "1");
  EXPECT_THAT(holds, testing::IsEmpty());
  EXPECT_EQ(worker->held(), 0us);
}

TEST_F(DebugPortTest, WhoseProcessEndsComesBackToTheNextOneBeforeItsInit) {
  open();
  write("index.js", "debugger; exports.handler = async () => 1;");
  auto before = debugger();
  auto worker = start_debugged();
  until(before, "Debugger.paused");
  say(before, "Debugger.resume");
  EXPECT_EQ(invoke(*worker).payload, "1");
  worker.reset();
  while (run(before.read())) {
  }
  worker = start_debugged();
  auto after = debugger();
  until(after, "Debugger.paused");
  say(after, "Debugger.resume");
  EXPECT_EQ(invoke(*worker).payload, "1");
}

// By its name debuggers take it for Node's own, and step over it.
TEST_F(DebugPortTest, OurOwnCodeIsNoFileOfTheUsers) {
  open();
  write("index.js", "exports.handler = async () => 1;");
  auto worker = start_debugged();
  EXPECT_EQ(invoke(*worker).payload, "1");
  auto socket = debugger();
  std::vector<std::string> names;
  for (;;) {
    auto const message = run(socket.read());
    ASSERT_TRUE(message) << message.error().message;
    if (message.value().find("\"debuggerId\"") != std::string::npos) break;
    auto const said = json::parse(message.value()).as_object();
    if (string_or(said, "method") == "Debugger.scriptParsed")
      names.emplace_back(string_or(said.at("params").as_object(), "url"));
  }
  EXPECT_THAT(names, testing::Contains("node:internal/live/loop.cjs"));
  EXPECT_THAT(names, testing::Contains(testing::EndsWith("/index.js")));
  EXPECT_THAT(names, testing::Each(testing::Not(testing::HasSubstr("/runtimes/node/"))));
}

TEST_F(DebugPortTest, ASpareProcessIsOpenedToTheDebuggerToo) {
  open();
  write("index.js", "exports.handler = async () => process.env.LIVE_INSPECT ?? 'unseen';");
  auto const spare = node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(128, Limits::enforced));
  Spares spares(context.get_executor());
  spares.prepare(spare);
  ASSERT_EQ(spares.waiting(spare), 1);
  auto worker = start_debugged(&spares);
  auto socket = attach();
  EXPECT_EQ(invoke(*worker).payload, "\"unseen\"");
  EXPECT_TRUE(lines.empty()) << lines.front();
}

TEST_F(DebugPortTest, EachProcessIsATargetAndWhomNobodyDebugsComesFirst) {
  open();
  write("index.js", "exports.handler = async () => 1;");
  auto const nobody = first_target();
  auto older = start_debugged();
  auto const oldest = first_target();
  auto socket = attach();
  auto newer = start_debugged();
  auto const all = json::parse(get("/json").body).as_array();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(std::string(all.at(1).at("webSocketDebuggerUrl").as_string()), testing::EndsWith(oldest));
  EXPECT_NE(nobody, oldest);
}

TEST_F(DebugPortTest, AProcessThatExitsWhileItIsDebuggedLeavesItsDebugger) {
  open();
  write("index.js", "exports.handler = async () => process.exit(3);");
  auto worker = start_debugged();
  auto socket = attach();
  EXPECT_EQ(invoke(*worker).error_type, "Runtime.ExitError");
}

// VS Code says "localhost" whatever the port; who forwards the port names the other end's.
TEST_F(DebugPortTest, ThisMachineIsAcceptedByItsNamesWithAnyPortOrNone) {
  open();
  for (auto const* host : {"localhost", "127.0.0.1", "localhost:9999", "127.0.0.1:9999"})
    EXPECT_EQ(get("/json/list", host).status, 200) << host;
}

TEST_F(DebugPortTest, AnotherPageOfABrowserIsRefused) {
  open();
  for (auto const* host : {"rebound.example:9229", "rebound.example", "localhost.example", ":9229"})
    EXPECT_EQ(get("/json/list", host).status, 403) << host;
  auto const guessed = connect("/0b4c2b46-2d2f-4b6e-9f0a-6d3c1c1f0000");
  ASSERT_FALSE(guessed);
  EXPECT_EQ(guessed.error().status, 404);
}

}  // namespace
}  // namespace live
