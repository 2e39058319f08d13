#include "aws/client.h"

#include <gtest/gtest.h>

#include "aws/connections.h"
#include "aws/dynamodb.h"
#include "aws/s3.h"
#include "aws/sts.h"
#include "net/http_server.h"
#include "net/testing.h"

namespace live::aws {
namespace {

using net::run;

// A server that gives prepared answers and remembers what it was asked.
class AwsClientTest : public testing::Test {
 protected:
  AwsClientTest() {
    auto listening = net::HttpServer::listen(loop.get_executor(), "127.0.0.1", 0, {},
                                             [this](net::Request request) -> Async<net::Answer> {
                                               asked.push_back(std::move(request));
                                               if (answers.empty()) co_return net::Response{418, {}, ""};
                                               net::Response next = answers.front();
                                               if (answers.size() > 1) answers.pop_front();
                                               co_return next;
                                             });
    server = std::move(listening.value());
    settings.endpoint = net::Endpoint{false, "127.0.0.1", server->port()};
    client = std::make_unique<AwsClient>(*http, credentials, clock, ids, settings);
  }
  void answer(int status, std::string body, net::Headers headers = {}) {
    answers.push_back({status, std::move(headers), std::move(body)});
  }

  asio::io_context loop;
  std::deque<net::Response> answers;  // the last one stays
  std::vector<net::Request> asked;
  std::unique_ptr<net::HttpServer> server;
  std::unique_ptr<net::HttpClient> http = net::HttpClient::create(loop.get_executor());
  StaticCredentials credentials{{"AKIDEXAMPLE", "secret", "token", {}}};
  ManualClock clock;
  CountingIds ids;
  AwsSettings settings{.region = "eu-west-1", .endpoint = {}};
  std::unique_ptr<AwsClient> client;
};

TEST_F(AwsClientTest, AnItemIsReadConsistentlyUnderASignature) {
  answer(200, R"({"Item":{"pk":{"S":"client"},"epoch":{"N":"7"}}})");
  DynamoDb table(*client);
  auto item = run(loop, table.get_item("t", {{"pk", text_value("client")}}, 1000ms));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(text_of(*item.value(), "pk"), "client");
  EXPECT_EQ(number_of(*item.value(), "epoch"), 7);
  const net::Request& request = asked.at(0);
  EXPECT_EQ(request.headers.get("X-Amz-Target"), "DynamoDB_20120810.GetItem");
  EXPECT_NE(request.body.find(R"("ConsistentRead":true)"), std::string::npos);
  EXPECT_EQ(request.headers.get("X-Amz-Security-Token"), "token");
  EXPECT_NE(request.headers.get("Authorization").find("/eu-west-1/dynamodb/aws4_request"), std::string::npos);
}

TEST_F(AwsClientTest, AnItemThatIsNotThereIsNoFault) {
  answer(200, "{}");
  auto item = run(loop, DynamoDb(*client).get_item("t", {}, 1000ms));
  ASSERT_TRUE(item);
  EXPECT_FALSE(item.value().has_value());
}

TEST_F(AwsClientTest, AConditionThatDoesNotHoldIsAnAnswer) {
  answer(400,
         R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","message":"no"})");
  auto changed = run(loop, DynamoDb(*client).update_item({.table = "t", .key = {}, .update = "SET a = :a"}));
  ASSERT_TRUE(changed) << changed.error().message;
  EXPECT_FALSE(changed.value().condition_held);
}

TEST_F(AwsClientTest, ThrottlingIsA429WhateverTheServiceAnswersItWith) {
  answer(400, R"({"__type":"com.amazon.coral.availability#ThrottlingException","message":"slow down"})");
  auto item = run(loop, DynamoDb(*client).get_item("t", {}, 1000ms, AwsCall::Tries::one));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().status, 429);
}

TEST_F(AwsClientTest, ARefusalHasTheStatusTheCodeAndTheMessage) {
  answer(400,
         R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException","message":"no table"})");
  auto item = run(loop, DynamoDb(*client).get_item("orders", {}, 1000ms));
  ASSERT_FALSE(item);
  EXPECT_EQ(item.error().kind, Fault::Kind::refused);
  EXPECT_EQ(item.error().status, 400);
  EXPECT_EQ(item.error().message, "DynamoDB GetItem on table orders: ResourceNotFoundException: no table");
  EXPECT_EQ(asked.size(), 1u);  // it would not help to ask again
}

TEST_F(AwsClientTest, WhatMayPassIsTriedAgainUntilItDoes) {
  answer(503, "<Error><Code>SlowDown</Code><Message>later</Message></Error>");
  answer(500, "");
  answer(400, R"({"__type":"ProvisionedThroughputExceededException"})");
  answer(200, "{}");
  auto item = run(loop, DynamoDb(*client).get_item("t", {}, 10'000ms));
  ASSERT_TRUE(item) << item.error().message;
  EXPECT_EQ(asked.size(), 4u);
}

TEST_F(AwsClientTest, TryingAgainEndsAtTheDeadlineWithTheLastRefusal) {
  answer(503, "<Error><Code>SlowDown</Code><Message>later &amp; slower</Message></Error>");
  const auto before = std::chrono::steady_clock::now();
  auto got = run(loop, S3(*client).get("bucket", "key", 400ms));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().status, 503);
  EXPECT_NE(got.error().message.find("SlowDown: later & slower"), std::string::npos) << got.error().message;
  EXPECT_GT(asked.size(), 1u);
}

TEST_F(AwsClientTest, AnObjectIsAskedForByPathAtAnAddress) {
  answer(200, "bytes");
  auto got = run(loop, S3(*client).get("bucket", "payloads/a b+c", 1000ms));
  ASSERT_TRUE(got) << got.error().message;
  EXPECT_EQ(got.value(), "bytes");
  EXPECT_EQ(asked.at(0).target, "/bucket/payloads/a%20b%2Bc");
  EXPECT_EQ(asked.at(0).headers.get("Host"), net::host_header(*settings.endpoint));
}

TEST_F(AwsClientTest, AnObjectIsAskedForInItsBucketsHostAtAName) {
  settings.endpoint->host = "aws.localhost";
  client = std::make_unique<AwsClient>(*http, credentials, clock, ids, settings);
  answer(200, "");
  ASSERT_TRUE(run(loop, S3(*client).put("bucket", "key", "x", 1000ms, S3::Existing::refused)));
  EXPECT_EQ(asked.at(0).target, "/key");
  EXPECT_EQ(asked.at(0).headers.get("Host"), "bucket.aws.localhost:" + std::to_string(server->port()));
  EXPECT_EQ(asked.at(0).headers.get("If-None-Match"), "*");
  EXPECT_EQ(asked.at(0).headers.get("x-amz-server-side-encryption"), "AES256");
}

TEST_F(AwsClientTest, AnObjectThatIsNotThereIsNotFound) {
  answer(404, "<Error><Code>NoSuchKey</Code><Message>no</Message></Error>");
  EXPECT_EQ(run(loop, S3(*client).get("b", "k", 1000ms)).error().kind, Fault::Kind::not_found);
}

TEST_F(AwsClientTest, AMessageToAConnectionNamesTheApiWhateverIsDialled) {
  answer(200, "");
  Connections connections(
      *client, parse_websocket_url("wss://abc123.execute-api.eu-west-1.amazonaws.com/dev").value());
  ASSERT_TRUE(run(loop, connections.post_to_connection("L0SM9cOFvHcCIhw=", "{}", 1000ms)));
  EXPECT_EQ(asked.at(0).target, "/dev/%40connections/L0SM9cOFvHcCIhw%3D");
  EXPECT_EQ(asked.at(0).headers.get("Host"), "abc123.execute-api.eu-west-1.amazonaws.com");
  for (int status : {410, 403, 413, 429}) {
    answers.clear();
    answer(status, "", {{"x-amzn-ErrorType", "SomeException:http://internal"}});
    const size_t before = asked.size();
    auto sent = run(loop, connections.post_to_connection("x", "{}", 1000ms));
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().status, status);
    EXPECT_NE(sent.error().message.find("SomeException"), std::string::npos);
    EXPECT_EQ(asked.size(), before + 1);
  }
}

TEST_F(AwsClientTest, TheCallersIdentityIsReadFromXml) {
  answer(200,
         "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/a</Arn><UserId>AIDA</"
         "UserId>"
         "<Account>000000000001</Account></GetCallerIdentityResult></GetCallerIdentityResponse>");
  auto identity = run(loop, get_caller_identity(*client, 1000ms));
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity.value().arn, "arn:aws:iam::1:user/a");
  EXPECT_EQ(identity.value().account, "000000000001");
}

TEST_F(AwsClientTest, NoCredentialsIsAFaultThatSaysSo) {
  class Nobody final : public CredentialSource {
   public:
    Async<Result<Credentials>> get() override { co_return fault("no AWS credentials"); }
  } nobody;
  AwsClient without(*http, nobody, clock, ids, settings);
  const auto before = std::chrono::steady_clock::now();
  auto identity = run(loop, get_caller_identity(without, 10'000ms));
  EXPECT_LT(std::chrono::steady_clock::now() - before, 1s);  // asking again would not find any
  ASSERT_FALSE(identity);
  EXPECT_NE(identity.error().message.find("no AWS credentials"), std::string::npos);
  EXPECT_TRUE(asked.empty());
}

TEST(WebSocketUrl, IsTakenApart) {
  auto url = parse_websocket_url("wss://abc123.execute-api.cn-north-1.amazonaws.com.cn/dev");
  ASSERT_TRUE(url);
  EXPECT_EQ(url.value().host, "abc123.execute-api.cn-north-1.amazonaws.com.cn");
  EXPECT_EQ(url.value().region, "cn-north-1");
  EXPECT_EQ(url.value().stage, "dev");
  for (const char* wrong :
       {"", "https://abc.execute-api.r.amazonaws.com/dev", "wss://abc.execute-api.r.amazonaws.com",
        "wss://.execute-api.r.amazonaws.com/dev", "wss://example.com/dev", "wss://a.execute-api./x"})
    EXPECT_FALSE(parse_websocket_url(wrong)) << wrong;
}

TEST(WebSocketUrl, AnEndpointIsDialledUnderTheApisName) {
  const auto url = parse_websocket_url("wss://abc123.execute-api.eu-west-1.amazonaws.com/dev").value();
  const Credentials credentials{"AKIDEXAMPLE", "secret", "", {}};
  const AwsSettings local{.region = "eu-west-1", .endpoint = net::Endpoint{false, "127.0.0.1", 4566}};
  const auto here = signed_target(url, local, credentials, TimePoint());
  EXPECT_EQ(here.endpoint, *local.endpoint);
  EXPECT_EQ(here.target, "/dev");
  EXPECT_EQ(here.headers.get("Host"), url.host);
  EXPECT_NE(here.headers.get("Authorization").find("execute-api"), std::string::npos);
  const auto there = signed_target(url, {.region = "eu-west-1", .endpoint = {}}, credentials, TimePoint());
  EXPECT_EQ(there.endpoint, (net::Endpoint{true, url.host, 443}));
}

TEST(ClockAdvice, IsGivenWhereTheTimeOfASignatureIsRefused) {
  for (std::string_view const said :
       {"InvalidSignatureException: Signature expired: 20260101T000000Z is now earlier than 20260101T000500Z",
        "the server answered 403: {\"message\":\"Signature not yet current: 20260101T001000Z is still "
        "later\"}",
        "RequestTimeTooSkewed: The difference between the request time and the current time is too large."})
    EXPECT_TRUE(clock_advice(said).find("set it") != std::string::npos) << said;
  EXPECT_EQ(clock_advice("ExpiredToken: The provided token has expired."), "");
}

}  // namespace
}  // namespace live::aws
