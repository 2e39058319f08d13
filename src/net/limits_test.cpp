// What a peer may send that means no good: refused within set limits, while others are served.
#include <array>
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/testing.h"
#include "net/websocket_frames.h"

namespace live::net {
namespace {

using asio::ip::tcp;
using namespace std::chrono_literals;

Async<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

class LimitsTest : public testing::Test {
 protected:
  void serve(ServerOptions options, Handler handler = answer) {
    auto listening = HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, std::move(options), handler);
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(listening.value());
  }
  static Async<Answer> answer(Request request) { co_return Response{200, {}, std::move(request.body)}; }

  static Async<tcp::socket> dial(uint16_t port) {
    tcp::socket socket(co_await asio::this_coro::executor);
    co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
    co_return socket;
  }
  static Async<std::string> rest_of(tcp::socket& socket) {
    std::string all;
    std::array<char, 4096> part;
    try {
      while (true)
        all.append(part.data(), co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable));
    } catch (const boost::system::system_error&) {
    }
    co_return all;
  }
  // Sends `first`, then `again` for as long as the server takes it, at most `most` bytes. What it answered.
  std::string flood(std::string first, std::string again, size_t most, size_t& sent) {
    auto work = [](uint16_t port, std::string first, std::string again, size_t most,
                   size_t& sent) -> Async<std::string> {
      auto socket = co_await dial(port);
      sent = 0;
      try {
        co_await asio::async_write(socket, asio::buffer(first), asio::use_awaitable);
        while (sent < most)
          sent += co_await asio::async_write(socket, asio::buffer(again), asio::use_awaitable);
      } catch (const boost::system::system_error&) {
      }
      auto text = co_await rest_of(socket);
      co_return text;
    };
    return run(loop, work(server->port(), std::move(first), std::move(again), most, sent));
  }
  std::string raw(std::string bytes) {
    size_t sent = 0;
    return flood(std::move(bytes), "", 0, sent);
  }
  int status_of(const std::string& answer) { return answer.size() < 12 ? 0 : std::stoi(answer.substr(9, 3)); }
  bool still_serves() {
    auto got = run(loop, client->send({false, "127.0.0.1", server->port()}, {.body = "still here"}, 5s));
    return got && got.value().body == "still here";
  }

  asio::io_context loop;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client = HttpClient::create(loop.get_executor());
};

constexpr auto kChunked = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(LimitsTest, TooManyHeadersAre431ThoughTheyAreShort) {
  serve({});
  std::string head = "GET / HTTP/1.1\r\n";
  for (int i = 0; i < 512; ++i) head += "a:\r\n";
  EXPECT_EQ(status_of(raw(head + "Connection: close\r\n\r\n")), 431);
  EXPECT_EQ(status_of(raw("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")), 200);
  EXPECT_TRUE(still_serves());
}

TEST_F(LimitsTest, AHeaderWithoutEndIsRefusedWhenItReachesItsLimit) {
  serve({});
  size_t sent = 0;
  EXPECT_EQ(status_of(flood("GET /", std::string(65536, 'x'), size_t(4) << 30, sent)), 431);
  EXPECT_LT(sent, size_t(4) << 30);
  EXPECT_EQ(status_of(flood("GET / HTTP/1.1\r\nX: ", std::string(65536, 'x'), size_t(4) << 30, sent)), 431);
  EXPECT_LT(sent, size_t(4) << 30);
  EXPECT_TRUE(still_serves());
}

TEST_F(LimitsTest, ATrailerOrAChunksHeaderWithoutEndIsRefused) {
  serve({});
  for (const char* begin : {"5;ext=", "0\r\nTrailer: ", "1"}) {
    size_t sent = 0;
    std::string const more = begin == std::string_view("1") ? "1" : "x";
    auto const answer =
        flood(kChunked + std::string(begin), std::string(65536, more[0]), size_t(4) << 30, sent);
    EXPECT_TRUE(status_of(answer) == 400 || status_of(answer) == 431 || status_of(answer) == 413)
        << begin << answer;
    EXPECT_LT(sent, size_t(4) << 30) << begin;
  }
  EXPECT_TRUE(still_serves());
}

TEST_F(LimitsTest, GiantChunksAndLengthsAreRefusedByTheirAnnouncement) {
  serve({});
  for (const char* size : {"ffffffffffffffff", "7fffffffffffffff", "fffffffffffffffffffff", "5000000"}) {
    int const status = status_of(raw(kChunked + std::string(size) + "\r\nabc"));
    EXPECT_TRUE(status == 413 || status == 400) << size << " " << status;
  }
  EXPECT_EQ(status_of(raw("POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n")), 413);
  EXPECT_EQ(status_of(raw("POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n")), 400);
  EXPECT_EQ(status_of(raw("POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")), 400);
  EXPECT_TRUE(still_serves());
}

TEST_F(LimitsTest, LengthAndChunksTogetherAreRefused) {  // two readings of one request
  serve({});
  EXPECT_EQ(
      status_of(raw("POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")),
      400);
}

