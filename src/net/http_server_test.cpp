#include "net/http_server.h"

#include <array>
#include <cstdio>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/testing.h"

namespace live::net {
namespace {

using asio::ip::tcp;

class HttpServerTest : public testing::Test {
 protected:
  void serve(Handler handler, ServerOptions options = {}) {
    auto listening = HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, options, std::move(handler));
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(listening.value());
  }
  Endpoint endpoint() const { return {false, "127.0.0.1", server->port()}; }
  Result<Response> ask(Request request, std::chrono::milliseconds timeout = std::chrono::seconds(10)) {
    return run(loop, client->send(endpoint(), std::move(request), timeout));
  }
  // Bytes as given; what comes back until the server closes.
  std::string raw(std::string bytes) {
    return run(loop, [](uint16_t port, std::string bytes) -> Async<std::string> {
      tcp::socket socket(co_await asio::this_coro::executor);
      co_await socket.async_connect({asio::ip::address_v4::loopback(), port}, asio::use_awaitable);
      co_await asio::async_write(socket, asio::buffer(bytes), asio::use_awaitable);
      std::string answer;
      std::array<char, 4096> part;
      try {
        while (true)
          answer.append(part.data(),
                        co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable));
      } catch (const boost::system::system_error& ended) {
        if (ended.code() != asio::error::eof) answer += "<" + ended.code().message() + ">";
      }
      co_return answer;
    }(server->port(), std::move(bytes)));
  }
  std::string shell(std::string command) {  // beside the loop, which goes on
    auto work = [](std::string command, asio::io_context& loop) -> Async<std::string> {
      FILE* pipe = ::popen(command.c_str(), "r");
      asio::posix::stream_descriptor output(loop, ::dup(::fileno(pipe)));
      std::string all;
      std::array<char, 4096> part;
      try {
        while (true)
          all.append(part.data(), co_await output.async_read_some(asio::buffer(part), asio::use_awaitable));
      } catch (const boost::system::system_error&) {
      }
      ::pclose(pipe);
      co_return all;
    };
    return run(loop, work(std::move(command), loop));
  }

  asio::io_context loop;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client = HttpClient::create(loop.get_executor());
};

Async<Answer> echo(Request request) {
  Response response;
  response.headers.add("X-Method", request.method);
  response.headers.add("X-Target", request.target);
  response.headers.add("X-Peer", request.peer);
  response.body = std::move(request.body);
  co_return response;
}

std::string pattern(size_t size) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 31 + i / 251);
  return bytes;
}

TEST_F(HttpServerTest, EveryBodySizeComesBackAsItWent) {
  serve(echo);
  for (size_t size : {0, 1, 1023, 16 * 1024, 16 * 1024 + 1, 1024 * 1024 + 7, 6 * 1024 * 1024}) {
    auto answer = ask({.method = "POST", .target = "/a%20b?c=d", .body = pattern(size)});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer.value().status, 200);
    EXPECT_EQ(answer.value().headers.get("x-target"), "/a%20b?c=d");
    EXPECT_EQ(answer.value().headers.get("x-peer"), "127.0.0.1");
    EXPECT_TRUE(answer.value().body == pattern(size)) << size;
  }
}

