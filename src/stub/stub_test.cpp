// The whole stub but its main(), against AWS played by an HTTP server of ours: the Runtime API, the WebSocket
// API with hello and @connections, the table and the bucket. The client is the real RemoteServer.
#include "stub/stub.h"

#include <deque>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "aws/relay_mailbox.h"
#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"
#include "invocation/echo_testing.h"
#include "invocation/remote.h"
#include "invocation/remote_server.h"
#include "net/http_server.h"
#include "net/testing.h"

namespace live {
namespace {

constexpr const char* kUrl = "wss://api1.execute-api.us-east-1.amazonaws.com/live";

class FakeAws {
 public:
  explicit FakeAws(asio::io_context& io) : io(io), turn(io) {
    auto listening =
        net::HttpServer::listen(io.get_executor(), "127.0.0.1", 0, {},
                                [this](net::Request request) { return answer(std::move(request)); });
    server = std::move(listening.value());
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(server->port()); }

  // One event for the function; gives what the function answered: "response …" or "error …".
  Async<std::string> call(std::string event) {
    events.push_back(std::move(event));
    turn.cancel();
    while (outcomes.empty()) co_await wait();
    auto outcome = std::move(outcomes.front());
    outcomes.pop_front();
    co_return outcome;
  }
  Async<void> wait() {
    boost::system::error_code ignored;
    turn.expires_after(5ms);
    co_await turn.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }

  asio::io_context& io;
  asio::steady_timer turn;
  std::deque<std::string> events, outcomes;
  std::map<std::string, std::shared_ptr<net::WebSocket>> sockets;
  std::map<std::string, std::string> objects;
  std::function<void(std::string)> client;  // the connection "client="
  bool has_client = true, answers_hello = true;
  int refuse_connect = 0, hellos = 0, connects = 0, asked = 0, requests = 0;

 private:
  static Async<net::Answer> with(int status, std::string body) { co_return net::Response{status, {}, body}; }

  Async<net::Answer> answer(net::Request request) {
    auto const path = std::string(net::path_of(request.target));
    if (path.starts_with("/2018-06-01/runtime/")) return runtime(std::move(request), path);
    if (request.headers.get("Authorization").find("AWS4-HMAC-SHA256") == std::string::npos) {
      return with(403, R"({"message":"Missing Authentication Token"})");
    }
    if (request.headers.has("Upgrade")) return open();
    if (path.starts_with("/live/%40connections/")) return deliver(std::move(request), path.substr(21));
    if (request.headers.get("X-Amz-Target") == "DynamoDB_20120810.GetItem") return with(200, row());
    if (request.method == "PUT") objects[path] = request.body;
    if (request.method == "DELETE") objects.erase(path);
    if (request.method == "GET" && !objects.contains(path)) return with(404, "<Code>NoSuchKey</Code>");
    return with(request.method == "DELETE" ? 204 : 200, request.method == "GET" ? objects[path] : "");
  }
  std::string row() const {
    if (!has_client) return "{}";
    return R"({"Item":{"connection":{"S":"client="},"session":{"S":"s"},"epoch":{"N":"1"},"since":{"N":"1"},"who":{"S":"ann"}}})";
  }
  Async<net::Answer> runtime(net::Request request, std::string path) {
    if (path.ends_with("/next")) {
      ++asked;
      while (events.empty()) co_await wait();
      auto event = std::move(events.front());
      events.pop_front();
      auto const deadline = to_millis(std::chrono::system_clock::now() + 10s);
      co_return net::Response{200,
                              {{"Lambda-Runtime-Aws-Request-Id", "request" + std::to_string(++requests)},
                               {"Lambda-Runtime-Deadline-Ms", std::to_string(deadline)},
                               {"Lambda-Runtime-Invoked-Function-Arn", "arn:fn"}},
                              event};
    }
    auto const mode = request.headers.get("Lambda-Runtime-Function-Response-Mode");
    auto const error = request.headers.get("Lambda-Runtime-Function-Error-Type");  // of a stream: its trailer
    auto const kind = !mode.empty() ? mode + " " + request.headers.get("Content-Type") + " " + error
                      : path.ends_with("/response") ? "response"
                                                    : "error";
    outcomes.push_back(kind + " " + request.body);
    co_return net::Response{202, {}, ""};
  }
  Async<net::Answer> open() {
    ++connects;
    if (refuse_connect-- > 0) co_return net::Response{403, {}, R"({"message":"User is not authorized"})"};
    net::Upgrade upgrade;
    upgrade.serve = [this](net::WebSocket opened) {
      return serve(std::make_shared<net::WebSocket>(std::move(opened)));
    };
    co_return upgrade;
  }
  Async<void> serve(std::shared_ptr<net::WebSocket> socket) {
    auto const id = "stub" + std::to_string(connects) + "=";
    sockets[id] = socket;
    for (;;) {
      auto const text = co_await socket->read();
      if (!text) break;
      ++hellos;
      if (!answers_hello || !sockets.contains(id)) continue;
      auto reply = R"({"type":"hello","connectionId":")" + id + "\"}";
      auto const written = co_await socket->write(std::move(reply));
      if (!written) break;
    }
    sockets.erase(id);
  }
  Async<net::Answer> deliver(net::Request request, std::string encoded) {
    auto const id = *uri_decode(encoded);
    if (id == "client=" && client) {
      client(std::move(request.body));
      co_return net::Response{};
    }
    auto const found = sockets.find(id);
    if (found == sockets.end()) co_return net::Response{410, {}, "{}"};
    auto const socket = found->second;
    auto const written = co_await socket->write(std::move(request.body));
    co_return net::Response{written ? 200 : 410, {}, ""};
  }

