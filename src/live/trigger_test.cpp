#include "live/trigger.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Trigger, IsReadFromTheEvent) {
  EXPECT_EQ(trigger_of(R"({"httpMethod":"GET","path":"/a/b"})"), "GET /a/b");
  EXPECT_EQ(trigger_of(R"({"rawPath":"/x","requestContext":{"http":{"method":"POST"}}})"), "POST /x");
  EXPECT_EQ(trigger_of(R"({"requestContext":{"connectionId":"c","routeKey":"$default"}})"),
            "WebSocket $default");
  EXPECT_EQ(
      trigger_of(
          R"({"Records":[{"EventSource":"aws:sns","Sns":{"TopicArn":"arn:aws:sns:eu-west-1:1:orders"}}]})"),
      "SNS orders");
  EXPECT_EQ(trigger_of(R"({"Records":[{"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:r:1:q"},{}]})"),
            "SQS q (2 records)");
  EXPECT_EQ(
      trigger_of(
          R"({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"b"},"object":{"key":"k"}}}]})"),
      "S3 ObjectCreated:Put b/k");
  EXPECT_EQ(
      trigger_of(
          R"({"Records":[{"eventSource":"aws:dynamodb","eventSourceARN":"arn:aws:dynamodb:r:1:table/t/stream/2026"}]})"),
      "DynamoDB stream t");
  EXPECT_EQ(trigger_of(R"({"detail-type":"Scheduled Event","source":"aws.events"})"), "schedule");
  EXPECT_EQ(trigger_of(R"({"detail-type":"Order","source":"shop"})"), "EventBridge shop Order");
}

TEST(Trigger, AnythingElseIsAnInvoke) {
  for (auto const* event : {"{}", "null", "", "{", "[]", R"({"Records":[]})", R"({"Records":["x"]})"})
    EXPECT_EQ(trigger_of(event), "invoke") << event;
  EXPECT_EQ(trigger_of(std::string(2'000'000, ' ')), "event of 2.0 MB");
}

}  // namespace
}  // namespace live
