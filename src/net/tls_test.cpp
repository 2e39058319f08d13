#include <gtest/gtest.h>

#include "net/http_client.h"
#include "net/http_server.h"
#include "net/test_certificate.h"
#include "net/testing.h"

namespace live::net {
namespace {

class TlsTest : public testing::Test {
 protected:
  void serve(const std::string& host) {
    certificate = make_certificate(host);
    ServerOptions options;
    options.certificate_pem = certificate.certificate_pem;
    options.key_pem = certificate.key_pem;
    auto listening = HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, options,
                                        [](Request request) -> Async<Answer> {
                                          co_return Response{200, {}, std::move(request.body)};
                                        });
    ASSERT_TRUE(listening) << listening.error().message;
    server = std::move(listening.value());
  }
  Result<Response> ask(const std::string& host, const std::string& root, std::string body) {
    ClientOptions options;
    options.extra_root_pem = root;
    if (!client) client = HttpClient::create(loop.get_executor(), options);
    Request request{.method = "POST", .body = std::move(body)};
    return run(loop,
               client->send({true, host, server->port()}, std::move(request), std::chrono::seconds(10)));
  }

  asio::io_context loop;
  TestCertificate certificate;
  std::unique_ptr<HttpServer> server;
  std::unique_ptr<HttpClient> client;
};

TEST_F(TlsTest, ARequestGoesThroughUnderATrustedCertificate) {
  serve("localhost");
  for (size_t size : {0, 100, 20'000, 6'000'000}) {
    auto answer = ask("localhost", certificate.certificate_pem, std::string(size, 'x'));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer.value().body.size(), size);
  }
}

TEST_F(TlsTest, ACertificateThatNobodyVouchesForIsRefused) {
  serve("localhost");
  auto answer = ask("localhost", "", "x");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("certificate"), std::string::npos) << answer.error().message;
}

TEST_F(TlsTest, ACertificateForAnotherHostIsRefused) {
  serve("elsewhere.example");
  auto answer = ask("localhost", certificate.certificate_pem, "x");
  ASSERT_FALSE(answer);
  EXPECT_NE(answer.error().message.find("certificate"), std::string::npos) << answer.error().message;
}

TEST_F(TlsTest, AnUnreadableCertificateIsAFault) {
  auto listening = HttpServer::listen(loop.get_executor(), "127.0.0.1", 0,
                                      {.certificate_pem = "nonsense", .key_pem = "nonsense"}, nullptr);
  ASSERT_FALSE(listening);
  EXPECT_NE(listening.error().message.find("certificate"), std::string::npos);
}

TEST_F(TlsTest, APlainRequestToATlsPortEndsWithoutAnAnswer) {
  serve("localhost");
  client = HttpClient::create(loop.get_executor());
  auto answer = run(loop, client->send({false, "127.0.0.1", server->port()}, {}, std::chrono::seconds(5)));
  EXPECT_FALSE(answer);
}

}  // namespace
}  // namespace live::net
