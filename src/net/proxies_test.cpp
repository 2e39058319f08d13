#include "net/proxies.h"

#include <map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/test_certificate.h"
#include "net/testing.h"
#include "net/websocket.h"

namespace live::net {
namespace {

using asio::ip::tcp;
using Variables = std::map<std::string, std::string>;

Result<Proxies> proxies(const Variables& set) {
  return Proxies::create([&set](const char* name) {
    auto const found = set.find(name);
    return found == set.end() ? "" : found->second;
  });
}
bool goes_through(const Variables& set, const std::string& host, bool tls = true, uint16_t port = 443) {
  auto const made = proxies(set);
  return made.value().on_the_way_to({tls, host, port}) != nullptr;
}

TEST(Proxies, TheEnvironmentNamesIt) {
  EXPECT_FALSE(goes_through({}, "example.com"));
  EXPECT_TRUE(goes_through({{"https_proxy", "http://proxy:3128"}}, "example.com"));
  EXPECT_TRUE(goes_through({{"ALL_PROXY", "proxy"}}, "example.com"));
  auto const made = proxies({{"HTTPS_PROXY", "http://ann:s%40cret@proxy:3128/"}}).value();
  EXPECT_EQ(made.proxy()->at, (Endpoint{false, "proxy", 3128}));
  EXPECT_EQ(made.proxy()->authorization, "Basic YW5uOnNAY3JldA==");
}

TEST(Proxies, NeitherThisMachineNorWhatHasNoTlsIsReachedThroughIt) {
  Variables const set{{"HTTPS_PROXY", "http://proxy:3128"}, {"HTTP_PROXY", "http://proxy:3128"}};
  for (auto const* host : {"localhost", "a.localhost", "127.0.0.1", "::1"})
    EXPECT_FALSE(goes_through(set, host)) << host;
  EXPECT_FALSE(goes_through(set, "example.com", false, 80));
}

TEST(Proxies, WhatNoProxyNamesIsReachedDirectly) {
  Variables const set{{"HTTPS_PROXY", "http://proxy"}, {"NO_PROXY", "Example.com, .internal,10.0.0.1:8443"}};
  for (auto const* host : {"example.com", "EXAMPLE.com", "a.example.com", "b.internal"})
    EXPECT_FALSE(goes_through(set, host)) << host;
  EXPECT_TRUE(goes_through(set, "badexample.com"));
  EXPECT_TRUE(goes_through(set, "10.0.0.1"));
  EXPECT_FALSE(goes_through(set, "10.0.0.1", true, 8443));
  EXPECT_FALSE(goes_through({{"HTTPS_PROXY", "http://proxy"}, {"no_proxy", "*"}}, "anything"));
}

TEST(Proxies, WhatIsNoHttpProxyIsRefusedWithoutItsSecrets) {
  for (auto const* url :
       {"socks5://ann:secret@proxy", "https://ann:secret@proxy", "http://", "http://ann:secret@proxy:port"}) {
    auto const made = proxies({{"HTTPS_PROXY", url}});
    ASSERT_TRUE(made.has_error()) << url;
    EXPECT_EQ(made.error().message.find("secret"), std::string::npos);
    EXPECT_NE(made.error().message.find("http://proxy:3128"), std::string::npos);
  }
}

// A proxy that takes CONNECT for any name and leads to one port of this machine.
class ConnectProxy {
 public:
  ConnectProxy(asio::io_context& loop, uint16_t leads_to,
               std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n")
      : acceptor_(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
        leads_to_(leads_to),
        answer_(std::move(answer)) {
    asio::co_spawn(loop, accept(), asio::detached);
  }
  Proxies to_it(const std::string& user = "") const {
    Variables const set{
        {"HTTPS_PROXY", "http://" + user + "127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port())}};
    return proxies(set).value();
  }
  std::vector<std::string> heads;

 private:
  Async<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::as_tuple(asio::use_awaitable));
      if (error) co_return;
      asio::co_spawn(acceptor_.get_executor(), serve(std::make_shared<tcp::socket>(std::move(socket))),
                     asio::detached);
    }
  }
  Async<void> serve(std::shared_ptr<tcp::socket> from) {
    std::string head;
    co_await asio::async_read_until(*from, asio::dynamic_buffer(head), "\r\n\r\n", asio::use_awaitable);
    heads.push_back(head);
    co_await asio::async_write(*from, asio::buffer(answer_), asio::use_awaitable);
    auto const to = std::make_shared<tcp::socket>(acceptor_.get_executor());
    co_await to->async_connect({asio::ip::address_v4::loopback(), leads_to_}, asio::use_awaitable);
    asio::co_spawn(acceptor_.get_executor(), pass_on(from, to), asio::detached);
    co_await pass_on(to, from);
  }
  static Async<void> pass_on(std::shared_ptr<tcp::socket> from, std::shared_ptr<tcp::socket> to) {
    std::array<char, 4096> bytes;
    for (;;) {
      auto [error, count] =
          co_await from->async_read_some(asio::buffer(bytes), asio::as_tuple(asio::use_awaitable));
      if (error) break;
      auto [failed, written] = co_await asio::async_write(*to, asio::buffer(bytes.data(), count),
                                                          asio::as_tuple(asio::use_awaitable));
      if (failed) break;
    }
    to->close();
  }

  tcp::acceptor acceptor_;
  uint16_t leads_to_;
  std::string answer_;
};

class ProxyTest : public testing::Test {
 protected:
  void SetUp() override {
    certificate = make_certificate("aws.example");
    ServerOptions options;
    options.certificate_pem = certificate.certificate_pem;
    options.key_pem = certificate.key_pem;
    server = std::move(
        HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, options,
                           [](Request request) -> Async<Answer> {
                             co_return Response{200, {}, request.headers.get("Host") + " " + request.body};
                           })
            .value());
  }
  Result<Response> ask(Proxies through) {
    ClientOptions options;
    options.extra_root_pem = certificate.certificate_pem;
    options.proxies = std::move(through);
    client = HttpClient::create(loop.get_executor(), options);
    Request request{.method = "POST", .body = "hello"};
    return run(loop, client->send({true, "aws.example", 443}, std::move(request), std::chrono::seconds(10)));
  }

