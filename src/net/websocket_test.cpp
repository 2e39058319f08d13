#include "net/websocket.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "base/file.h"
#include "net/http_server.h"
#include "net/test_certificate.h"
#include "net/testing.h"

namespace live::net {
namespace {

Async<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

class WebSocketTest : public testing::TestWithParam<bool> {
 protected:
  void serve(std::function<Async<void>(WebSocket)> work, WebSocketLimits limits = {}) {
    ServerOptions options;
    if (GetParam()) {
      certificate = make_certificate("localhost");
      options.certificate_pem = certificate.certificate_pem;
      options.key_pem = certificate.key_pem;
    }
    auto listening = HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, options,
                                        [work = std::move(work), limits](Request request) -> Async<Answer> {
                                          if (request.target != "/ws?a=b")
                                            co_return Response{403, {}, "{\"message\":\"Forbidden\"}"};
                                          co_return Upgrade{limits, work};
                                        });
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(listening.value());
  }
  WebSocketTarget target(WebSocketLimits limits = {}) {
    return {.endpoint = {GetParam(), GetParam() ? "localhost" : "127.0.0.1", server->port()},
            .target = "/ws?a=b",
            .headers = {},
            .limits = limits,
            .extra_root_pem = certificate.certificate_pem};
  }
  Result<WebSocket> try_connect(WebSocketTarget to) {
    return run(loop, connect_websocket(loop.get_executor(), std::move(to), std::chrono::seconds(5)));
  }
  WebSocket connect(WebSocketLimits limits = {}) {
    auto connected = try_connect(target(limits));
    if (!connected) throw std::runtime_error(connected.error().message);
    return std::move(connected.value());
  }

  asio::io_context loop;
  TestCertificate certificate;
  std::unique_ptr<HttpServer> server;
};

INSTANTIATE_TEST_SUITE_P(Plain, WebSocketTest, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Tls, WebSocketTest, testing::Values(true));

constexpr WebSocketLimits unlimited{.max_message = 1 << 26, .max_frame = 1 << 26};

Async<void> echo(WebSocket socket) {
  while (true) {
    auto message = co_await socket.read();
    if (!message) co_return;
    auto written = co_await socket.write(std::move(message.value()));
    if (!written) co_return;
  }
}

// Reads once and leaves what it got there.
std::function<Async<void>(WebSocket)> read_into(std::optional<Result<std::string>>& into) {
  return [&into](WebSocket socket) -> Async<void> { into.emplace(co_await socket.read()); };
}

TEST_P(WebSocketTest, MessagesUpToTheLimitComeBackAsTheyWent) {
  serve(echo);
  WebSocket socket = connect();
  for (size_t size : {0, 1, 125, 126, 1024, 32768, 32769, 65535, 65536, 131071, 131072}) {
    std::string text(size, 'x');
    for (size_t i = 0; i < size; i += 97) text[i] = static_cast<char>('a' + i % 26);
    ASSERT_TRUE(run(loop, socket.write(text)));
    auto back = run(loop, socket.read());
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(back.value() == text) << size;
  }
}

TEST_P(WebSocketTest, AMessageAboveTheLimitIsClosedWith1009) {
  std::optional<Result<std::string>> seen;
  serve(read_into(seen));
  WebSocket socket = connect({.max_message = 1 << 20});
  ASSERT_TRUE(run(loop, socket.write(std::string(131073, 'x'))));
  auto end = run(loop, socket.read());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, Fault::Kind::closed);
  EXPECT_EQ(end.error().status, 1009);
  EXPECT_EQ(seen->error().status, 1009);
  EXPECT_FALSE(socket.is_open());
}

TEST_P(WebSocketTest, AFrameAboveTheLimitIsClosedWith1009) {
  std::optional<Result<std::string>> seen;
  serve(read_into(seen));
  WebSocket socket = connect(unlimited);
  ASSERT_TRUE(run(loop, socket.write(std::string(32769, 'x'))));
  EXPECT_EQ(run(loop, socket.read()).error().status, 1009);
  EXPECT_EQ(seen->error().status, 1009);
}

TEST_P(WebSocketTest, AManyTimesTooBigFrameStillLearnsItsCode) {
  std::optional<Result<std::string>> seen;
  serve(read_into(seen));
  WebSocket socket = connect(unlimited);
  auto writing = socket.write(std::string(8 << 20, 'x'));
  EXPECT_EQ(run(loop, socket.read()).error().status, 1009);
}

TEST_P(WebSocketTest, CloseCodesReachTheOtherSide) {
  std::optional<Result<std::string>> seen;
  serve(read_into(seen));
  WebSocket socket = connect();
  run(loop, socket.close(4001, "enough"));
  EXPECT_FALSE(socket.is_open());
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->error().status, 4001);
  EXPECT_NE(seen->error().message.find("enough"), std::string::npos);
  EXPECT_FALSE(run(loop, socket.write("late")));
  EXPECT_FALSE(run(loop, socket.read()));
}

TEST_P(WebSocketTest, CloseReturnsThoughThePeerNeverAnswers) {
  serve([](WebSocket) -> Async<void> { co_await pause(std::chrono::seconds(30)); });
  WebSocket socket = connect();
  const auto before = std::chrono::steady_clock::now();
  run(loop, socket.close(1000, ""));
  EXPECT_LT(std::chrono::steady_clock::now() - before, std::chrono::seconds(3));
  EXPECT_FALSE(socket.is_open());
}

