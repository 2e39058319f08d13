#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/file.h"
#include "cloud/apigateway/api_actions.h"

namespace live::cloud::apigateway {
namespace {

// A WebSocket API with a MOCK route, on a port of its own, with quotas as a test wants them.
class WebSocketApi : public testing::Test {
 public:
  void open(ApiGatewayOptions options) {
    gateway = std::make_shared<Gateway>(world, options);
    id = string_or(run(create_api, {{"Name", "n"},
                                    {"ProtocolType", "WEBSOCKET"},
                                    {"RouteSelectionExpression", "$request.body.action"}}),
                   "ApiId");
    const auto mock = string_or(run(create_integration, {{"IntegrationType", "MOCK"}}), "IntegrationId");
    run(create_integration_response, {{"IntegrationId", mock},
                                      {"IntegrationResponseKey", "$default"},
                                      {"ResponseTemplates", {{"$default", "$context.connectionId"}}}});
    const auto route = string_or(run(create_route, {{"RouteKey", "hello"},
                                                    {"Target", "integrations/" + mock},
                                                    {"RouteResponseSelectionExpression", "$default"}}),
                                 "RouteId");
    run(create_route_response, {{"RouteId", route}, {"RouteResponseKey", "$default"}});
    run(create_stage_v2, {{"StageName", "dev"}, {"AutoDeploy", true}});
    auto listening =
        net::HttpServer::listen(io.get_executor(), "127.0.0.1", 0, {}, [this](net::Request request) {
          return connect_websocket_api(gateway, HttpCall{.request = std::move(request)},
                                       *gateway->apis.find(id), "dev");
        });
    ASSERT_TRUE(listening.has_value());
    server = std::move(listening.value());
  }

  json::object run(Answer (*action)(Gateway&, const Call&), json::object input) {
    Call call{.service = "apigatewayv2", .region = "eu-west-1"};
    call.input = std::move(input);
    if (!id.empty()) call.input["ApiId"] = id;
    auto answer = action(*gateway, call);
    if (answer.has_error()) ADD_FAILURE() << answer.error().message;
    return answer.has_value() ? answer.value() : json::object();
  }

  Async<Result<net::WebSocket>> connect() {
    net::WebSocketTarget target{.endpoint = {.host = "127.0.0.1", .port = server->port()}, .target = "/"};
    return net::connect_websocket(io.get_executor(), std::move(target), 3s);
  }

  Async<net::Answer> manage(std::string method, std::string connection, std::string body = {}) {
    HttpCall call{.request = {.method = std::move(method), .body = std::move(body)}, .caller = Caller{}};
    return serve_connections(gateway, std::move(call), id, std::move(connection));
  }

  void until_done(Async<void> work) {
    std::exception_ptr thrown;
    bool done = false;
    asio::co_spawn(io, std::move(work), [&](std::exception_ptr error) {
      thrown = error;
      done = true;
      io.stop();
    });
    io.run_for(20s);
    EXPECT_TRUE(done);
    if (thrown) std::rethrow_exception(thrown);
  }

  asio::io_context io{1};
  TempDir folder = TempDir::create("websocket").value();
  std::unique_ptr<Store> store = std::move(Store::open(folder.path()).value());
  SystemClock clock;
  RandomIds ids;
  Log log{Log::Level::error};
  Directory actions;
  World world{.executor = io.get_executor(),
              .store = *store,
              .clock = clock,
              .ids = ids,
              .log = log,
              .actions = actions};
  GatewayPtr gateway;
  std::string id;
  std::unique_ptr<net::HttpServer> server;
};

void use(WebSocketApi* api, std::string_view spec) {
  auto faults = Faults::parse(spec, 1);
  ASSERT_TRUE(faults.has_value());
  api->world.injection.use(std::move(faults.value()));
}

int status_of(const net::Answer& answer) { return std::get<net::Response>(answer).status; }

TEST_F(WebSocketApi, AnIdleConnectionIsClosedAndAMessageKeepsItOpen) {
  open({.idle = 150ms});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto socket = co_await self->connect();
    EXPECT_TRUE(socket.has_value());
    std::string connection;
    const auto start = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - start < 400ms) {
      (void)co_await socket.value().write(R"({"action":"hello"})");
      auto answer = co_await socket.value().read();
      EXPECT_TRUE(answer.has_value());
      if (answer.has_value()) connection = answer.value();
    }
    auto closed = co_await socket.value().read();
    EXPECT_TRUE(closed.has_error());
    if (closed.has_error()) EXPECT_EQ(closed.error().status, 1001);
    auto gone = co_await self->manage("POST", connection, "x");
    EXPECT_EQ(status_of(gone), 410);
  }(this));
}

TEST_F(WebSocketApi, AConnectionEndsWithItsLifetimeHoweverBusy) {
  open({.lifetime = 200ms});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto socket = co_await self->connect();
    EXPECT_TRUE(socket.has_value());
    for (;;) {
      (void)co_await socket.value().write(R"({"action":"hello"})");
      auto answer = co_await socket.value().read();
      if (answer.has_value()) continue;
      EXPECT_EQ(answer.error().status, 1001);
      break;
    }
  }(this));
}

