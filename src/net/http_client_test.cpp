#include "net/http_client.h"

#include <set>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "net/http_server.h"
#include "net/testing.h"

namespace live::net {
namespace {

using namespace std::chrono_literals;

// A server whose answers wait until the test lets them go.
class HttpClientTest : public testing::Test {
 protected:
  void SetUp() override {
    auto serve = [this](Request request) { return hold(std::move(request)); };
    server = std::move(HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, {}, serve).value());
    client = HttpClient::create(loop.get_executor(), {.max_connections = 2, .max_waiting = 3});
  }
  Async<Answer> hold(Request request) {
    arrived.push_back(request.target);
    peers.insert(request.peer);
    boost::system::error_code ignored;
    if (held) co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return Response{.status = 200};
  }
  void ask(std::string target, std::chrono::milliseconds timeout = 10s) {
    asio::co_spawn(loop, send(std::move(target), timeout), asio::detached);
  }
  Async<void> send(std::string target, std::chrono::milliseconds timeout) {
    Endpoint const to{false, "127.0.0.1", server->port()};
    Request request{.method = "GET", .target = target};
    auto const answer = co_await client->send(to, std::move(request), timeout);
    outcomes.emplace_back(target, answer ? "200" : answer.error().message);
  }
  void until(const std::function<bool()>& reached) {
    loop.restart();
    while (!reached() && loop.run_one_for(10s) > 0) {
    }
    EXPECT_TRUE(reached());
  }
  void let_go() {
    held = false;
    gate.cancel();
  }

  asio::io_context loop;
  asio::steady_timer gate{loop, asio::steady_timer::time_point::max()};
  bool held = true;
  std::vector<std::string> arrived;
  std::set<std::string> peers;  // a connection each
  std::vector<std::pair<std::string, std::string>> outcomes;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;
};

TEST_F(HttpClientTest, RequestsAboveTheLimitOfConnectionsWaitForTheirTurn) {
  for (auto const* target : {"/1", "/2", "/3", "/4"}) ask(target);
  until([this] { return arrived.size() == 2; });
  loop.poll();
  EXPECT_EQ(arrived, (std::vector<std::string>{"/1", "/2"}));
  let_go();
  until([this] { return outcomes.size() == 4; });
  EXPECT_EQ(arrived, (std::vector<std::string>{"/1", "/2", "/3", "/4"}));
  for (auto const& [target, outcome] : outcomes) EXPECT_EQ(outcome, "200") << target;
  EXPECT_LE(peers.size(), 2u);
}

TEST_F(HttpClientTest, WaitingCountsAgainstTheTimeoutAndSaysWhy) {
  for (auto const* target : {"/1", "/2"}) ask(target);
  until([this] { return arrived.size() == 2; });
  ask("/3", 20ms);
  until([this] { return outcomes.size() == 1; });
  EXPECT_NE(outcomes[0].second.find("all 2 connections were busy"), std::string::npos) << outcomes[0].second;
  ask("/4");
  let_go();
  until([this] { return outcomes.size() == 4; });
  EXPECT_EQ(arrived.back(), "/4");
}

TEST_F(HttpClientTest, TheQueueHasALimit) {
  for (auto const* target : {"/1", "/2", "/3", "/4", "/5", "/6"}) ask(target);
  until([this] { return outcomes.size() == 1; });
  EXPECT_EQ(outcomes[0].first, "/6");
  EXPECT_NE(outcomes[0].second.find("3 requests wait already"), std::string::npos) << outcomes[0].second;
}

TEST_F(HttpClientTest, WhoWaitsIsToldWhenTheClientEnds) {
  for (auto const* target : {"/1", "/2", "/3"}) ask(target);
  until([this] { return arrived.size() == 2; });
  client.reset();
  until([this] { return outcomes.size() == 1; });
  EXPECT_EQ(outcomes[0].first, "/3");
}

}  // namespace
}  // namespace live::net