TEST_P(WebSocketTest, AConnectionThatIsDroppedEndsWith1006) {
  serve([](WebSocket) -> Async<void> { co_return; });
  WebSocket socket = connect();
  auto end = run(loop, socket.read());
  EXPECT_EQ(end.error().kind, Fault::Kind::closed);
  EXPECT_EQ(end.error().status, 1006);
}

TEST_P(WebSocketTest, DroppingEndsAPendingRead) {
  serve(echo);
  WebSocket socket = connect();
  std::optional<Result<std::string>> end;
  auto wait = [](WebSocket& socket, std::optional<Result<std::string>>& end) -> Async<void> {
    end.emplace(co_await socket.read());
  };
  asio::co_spawn(loop, wait(socket, end), asio::detached);
  run(loop, pause(std::chrono::milliseconds(20)));
  EXPECT_FALSE(end.has_value());
  socket.drop();
  run(loop, pause(std::chrono::milliseconds(20)));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->error().kind, Fault::Kind::closed);
}

TEST_P(WebSocketTest, DestroyingOneWithAPendingReadAndWritesIsSafe) {
  serve([](WebSocket) -> Async<void> { co_await pause(std::chrono::seconds(5)); });
  auto socket = std::make_unique<WebSocket>(connect());
  std::optional<Result<std::string>> end;
  std::optional<Result<void>> written;
  auto wait = [](Async<Result<std::string>> read, std::optional<Result<std::string>>& end) -> Async<void> {
    end.emplace(co_await std::move(read));
  };
  auto wait_written = [](Async<Result<void>> write, std::optional<Result<void>>& end) -> Async<void> {
    end.emplace(co_await std::move(write));
  };
  asio::co_spawn(loop, wait(socket->read(), end), asio::detached);
  asio::co_spawn(loop, wait_written(socket->write(std::string(32 << 20, 'x')), written), asio::detached);
  run(loop, pause(std::chrono::milliseconds(50)));
  EXPECT_FALSE(written.has_value());  // the peer does not read
  socket.reset();
  run(loop, pause(std::chrono::milliseconds(50)));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->error().kind, Fault::Kind::closed);
  ASSERT_TRUE(written.has_value());
  EXPECT_EQ(written->error().kind, Fault::Kind::closed);
}

TEST_P(WebSocketTest, ConcurrentWritesArriveWholeAndInOrder) {
  serve(echo);
  WebSocket socket = connect();
  auto write = [](Async<Result<void>> writing) -> Async<void> {
    auto written = co_await std::move(writing);
    EXPECT_TRUE(written);
  };
  for (int i = 0; i < 300; ++i) {
    std::string text = std::to_string(i) + ":" + std::string(static_cast<size_t>(i % 7) * 15'000, 'x');
    asio::co_spawn(loop, write(socket.write(std::move(text))), asio::detached);
  }
  for (int i = 0; i < 300; ++i) {
    auto back = run(loop, socket.read());
    ASSERT_TRUE(back) << back.error().message;
    ASSERT_EQ(back.value().substr(0, back.value().find(':')), std::to_string(i));
  }
}

TEST_P(WebSocketTest, AQueueThatGrowsTooLongRefusesMore) {
  serve([](WebSocket) -> Async<void> { co_await pause(std::chrono::seconds(5)); });
  WebSocket socket = connect();
  const std::string text(1 << 20, 'x');
  int accepted = 0;
  for (; accepted < 100; ++accepted) {
    auto writing = socket.write(text);
    if (accepted < 64) continue;  // what waits for these never ends here
    auto probe = std::make_shared<std::optional<Result<void>>>();
    auto wait = [](Async<Result<void>> writing,
                   std::shared_ptr<std::optional<Result<void>>> probe) -> Async<void> {
      probe->emplace(co_await std::move(writing));
    };
    asio::co_spawn(loop, wait(std::move(writing), probe), asio::detached);
    loop.poll();
    if (*probe && (*probe)->has_error()) {
      EXPECT_NE((*probe)->error().message.find("full"), std::string::npos);
      break;
    }
  }
  EXPECT_GE(accepted, 60);
  EXPECT_LT(accepted, 100);
}

TEST_P(WebSocketTest, ARefusedUpgradeIsAFaultWithTheStatusAndTheBody) {
  serve(echo);
  WebSocketTarget to = target();
  to.target = "/other";
  auto refused = try_connect(to);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, Fault::Kind::refused);
  EXPECT_EQ(refused.error().status, 403);
  EXPECT_NE(refused.error().message.find("Forbidden"), std::string::npos);
}

TEST_P(WebSocketTest, ACancelledReadLosesNothing) {
  serve([](WebSocket socket) -> Async<void> {
    co_await pause(std::chrono::milliseconds(100));
    (void)co_await socket.write("late");
    (void)co_await socket.read();
  });
  WebSocket socket = connect();
  asio::cancellation_signal stop;
  bool ended = false;
  auto wait = [](WebSocket& socket) -> Async<void> { (void)co_await socket.read(); };
  asio::co_spawn(loop, wait(socket),
                 asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
  run(loop, pause(std::chrono::milliseconds(20)));
  stop.emit(asio::cancellation_type::terminal);
  run(loop, pause(std::chrono::milliseconds(20)));
  EXPECT_TRUE(ended);
  auto message = run(loop, socket.read());
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(message.value(), "late");
}

TEST_P(WebSocketTest, AServerThatGoesAwayClosesItsWebSockets) {
  serve(echo);
  WebSocket socket = connect();
  server.reset();
  auto end = run(loop, socket.read());
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().kind, Fault::Kind::closed);
}

}  // namespace
}  // namespace live::net