TEST_F(HttpServerTest, AConnectionServesManyRequests) {
  std::set<std::string> ports;
  serve([](Request) -> Async<Answer> { co_return Response{}; });
  std::string twice = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string answer = raw(twice + "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(answer.find("HTTP/1.1 200 OK"), 0u);
  EXPECT_NE(answer.find("HTTP/1.1 200 OK", 10), std::string::npos) << answer;
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
  EXPECT_NE(answer.find("Date: "), std::string::npos);
}

TEST_F(HttpServerTest, AnHttp10ClientIsAnsweredAndClosed) {
  serve(echo);
  std::string answer = raw("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_NE(answer.find("X-Target: /x"), std::string::npos);
  EXPECT_NE(answer.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, AChunkedRequestIsOneBodyAndItsTrailersAreHeaders) {
  serve([](Request request) -> Async<Answer> {
    co_return Response{200, {}, request.body + "|" + request.headers.get("X-Trail")};
  });
  std::string answer =
      raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
          "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nX-Trail: end\r\n\r\n");
  EXPECT_NE(answer.find("\r\n\r\nabcdefg|end"), std::string::npos) << answer;
}

bool all_stream(const Request&) { return true; }

TEST_F(HttpServerTest, ABodyIsReadAsItComes) {
  std::vector<std::string> pieces;
  serve(
      [&pieces](Request request) -> Async<Answer> {
        std::string trailers;
        while (true) {
          auto piece = co_await request.coming->read();
          if (!piece) co_return Response{400, {}, piece.error().message};
          if (piece.value().empty()) break;
          pieces.push_back(piece.value());
        }
        for (const auto& [name, value] : request.coming->trailers()) trailers += name + "=" + value;
        co_return Response{200, {}, trailers};
      },
      {.streams = all_stream});
  std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string answer = raw(head + "3\r\nabc\r\n4;ext=1\r\ndefg\r\n0\r\nX-Trail: end\r\n\r\n" +
                           "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi");
  EXPECT_NE(answer.find("X-Trail=end"), std::string::npos) << answer;
  EXPECT_NE(answer.rfind("HTTP/1.1 200"), 0u) << "the connection went on";
  std::string all;
  for (const auto& piece : pieces) all += piece;
  EXPECT_EQ(all, "abcdefghi");
}

TEST_F(HttpServerTest, ABodyThatWasNotReadEndsItsConnection) {
  serve([](Request) -> Async<Answer> { co_return Response{403, {}, "no"}; }, {.streams = all_stream});
  std::string answer = raw("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 40\r\n\r\nGET / HTTP/1.1\r\n\r\n");
  EXPECT_NE(answer.find("Connection: close"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("HTTP/1.1", 8), std::string::npos) << answer;
}

class Pieces final : public BodySource {  // waits for its turn before each
 public:
  Pieces(asio::io_context& loop, std::vector<std::string> pieces) : turn(loop), pieces_(std::move(pieces)) {
    turn.expires_at(asio::steady_timer::time_point::max());
  }
  Async<std::string> next() override {
    while (turns == 0) co_await turn.async_wait(asio::as_tuple(asio::use_awaitable));
    --turns;
    co_return given_ == pieces_.size() ? std::string() : pieces_[given_++];
  }
  Headers trailers() override { return {{"X-Trail", "end"}}; }
  void go_on() {
    ++turns;
    turn.cancel();
  }
  asio::steady_timer turn;
  int turns = 0;

 private:
  std::vector<std::string> pieces_;
  size_t given_ = 0;
};

TEST_F(HttpServerTest, APieceArrivesBeforeTheNextOneIsMade) {
  Pieces pieces(loop, {"one", "two"});
  std::vector<std::string> came;
  serve(
      [&](Request request) -> Async<Answer> {
        pieces.go_on();
        while (true) {
          auto piece = co_await request.coming->read();
          if (!piece || piece.value().empty()) break;
          came.push_back(piece.value());
          pieces.go_on();
        }
        co_return Response{200, {}, request.coming->trailers().get("X-Trail")};
      },
      {.streams = all_stream});
  auto answer =
      run(loop, client->send_as_made(endpoint(), {.method = "POST"}, pieces, std::chrono::seconds(5)));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer.value().body, "end");
  EXPECT_EQ(came, (std::vector<std::string>{"one", "two"}));
}

TEST_F(HttpServerTest, AClientThatExpectsContinueIsToldToGoOn) {
  serve(echo);
  std::string answer = shell(
      "head -c 3000000 /dev/zero | curl -sv -H 'Expect: 100-continue' --data-binary @- "
      "http://127.0.0.1:" +
      std::to_string(server->port()) + "/ 2>&1 >/dev/null");
  EXPECT_NE(answer.find("HTTP/1.1 100 Continue"), std::string::npos) << answer;
  EXPECT_NE(answer.find("Content-Length: 3000000"), std::string::npos) << answer;
}

TEST_F(HttpServerTest, TooLargeABodyIs413AndTooLargeAHeader431) {
  serve(echo, {.max_body = 1000, .max_header = 2000});
  auto most = ask({.method = "POST", .body = std::string(1000, 'x')});
  ASSERT_TRUE(most);
  EXPECT_EQ(most.value().status, 200);
  auto more = ask({.method = "POST", .body = std::string(1001, 'x')});
  ASSERT_TRUE(more) << more.error().message;
  EXPECT_EQ(more.value().status, 413);
  auto much = ask({.method = "POST", .body = std::string(3'000'000, 'x')});
  ASSERT_TRUE(much) << much.error().message;
  EXPECT_EQ(much.value().status, 413);
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" +
                std::string(1001, 'x') + "\r\n0\r\n\r\n")
                .substr(0, 12),
            "HTTP/1.1 413");
  auto header = ask({.headers = {{"X-Long", std::string(3000, 'x')}}});
  ASSERT_TRUE(header) << header.error().message;
  EXPECT_EQ(header.value().status, 431);
}