TEST_F(LimitsTest, HeadersThatComeSlowlyEndAtTheirDeadlineHoweverOftenAByteComes) {
  serve({.head_timeout = 1s});
  auto dribble = [](uint16_t port) -> Async<std::chrono::milliseconds> {
    auto socket = co_await dial(port);
    auto const began = std::chrono::steady_clock::now();
    try {
      while (std::chrono::steady_clock::now() - began < 20s) {
        co_await asio::async_write(socket, asio::buffer("G", 1), asio::use_awaitable);
        co_await pause(50ms);
      }
    } catch (const boost::system::system_error&) {
    }
    co_return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  };
  auto const took = run(loop, dribble(server->port()));
  EXPECT_GE(took, 900ms);
  EXPECT_LT(took, 5s);
}

TEST_F(LimitsTest, HundredsOfSlowSendersHoldNobodyUp) {
  serve({.head_timeout = 2s});
  std::deque<tcp::socket> slow;
  for (int i = 0; i < 300; ++i) {
    slow.push_back(run(loop, dial(server->port())));
    run(loop, [](tcp::socket& socket) -> Async<bool> {
      co_await asio::async_write(socket, asio::buffer("GET / HT", 8), asio::use_awaitable);
      co_return true;
    }(slow.back()));
  }
  auto const began = std::chrono::steady_clock::now();
  EXPECT_TRUE(still_serves());
  EXPECT_LT(std::chrono::steady_clock::now() - began, 1s);
  for (auto& socket : slow) EXPECT_EQ(run(loop, rest_of(socket)), "");  // dropped
}

TEST_F(LimitsTest, ARequestMayBeRefusedBeforeItsBodyIsRead) {
  bool handled = false;
  serve({.refuse = [](const Request& request) -> std::optional<Response> {
          if (request.headers.get("Host") == "good") return std::nullopt;
          return Response{403, {}, "not here"};
        }},
        [&handled](Request) -> Async<Answer> {
          handled = true;
          co_return Response{};
        });
  auto const answer = raw("POST / HTTP/1.1\r\nHost: bad\r\nContent-Length: 60000000\r\n\r\n");
  EXPECT_EQ(status_of(answer), 403);
  EXPECT_NE(answer.find("not here"), std::string::npos);
  EXPECT_FALSE(handled);
  EXPECT_EQ(status_of(raw("POST / HTTP/1.1\r\nHost: good\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")),
            200);
  EXPECT_TRUE(handled);
}

TEST_F(LimitsTest, AnAnswerWithoutEndIsAFaultOfTheClientAndNotItsMemory) {
  for (const char* begin :
       {"HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;"}) {
    tcp::acceptor listener(loop, {asio::ip::address_v4::loopback(), 0});
    size_t sent = 0;
    auto feed = [](tcp::acceptor& listener, std::string begin, size_t& sent) -> Async<void> {
      auto socket = co_await listener.async_accept(asio::use_awaitable);
      try {
        co_await asio::async_write(socket, asio::buffer(begin), asio::use_awaitable);
        std::string const more(4096, 'x');
        while (sent < (size_t(32) << 20))
          sent += co_await asio::async_write(socket, asio::buffer(more), asio::use_awaitable);
      } catch (const boost::system::system_error&) {
      }
    };
    asio::co_spawn(loop, feed(listener, begin, sent), asio::detached);
    auto const got = run(loop, client->send({false, "127.0.0.1", listener.local_endpoint().port()}, {}, 10s));
    ASSERT_FALSE(got);
    EXPECT_NE(got.error().kind, Fault::Kind::timeout) << got.error().message;
    EXPECT_LT(sent, size_t(32) << 20);
  }
}

// A peer that pings and never reads: what waits for it does not grow.
TEST_F(LimitsTest, PingsWithoutEndAreNotAllAnswered) {
  constexpr int kPings = 400'000;
  serve({}, [](Request) -> Async<Answer> {
    co_return Upgrade{{}, [](WebSocket socket) -> Async<void> {
                        while (auto message = co_await socket.read())
                          (void)co_await socket.write(std::move(message.value()));
                      }};
  });
  auto work = [](uint16_t port) -> Async<size_t> {
    auto socket = co_await dial(port);
    co_await asio::async_write(
        socket,
        asio::buffer(
            std::string("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")),
        asio::use_awaitable);
    std::string pings;
    for (int i = 0; i < 1000; ++i) pings += std::string("\x89\xfd\0\0\0\0", 6) + std::string(125, 'p');
    for (int i = 0; i < kPings / 1000; ++i)
      co_await asio::async_write(socket, asio::buffer(pings), asio::use_awaitable);
    std::string const last("\x81\x84\0\0\0\0done", 10);
    co_await asio::async_write(socket, asio::buffer(last), asio::use_awaitable);
    std::string all;
    std::array<char, 65536> part;
    while (!all.ends_with("done"))
      all.append(part.data(), co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable));
    co_return all.size() / 127;
  };
  size_t const answered = run(loop, work(server->port()));
  EXPECT_GT(answered, 0u);
  EXPECT_LT(answered, size_t(kPings) * 3 / 4);
}

}  // namespace
}  // namespace live::net