TEST_F(WebSocketApi, PostsAboveTheRateAreRefused) {
  open({.requests_per_second = 0.001, .burst = 2});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto socket = co_await self->connect();
    (void)co_await socket.value().write(R"({"action":"hello"})");
    auto connection = co_await socket.value().read();
    for (const int expected : {200, 200, 429}) {
      auto answer = co_await self->manage("POST", connection.value(), "x");
      EXPECT_EQ(status_of(answer), expected);
    }
  }(this));
}

TEST_F(WebSocketApi, AConnectionThatWentAwayIsGone) {
  open({});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto socket = co_await self->connect();
    (void)co_await socket.value().write(R"({"action":"hello"})");
    auto connection = co_await socket.value().read();
    auto there = co_await self->manage("GET", connection.value());
    EXPECT_EQ(status_of(there), 200);
    auto deleted = co_await self->manage("DELETE", connection.value());
    EXPECT_EQ(status_of(deleted), 204);
    auto gone = co_await self->manage("POST", connection.value(), "x");
    EXPECT_EQ(status_of(gone), 410);
    auto malformed = co_await self->manage("POST", "short", "x");
    EXPECT_EQ(status_of(malformed), 400);
  }(this));
}

// A connection and its id.
struct Opened {
  net::WebSocket socket;
  std::string id;
};

Async<std::unique_ptr<Opened>> open_one(WebSocketApi* api) {
  auto socket = co_await api->connect();
  (void)co_await socket.value().write(R"({"action":"hello"})");
  auto id = co_await socket.value().read();
  co_return std::make_unique<Opened>(Opened{std::move(socket.value()), id.value()});
}

Async<std::vector<std::string>> read_some(Opened& one, size_t count) {
  std::vector<std::string> texts;
  while (texts.size() < count) {
    auto text = co_await one.socket.read();
    if (text.has_error()) break;
    texts.push_back(std::move(text.value()));
  }
  co_return texts;
}

using Texts = std::vector<std::string>;

TEST_F(WebSocketApi, WhatIsSentWhileTheNetworkIsAwayArrivesInItsOrderWhenItIsBack) {
  open({});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto one = co_await open_one(self);
    use(self, "client:away");
    for (auto const* text : {"1", "2", "3"}) {
      auto posted = co_await self->manage("POST", one->id, text);
      EXPECT_EQ(status_of(posted), 200);
    }
    (void)co_await one->socket.write(R"({"action":"hello"})");
    use(self, "none");
    auto posted = co_await self->manage("POST", one->id, "4");
    EXPECT_EQ(status_of(posted), 200);
    auto texts = co_await read_some(*one, 5);
    auto const answer = std::find(texts.begin(), texts.end(), one->id);
    EXPECT_NE(answer, texts.end()) << "what the client sent arrives too";
    if (answer != texts.end()) texts.erase(answer);
    EXPECT_EQ(texts, (Texts{"1", "2", "3", "4"}));
  }(this));
}

TEST_F(WebSocketApi, ABlackholeLeavesItsConnectionsHalfOpen) {
  open({.idle = 300ms});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto old = co_await open_one(self);
    use(self, "client:blackhole");
    use(self, "none");
    auto fresh = co_await open_one(self);
    for (auto& one : {old.get(), fresh.get()}) {
      auto posted = co_await self->manage("POST", one->id, "x");
      EXPECT_EQ(status_of(posted), 200) << "the gateway knows of nothing";
    }
    auto const texts = co_await read_some(*fresh, 1);
    EXPECT_EQ(texts, Texts{"x"});
    auto closed = co_await fresh->socket.read();  // when it has been idle, and the old one is as idle
    EXPECT_TRUE(closed.has_error());
    EXPECT_TRUE(old->socket.is_open());
    old->socket.drop();
    for (int posts = 0; posts < 1000; ++posts) {
      auto posted = co_await self->manage("POST", old->id, "x");
      if (status_of(posted) == 410) co_return;
    }
    ADD_FAILURE() << "the gateway never noticed";
  }(this));
}

TEST_F(WebSocketApi, MessagesAreDuplicatedDroppedOvertakenAndGarbled) {
  open({});
  until_done([](WebSocketApi* self) -> Async<void> {
    auto one = co_await open_one(self);
    auto post = [](WebSocketApi* self, std::string to, std::string spec, std::string text) -> Async<void> {
      use(self, spec);
      auto posted = co_await self->manage("POST", std::move(to), std::move(text));
      EXPECT_EQ(status_of(posted), 200);
    };
    co_await post(self, one->id, "messages:duplicate", "twice");
    auto texts = co_await read_some(*one, 2);
    EXPECT_EQ(texts, (Texts{"twice", "twice"}));
    co_await post(self, one->id, "messages:drop", "lost");
    co_await post(self, one->id, "messages:reorder", "last");
    co_await post(self, one->id, "none", "first");
    texts = co_await read_some(*one, 2);
    EXPECT_EQ(texts, (Texts{"first", "last"}));
    co_await post(self, one->id, "client:garble", "abcdef");
    texts = co_await read_some(*one, 2);
    EXPECT_EQ(texts.at(0).size(), 6U);
    EXPECT_NE(texts.at(0), "abcdef");
    EXPECT_EQ(texts.at(1), "abcdef");
    use(self, "client:hang-up");
    for (;;) {
      auto end = co_await one->socket.read();
      if (end.has_value()) continue;
      EXPECT_EQ(end.error().status, 1001);
      break;
    }
  }(this));
}

}  // namespace
}  // namespace live::cloud::apigateway