TEST_F(HttpServerTest, WhatIsNotHttpIs400) {
  serve(echo);
  EXPECT_EQ(raw("hello\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n").substr(0, 12), "HTTP/1.1 400");
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n").substr(0, 12),
            "HTTP/1.1 400");
}

TEST_F(HttpServerTest, ARequestThatDoesNotCompleteInTimeIsDropped) {
  serve(echo, {.read_timeout = std::chrono::seconds(1)});
  auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(raw("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab"), "");
  auto took = std::chrono::steady_clock::now() - before;
  EXPECT_GE(took, std::chrono::milliseconds(900));
  EXPECT_LE(took, std::chrono::seconds(5));
}

TEST_F(HttpServerTest, AHandlerThatThrowsIs500AndTheServerGoesOn) {
  serve([](Request request) -> Async<Answer> {
    if (request.target == "/throw") throw std::runtime_error("secret");
    co_return Response{};
  });
  auto answer = ask({.target = "/throw"});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().status, 500);
  EXPECT_EQ(answer.value().headers.get("Connection"), "close");
  EXPECT_EQ(answer.value().body.find("secret"), std::string::npos);
  EXPECT_EQ(ask({}).value().status, 200);
}

TEST_F(HttpServerTest, AHandlerMayEndTheConnectionWithoutAnAnswer) {
  int asked = 0;
  serve([&asked](Request) -> Async<Answer> {
    ++asked;
    co_return HangUp{};
  });
  EXPECT_EQ(raw("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP"),
            std::string::npos);
  EXPECT_EQ(asked, 1);
}

TEST_F(HttpServerTest, AHeadsAnswerNamesALengthAndHasNoBody) {
  serve([](Request request) -> Async<Answer> {
    Response response;
    if (request.target == "/stored")
      response.headers.add("Content-Length", "123456");
    else
      response.body = "12345";
    co_return response;
  });
  EXPECT_EQ(ask({.method = "HEAD", .target = "/stored"}).value().headers.get("Content-Length"), "123456");
  EXPECT_EQ(ask({.method = "HEAD", .target = "/made"}).value().headers.get("Content-Length"), "5");
  EXPECT_EQ(ask({.target = "/made"}).value().body, "12345");  // on the same connection
}

TEST_F(HttpServerTest, AStreamedAnswerArrivesInChunksWithTrailers) {
  serve([](Request) -> Async<Answer> {
    Streamed streamed{.status = 201, .headers = {{"X-A", "b"}}, .write = [](BodyWriter& body) -> Async<void> {
                        for (int i = 0; i < 3; ++i) {
                          auto written = co_await body.write("part" + std::to_string(i) + ";");
                          EXPECT_TRUE(written);
                        }
                        (co_await body.write("")).value();
                        body.trailer("X-Trail", "t");
                      }};
    co_return streamed;
  });
  for (int round = 0; round < 2; ++round) {  // the connection stays usable
    auto answer = ask({});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer.value().status, 201);
    EXPECT_EQ(answer.value().body, "part0;part1;part2;");
    EXPECT_EQ(answer.value().headers.get("X-Trail"), "t");
  }
  std::string seen = shell("curl -sv --raw http://127.0.0.1:" + std::to_string(server->port()) + "/ 2>&1");
  EXPECT_NE(seen.find("Transfer-Encoding: chunked"), std::string::npos);
  EXPECT_NE(seen.find("6\r\npart0;\r\n"), std::string::npos);
  EXPECT_NE(seen.find("X-Trail: t"), std::string::npos);
  EXPECT_NE(seen.find("left intact"), std::string::npos);
}

TEST_F(HttpServerTest, AStreamThatFailsIsNotTakenForAWholeOne) {
  serve([](Request) -> Async<Answer> {
    Streamed streamed{.write = [](BodyWriter& body) -> Async<void> {
      (co_await body.write("half")).value();
      throw std::runtime_error("broken");
    }};
    co_return streamed;
  });
  auto answer = ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::closed);
}