  std::unique_ptr<net::HttpServer> server;
};

class ShiftedClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::system_clock::now() + by; }
  std::chrono::seconds by{0};
};

class StubTest : public testing::Test {
 protected:
  std::unique_ptr<Stub> stub;  // outlives the loop, with which its coroutine ends
  asio::io_context io;
  SystemClock clock;
  ShiftedClock stub_clock;  // of the connection's age alone
  RandomIds ids;
  FakeAws aws{io};
  Echo handler;
  Log log{Log::Level::error};
  std::string const key = sha256("stage key");
  Envelope stub_envelope{key, Side::stub, ids}, client_envelope{key, Side::client, ids};
  std::unique_ptr<net::HttpClient> http = net::HttpClient::create(io.get_executor());
  aws::StaticCredentials credentials{aws::Credentials{"AKID", "secret", "token", {}}};
  aws::Relay relay{io.get_executor(),
                   *http,
                   credentials,
                   clock,
                   {"us-east-1", kUrl, "http://" + aws.address(), "table", "bucket"}};
  std::unique_ptr<RemoteServer> server;
  std::unique_ptr<Remote> remote;
  std::unique_ptr<Uplink> uplink;
  RuntimeClient lambda = RuntimeClient::create(*http, aws.address()).value();
  const char* environment[4] = {"TABLE=orders", "AWS_LAMBDA_RUNTIME_API=x", "PATH=/bin", nullptr};

  void start(Uplink::Options options = {}) {
    server =
        std::make_unique<RemoteServer>(io.get_executor(), clock, ids, client_envelope, relay, relay, handler,
                                       RemoteServer::Events{}, RemoteServer::Options{.session = "s"});
    aws.client = [this](std::string text) { server->receive(text); };
    Remote::Options how;
    how.name = {"dev", "app"};
    how.limits.no_link = 300ms;
    how.limits.no_client = 100ms;
    how.on_silence = [this] { uplink->suspect(); };
    remote =
        std::make_unique<Remote>(io.get_executor(), clock, ids, stub_envelope, relay, relay, std::move(how));
    Uplink::Events events;
    events.on_message = [this](std::string_view text) { remote->receive(text); };
    events.on_up = [this](std::string id) { remote->link_is_up(std::move(id)); };
    events.on_down = [this](std::string why) { remote->link_is_down(std::move(why)); };
    auto const dial = [this] { return relay.connect(3000ms); };
    uplink = std::make_unique<Uplink>(io.get_executor(), stub_clock, ids, dial, options, std::move(events));
    uplink->start();
    stub = std::make_unique<Stub>(lambda, *remote, uplink.get(), ids, log,
                                  Stub::Options{"dev-app-fn", environment});
    auto const run = [](Stub& stub) -> Async<void> { co_await stub.run(); };
    asio::co_spawn(io, run(*stub), asio::detached);
  }
  std::string call(std::string event) { return net::run(io, aws.call(std::move(event))); }
};

