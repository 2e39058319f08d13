#include "invocation/body.h"

#include <gtest/gtest.h>

#include "base/json.h"
#include "invocation/sections.h"

namespace live {
namespace {

Invocation sample() {
  Invocation call;
  call.function = "dev-api-sns-api";
  call.environment_id = "env1";
  call.deadline = from_millis(1'700'000'003'500);
  call.function_arn = "arn:aws:lambda:us-east-1:123456789012:function:dev-api-sns-api:live";
  call.trace_id = "Root=1-5759e988-bd862e3fe1be46a994272793";
  call.client_context = R"({"custom":{"a":1}})";
  call.cognito_identity = R"({"identityId":"x"})";
  call.variables = {{"TABLE", "orders"}, {"EMPTY", ""}, {"NEWLINE", "a\nb=c"}, {"UNICODE", "żółć 🦊"}};
  call.event = R"({"text":"żółć \u0000 🦊","nested":{"a":[1,2,3]}})";
  return call;
}

TEST(Body, AnInvocationArrivesWithAllItsParts) {
  auto const sent = sample();
  auto const got = decode_invocation(encode_invocation(sent)).value();
  EXPECT_EQ(got.function, sent.function);
  EXPECT_EQ(got.environment_id, sent.environment_id);
  EXPECT_EQ(got.deadline, sent.deadline);
  EXPECT_EQ(got.function_arn, sent.function_arn);
  EXPECT_EQ(got.trace_id, sent.trace_id);
  EXPECT_EQ(got.client_context, sent.client_context);
  EXPECT_EQ(got.cognito_identity, sent.cognito_identity);
  EXPECT_EQ(got.variables, sent.variables);
  EXPECT_EQ(got.event, sent.event);
}

TEST(Body, AChunkAndAReceiptArriveWithAllTheirParts) {
  Chunk const sent{1'000'000'000'000, "text/plain", std::string("a\0b", 3), true, StreamError{"Error", "{}"}};
  auto const got = decode_chunk(encode_chunk(sent)).value();
  EXPECT_EQ(got.offset, sent.offset);
  EXPECT_EQ(got.content_type, sent.content_type);
  EXPECT_EQ(got.bytes, sent.bytes);
  EXPECT_TRUE(got.last);
  EXPECT_EQ(got.error->type, "Error");
  EXPECT_EQ(got.error->body, "{}");
  auto const plain = decode_chunk(encode_chunk({.offset = 0, .last = true})).value();
  EXPECT_TRUE(plain.last);
  EXPECT_FALSE(plain.error);
  EXPECT_FALSE(decode_chunk(encode_chunk({.offset = 7})).value().last);
  for (Receipt const receipt : {Receipt{1, 2, true, false}, Receipt{3, 4, false, true}})
    EXPECT_EQ(decode_receipt(encode_receipt(receipt)).value(), receipt);
  for (std::string_view const broken : {"", "\1", "\1\1\0\0\0\1x"}) {
    EXPECT_FALSE(decode_chunk(broken));
    EXPECT_FALSE(decode_receipt(broken));
  }
}

TEST(Body, LinesOfTheLogArriveWithTheirPlace) {
  auto const told = decode_log(encode_log({1'000'000'000'000, "first\nsecond \xc3\xbc\n"}));
  EXPECT_EQ(told.offset, 1'000'000'000'000u);
  EXPECT_EQ(told.text, "first\nsecond \xc3\xbc\n");
  EXPECT_EQ(told.end, "");
  EXPECT_EQ(decode_log(encode_log({7, "", "LIVE"})).end, "LIVE");
  Chunk const end{.offset = 7, .last = true, .log = {3, "last\n"}};
  auto const got = decode_chunk(encode_chunk(end)).value();
  EXPECT_EQ(got.log.offset, 3u);
  EXPECT_EQ(got.log.text, "last\n");
  EXPECT_EQ(decode_chunk(encode_chunk({.offset = 7})).value().log.text, "");
  for (std::string_view const nothing : {"", "x", "\1\1\0\0\0\1x"}) EXPECT_EQ(decode_log(nothing).text, "");
}

TEST(Body, AnAnswerArrivesWithAllItsParts) {
  Reply failed{Reply::Outcome::function_error, R"({"errorType":"Error"})", "Error"};
  failed.log = "first\nsecond \xc3\xbc\n";
  auto const got = decode_answer(encode_answer(failed)).value();
  EXPECT_EQ(got.outcome, failed.outcome);
  EXPECT_EQ(got.payload, failed.payload);
  EXPECT_EQ(got.error_type, "Error");
  EXPECT_EQ(got.log, failed.log);
  auto const nothing = decode_answer(encode_answer(Reply{})).value();
  EXPECT_EQ(nothing.outcome, Reply::Outcome::success);
  EXPECT_EQ(nothing.payload, "");
  EXPECT_EQ(nothing.log, "");
}

TEST(Body, WhatIsPrintedMayBeAnyBytes) {
  Reply printed;
  printed.log = "before\xff after\n";
  EXPECT_EQ(decode_answer(encode_answer(printed)).value().log, "before\xef\xbf\xbd after\n");
}

TEST(Body, NotesThatAreNotUnderstoodCostNoAnswer) {
  auto body = encode_answer(Reply{Reply::Outcome::success, "{}", ""});
  auto const answer = decode_answer(body + std::string("\4\0\0\0\2x{", 7)).value();
  EXPECT_EQ(answer.payload, "{}");
  EXPECT_EQ(answer.log, "");
}

TEST(Body, ATakeoverSaysWhoAndSinceWhen) {
  auto const got = decode_takeover(encode_takeover({"ann@laptop", from_millis(1'700'000'000'000)})).value();
  EXPECT_EQ(got.who, "ann@laptop");
  EXPECT_EQ(to_millis(got.since), 1'700'000'000'000);
}

TEST(Body, EveryCutBodyIsAFaultOrLacksWhatItMust) {
  auto const whole = encode_invocation(sample());
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_invocation(std::string_view(whole).substr(0, size))) << size;
  }
  auto const answer = encode_answer(Reply{Reply::Outcome::success, "{}", ""});
  for (size_t size = 0; size < answer.size(); ++size) {
    EXPECT_FALSE(decode_answer(std::string_view(answer).substr(0, size))) << size;
  }
}

TEST(Body, UnknownSectionsAreSkippedAndRepeatedOnesRefused) {
  auto body = encode_answer(Reply{Reply::Outcome::success, "{}", ""});
  auto const section = [](uint8_t tag) { return std::string(1, char(tag)) + std::string("\0\0\0\1x", 5); };
  EXPECT_TRUE(decode_answer(body + section(31)));
  EXPECT_TRUE(decode_answer(body + section(200)));
  EXPECT_FALSE(decode_answer(body + section(3)));
}

TEST(Body, AnotherLayoutVersionIsNamed) {
  auto body = encode_answer(Reply{});
  body[0] = 2;
  auto const got = decode_answer(body);
  ASSERT_FALSE(got);
  EXPECT_NE(got.error().message.find("version"), std::string::npos);
}

TEST(FunctionError, IsLambdasEnvelope) {
  auto const reply = function_error("Live.NoClient", "No client: \"quoted\"");
  EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(reply.error_type, "Live.NoClient");
  auto const envelope = parse_json_object(reply.payload).value();
  EXPECT_EQ(string_or(envelope, "errorType"), "Live.NoClient");
  EXPECT_EQ(string_or(envelope, "errorMessage"), "No client: \"quoted\"");
  EXPECT_TRUE(find_array(envelope, "trace"));
}

}  // namespace
}  // namespace live