TEST_F(HttpServerTest, AKeptConnectionIsUsedAgainAndAClosedOneReplaced) {
  // Counts connections through a server that says which one a request came by.
  tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  int connections = 0;
  auto serve_some = [](tcp::acceptor& acceptor, int& connections) -> Async<void> {
    for (connections = 1; connections < 3; ++connections) {
      tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      for (int request = 0; request < 2; ++request) {  // then closes, saying nothing
        std::array<char, 4096> part;
        co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable);
        std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connections);
        co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
      }
    }
  };
  asio::co_spawn(loop, serve_some(acceptor, connections), asio::detached);
  Endpoint to{false, "127.0.0.1", acceptor.local_endpoint().port()};
  std::string seen;
  for (int i = 0; i < 4; ++i) {
    auto answer = run(loop, client->send(to, {}, std::chrono::seconds(5)));
    ASSERT_TRUE(answer) << answer.error().message;
    seen += answer.value().body;
  }
  EXPECT_EQ(seen, "1122");
}

TEST_F(HttpServerTest, AKeptConnectionThatTheServerClosesUponTheRequestIsReplaced) {
  tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  auto serve_some = [](tcp::acceptor& acceptor) -> Async<void> {
    for (int connection = 0; connection < 2; ++connection) {
      tcp::socket socket = co_await acceptor.async_accept(asio::use_awaitable);
      std::array<char, 4096> part;
      co_await socket.async_read_some(asio::buffer(part), asio::use_awaitable);
      std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(connection);
      co_await asio::async_write(socket, asio::buffer(answer), asio::use_awaitable);
      co_await socket.async_read_some(asio::buffer(part),
                                      asio::use_awaitable);  // reads the second, says nothing
    }
  };
  asio::co_spawn(loop, serve_some(acceptor), [](std::exception_ptr) {});
  Endpoint to{false, "127.0.0.1", acceptor.local_endpoint().port()};
  EXPECT_EQ(run(loop, client->send(to, {}, std::chrono::seconds(5))).value().body, "0");
  EXPECT_EQ(run(loop, client->send(to, {}, std::chrono::seconds(5))).value().body, "1");
}

TEST_F(HttpServerTest, AServerThatDoesNotAnswerInTimeIsATimeout) {
  serve([](Request) -> Async<Answer> {
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::seconds(60));
    co_await never.async_wait(asio::use_awaitable);
    co_return Response{};
  });
  auto answer = ask({.target = "/slow?a=b"}, std::chrono::milliseconds(100));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::timeout);
  EXPECT_NE(answer.error().message.find("/slow"), std::string::npos);
}

TEST_F(HttpServerTest, ARefusedConnectionIsAFaultThatNamesTheEndpoint) {
  serve(echo);
  Endpoint nobody = endpoint();
  server.reset();
  auto answer = run(loop, client->send(nobody, {}, std::chrono::seconds(1)));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::failed);
  EXPECT_NE(answer.error().message.find(to_string(nobody)), std::string::npos) << answer.error().message;
}

TEST_F(HttpServerTest, ABusyPortIsAFaultThatNamesIt) {
  serve(echo);
  auto second = HttpServer::listen(loop.get_executor(), "127.0.0.1", server->port(), {}, echo);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
}

TEST_F(HttpServerTest, ManyRequestsAtOnceEachGetTheirOwnAnswer) {
  serve(echo);
  int right = 0;
  auto one = [](HttpClient& client, Endpoint to, int number, int& right) -> Async<void> {
    std::string body = std::string(static_cast<size_t>(number) * 100, 'x') + std::to_string(number);
    Request request{.method = "POST", .body = body};
    auto answer = co_await client.send(to, std::move(request), std::chrono::seconds(10));
    if (answer && answer.value().body == body) ++right;
  };
  for (int i = 0; i < 200; ++i) asio::co_spawn(loop, one(*client, endpoint(), i, right), asio::detached);
  while (right < 200 && loop.run_one_for(std::chrono::seconds(10)) > 0) {
  }
  EXPECT_EQ(right, 200);
}

TEST_F(HttpServerTest, GoingAwayEndsTheHandlersThatStillRun) {
  bool ended = false;
  serve([&ended](Request) -> Async<Answer> {
    struct Mark {
      ~Mark() { *flag = true; }
      bool* flag;
    } mark{&ended};
    asio::steady_timer never(co_await asio::this_coro::executor, std::chrono::seconds(60));
    co_await never.async_wait(asio::use_awaitable);
    co_return Response{};
  });
  auto leave = [](std::unique_ptr<HttpServer>& server) -> Async<bool> {
    asio::steady_timer soon(co_await asio::this_coro::executor, std::chrono::milliseconds(50));
    co_await soon.async_wait(asio::use_awaitable);
    server.reset();
    co_return true;
  };
  asio::co_spawn(loop, leave(server), asio::detached);
  auto answer = ask({});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::closed);
  loop.run_for(std::chrono::milliseconds(500));
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace live::net