TEST_F(StubTest, AnEventRunsAtTheClientAndLambdaGetsItsAnswer) {
  start();
  EXPECT_EQ(call(R"({"n":1})"), R"(response {"n":1})");
  EXPECT_EQ(call(R"({"n":2})"), R"(response {"n":2})");
  ASSERT_EQ(handler.calls.size(), 2u);
  EXPECT_EQ(handler.calls[0].function, "dev-app-fn");
  EXPECT_EQ(handler.calls[0].function_arn, "arn:fn");
  EXPECT_EQ(handler.calls[0].environment_id, handler.calls[1].environment_id);
  EXPECT_NE(handler.calls[0].nonce, handler.calls[1].nonce);
  EXPECT_EQ(handler.calls[0].variables, (Environment{{"TABLE", "orders"}}));
  EXPECT_EQ(aws.connects, 1) << "one connection for all invocations";
}

TEST_F(StubTest, SixMegabytesGoThereAndBackAndNothingStaysInTheBucket) {
  start();
  auto const event = base64(ids.bytes(4'700'000));
  EXPECT_TRUE(call(event) == "response " + event);
  for (int turns = 0; turns < 200 && !aws.objects.empty(); ++turns) net::run(io, aws.wait());
  EXPECT_TRUE(aws.objects.empty());
}

TEST_F(StubTest, AnErrorOfTheHandlerReachesLambdaAsItWas) {
  start();
  handler.instead = [](Invocation) -> Async<Reply> {
    co_return Reply{Reply::Outcome::function_error, R"({"errorType":"TypeError","trace":["a"]})",
                    "TypeError"};
  };
  EXPECT_EQ(call("{}"), R"(error {"errorType":"TypeError","trace":["a"]})");
}

TEST_F(StubTest, AnAnswerThatStreamsReachesLambdaAsAStreamWithItsErrorBehindIt) {
  start();
  std::vector<std::unique_ptr<StreamWriter>> writers;
  handler.instead = [&](Invocation call) -> Async<Reply> {
    writers.push_back(std::make_unique<StreamWriter>(io.get_executor(), 1'000'000));
    auto& writer = *writers.back();
    Reply reply;
    reply.stream = writer.reader();
    reply.content_type = "text/plain";
    auto const written = co_await writer.write("some bytes");
    EXPECT_TRUE(written);
    writer.end(call.event == "1" ? std::nullopt : std::optional(StreamError{"RangeError", "{}"}));
    co_return reply;
  };
  EXPECT_EQ(call("1"), "streaming text/plain  some bytes");
  EXPECT_EQ(call("2"), "streaming text/plain RangeError some bytes");
}

TEST_F(StubTest, WithoutAClientTheCallerIsToldWhatToDo) {
  aws.has_client = false;
  start();
  auto const outcome = call("{}");
  EXPECT_TRUE(outcome.starts_with("error "));
  EXPECT_NE(outcome.find("No client is connected for stage dev of app: run `live start --stage dev`"),
            std::string::npos);
}

TEST_F(StubTest, AStubThatMayNotConnectSaysSoAndWorksOnceItMay) {
  aws.refuse_connect = 1000;
  start();
  auto const outcome = call("{}");
  EXPECT_NE(outcome.find("Live.NotConnected"), std::string::npos);
  EXPECT_NE(outcome.find("403"), std::string::npos);
  aws.refuse_connect = 0;
  EXPECT_EQ(call("1"), "response 1");
}

TEST_F(StubTest, AConnectionThatWasClosedIsFoundAgain) {
  start();
  EXPECT_EQ(call("1"), "response 1");
  for (auto const& [id, socket] : aws.sockets) socket->drop();
  EXPECT_EQ(call("2"), "response 2");
  EXPECT_EQ(aws.connects, 2);
}

TEST_F(StubTest, AThawedConnectionIsAskedWhileItIsUsed) {
  start();
  EXPECT_EQ(call("1"), "response 1");
  int const before = aws.hellos;
  stub_clock.by = 3600s;
  EXPECT_EQ(call("2"), "response 2");
  EXPECT_EQ(call("3"), "response 3");
  EXPECT_EQ(aws.hellos, before + 1);
  EXPECT_EQ(aws.connects, 1);
}

TEST_F(StubTest, AHalfDeadConnectionCostsOneReconnectAndNoCall) {
  Uplink::Options options;
  options.doubt = 50ms;
  start(options);
  EXPECT_EQ(call("1"), "response 1");
  // Frozen for an hour: the gateway has forgotten the connection, our socket does not know.
  std::vector<std::shared_ptr<net::WebSocket>> half_dead;
  half_dead.reserve(aws.sockets.size());
  for (auto const& [id, socket] : aws.sockets) half_dead.push_back(socket);
  aws.sockets.clear();
  aws.answers_hello = false;
  stub_clock.by = 3600s;
  handler.instead = [this](Invocation call) -> Async<Reply> {
    aws.answers_hello = true;
    co_return Reply{Reply::Outcome::success, call.event, ""};
  };
  EXPECT_EQ(call("2"), "response 2");
  EXPECT_EQ(aws.connects, 2);
  EXPECT_EQ(handler.calls.size(), 2u) << "the kept answer was given, nothing ran twice";
}