  asio::io_context loop;
  TestCertificate certificate;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;
};

TEST_F(ProxyTest, ARequestCrossesATunnelUnderTheEndpointsOwnCertificate) {
  ConnectProxy proxy(loop, server->port());
  auto const answer = ask(proxy.to_it("ann:secret@"));
  ASSERT_TRUE(answer.has_value()) << answer.error().message;
  EXPECT_EQ(answer.value().body, "aws.example hello");
  ASSERT_EQ(proxy.heads.size(), 1u);
  EXPECT_TRUE(proxy.heads.front().starts_with("CONNECT aws.example:443 HTTP/1.1\r\n")) << proxy.heads.front();
  EXPECT_NE(proxy.heads.front().find("Proxy-Authorization: Basic YW5uOnNlY3JldA=="), std::string::npos);
}

TEST_F(ProxyTest, AProxyThatRefusesIsToldWithTheNextStep) {
  ConnectProxy wants_a_user(loop, server->port(),
                            "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
  auto const refused = ask(wants_a_user.to_it());
  ASSERT_TRUE(refused.has_error());
  EXPECT_EQ(refused.error().kind, Fault::Kind::refused) << "nobody tries that again";
  EXPECT_NE(refused.error().message.find("the proxy of HTTPS_PROXY wants a user and a password"),
            std::string::npos)
      << refused.error().message;
  ConnectProxy forbids(loop, server->port(), "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
  auto const forbidden = ask(forbids.to_it());
  EXPECT_NE(forbidden.error().message.find("refuses it with 403"), std::string::npos)
      << forbidden.error().message;
}

TEST_F(ProxyTest, AWebSocketGoesThroughItToo) {
  ConnectProxy proxy(loop, server->port());
  WebSocketTarget target{.endpoint = {true, "aws.example", 443},
                         .target = "/live",
                         .headers = {},
                         .limits = {},
                         .extra_root_pem = certificate.certificate_pem,
                         .proxies = proxy.to_it()};
  auto const opened =
      run(loop, connect_websocket(loop.get_executor(), std::move(target), std::chrono::seconds(10)));
  ASSERT_TRUE(opened.has_error()) << "the server speaks no WebSocket";
  EXPECT_EQ(opened.error().status, 200) << opened.error().message;
  EXPECT_EQ(proxy.heads.size(), 1u);
}

}  // namespace
}  // namespace live::net
