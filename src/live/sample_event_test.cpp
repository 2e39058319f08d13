#include "live/sample_event.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/trigger.h"

namespace live {
namespace {

std::string trigger(std::string_view kind, const SampleNames& names = {}) {
  auto const event = sample_event(kind, names, from_millis(1'795'000'000'123));
  return event.has_error() ? event.error().message : trigger_of(compact_json(event.value()));
}

TEST(SampleEvent, EachKindIsJson) {
  for (auto const& kind : sample_kinds())
    EXPECT_TRUE(sample_event(kind, {}, TimePoint()).has_value()) << kind;
}

TEST(SampleEvent, ASessionRecognisesThemAsWhatTheyAre) {
  EXPECT_EQ(trigger("sns"), "SNS my-topic");
  EXPECT_EQ(trigger("sqs"), "SQS my-queue");
  EXPECT_EQ(trigger("apigw"), "GET /my/path");
  EXPECT_EQ(trigger("apigw-v2"), "POST /my/path");
  EXPECT_EQ(trigger("function-url"), "POST /my/path");
  EXPECT_EQ(trigger("dynamodb"), "DynamoDB stream my-table (2 records)");
  EXPECT_EQ(trigger("kinesis"), "Kinesis my-stream");
}

TEST(SampleEvent, ItSpeaksOfTheAppsOwnResources) {
  SampleNames names;
  names.account = "111122223333";
  names.region = "cn-north-1";
  StackState stack;
  stack.resources = {
      {"Dead", "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/orders", "AWS::SQS::Queue"},
      {"Other", "https://sqs.cn-north-1.amazonaws.com.cn/111122223333/other", "AWS::SQS::Queue"},
      {"Table", "carts", "AWS::DynamoDB::Table"}};
  names.take({stack});
  auto const event = sample_event("sqs", names, TimePoint()).value();
  auto const& record = event.at("Records").at(0).as_object();
  EXPECT_EQ(string_or(record, "eventSourceARN"), "arn:aws-cn:sqs:cn-north-1:111122223333:orders");
  EXPECT_EQ(trigger("dynamodb", names), "DynamoDB stream carts (2 records)");
}

TEST(SampleEvent, TimesAreNow) {
  auto const event = sample_event("apigw", {}, from_millis(1'795'000'000'123)).value();
  auto const& context = event.at("requestContext").as_object();
  EXPECT_EQ(find_int(context, "requestTimeEpoch"), 1'795'000'000'123);
  EXPECT_EQ(string_or(context, "requestTime"), "18/Nov/2026:11:06:40 +0000");
}

TEST(SampleEvent, AnUnknownKindIsAFaultThatListsThem) {
  EXPECT_THAT(trigger("sqss"),
              testing::StartsWith("there is no sample \"sqss\" (did you mean \"sqs\"?); there are sns, "));
}

}  // namespace
}  // namespace live