TEST_F(StubTest, AFreshConnectionThatDiedSilentlyIsNoticedByTheSilence) {
  Uplink::Options options;
  options.doubt = 50ms;
  start(options);
  EXPECT_EQ(call("1"), "response 1");
  auto const half_dead = aws.sockets;
  aws.sockets.clear();
  EXPECT_EQ(call("2"), "response 2");
  EXPECT_EQ(aws.connects, 2);
  EXPECT_EQ(handler.calls.size(), 2u) << "the kept answer was given, nothing ran twice";
}

TEST_F(StubTest, ADialFromBeforeTheFreezeIsNotWaitedFor) {
  Uplink::Options options;
  options.first_pause = 1ms;
  start(options);
  EXPECT_EQ(call("1"), "response 1");
  aws.answers_hello = false;
  for (auto const& [id, socket] : aws.sockets) socket->drop();
  for (int turns = 0; turns < 200 && aws.hellos < 2; ++turns) net::run(io, aws.wait());
  ASSERT_EQ(aws.hellos, 2);
  aws.answers_hello = true;
  stub_clock.by = 3600s;
  EXPECT_EQ(call("2"), "response 2");
}

TEST_F(StubTest, ItAsksForNoEventBeforeItIsConnected) {
  aws.answers_hello = false;
  start();
  for (int turns = 0; turns < 200 && aws.hellos == 0; ++turns) net::run(io, aws.wait());
  for (int turns = 0; turns < 10; ++turns) net::run(io, aws.wait());
  ASSERT_EQ(aws.hellos, 1);
  EXPECT_EQ(aws.asked, 0);
  EXPECT_TRUE(net::run(io, aws.sockets["stub1="]->write(R"({"type":"hello","connectionId":"stub1="})")));
  EXPECT_EQ(call("1"), "response 1");
}

TEST_F(StubTest, ItAsksForEventsThoughNobodyAnswersItsHello) {
  aws.answers_hello = false;
  Uplink::Options options;
  options.hello_timeout = 50ms;
  start(options);
  EXPECT_NE(call("1").find("Live.NotConnected"), std::string::npos);
  EXPECT_GE(aws.hellos, 2);
}

TEST_F(StubTest, AMessageFromBeforeTheFreezeProvesNoConnection) {
  Uplink::Options options;
  options.doubt = 50ms;
  start(options);
  EXPECT_EQ(call("1"), "response 1");
  auto const half_dead = aws.sockets;
  aws.sockets.clear();
  aws.answers_hello = false;
  stub_clock.by = 3600s;
  EXPECT_TRUE(net::run(io, half_dead.begin()->second->write("it lay in the socket's buffer")));
  for (int turns = 0; turns < 200 && remote->dropped() == 0; ++turns) net::run(io, aws.wait());
  handler.instead = [this](Invocation call) -> Async<Reply> {
    aws.answers_hello = true;
    co_return Reply{Reply::Outcome::success, call.event, ""};
  };
  EXPECT_EQ(call("2"), "response 2");
  EXPECT_EQ(aws.connects, 2);
}

TEST_F(StubTest, AnOldConnectionIsReplacedBeforeAwsClosesIt) {
  start();
  EXPECT_EQ(call("1"), "response 1");
  stub_clock.by = 111 * 60s;
  EXPECT_EQ(call("2"), "response 2");
  for (int turns = 0; turns < 200 && aws.connects < 2; ++turns) net::run(io, aws.wait());
  EXPECT_EQ(aws.connects, 2);
  EXPECT_EQ(call("3"), "response 3");
  EXPECT_EQ(aws.connects, 2);
}

TEST(TravellingVariables, AreAllButThoseOfThisProcess) {
  const char* environment[] = {
      "A=1",       "EMPTY=", "WITH=a=b", "_HANDLER=x", "LAMBDA_TASK_ROOT=/var/task", "AWS_SESSION_TOKEN=t",
      "malformed", "=x",     nullptr};
  EXPECT_EQ(travelling_variables(environment),
            (Environment{{"A", "1"}, {"EMPTY", ""}, {"WITH", "a=b"}, {"AWS_SESSION_TOKEN", "t"}}));
}

}  // namespace
}  // namespace live
