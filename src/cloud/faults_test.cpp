#include "cloud/faults.h"

#include <gtest/gtest.h>

namespace live::cloud {
namespace {

using Side = Faults::Side;
using Fate = Faults::Fate;

Faults faults_of(std::string_view spec, uint64_t seed = 1) {
  auto parsed = Faults::parse(spec, seed);
  if (!parsed) ADD_FAILURE() << parsed.error().message;
  return parsed ? std::move(parsed.value()) : Faults();
}

std::string complaint(std::string_view spec) {
  auto const parsed = Faults::parse(spec, 1);
  return parsed ? "" : parsed.error().message;
}

TEST(Faults, WithoutAnyNothingHappens) {
  for (auto const* spec : {"", "none", "seed=7"}) {
    auto faults = faults_of(spec);
    EXPECT_TRUE(faults.none()) << spec;
    EXPECT_EQ(faults.of_request("dynamodb").fate, Fate::served);
    EXPECT_TRUE(faults.of_message(Side::client).none());
    EXPECT_EQ(faults.network(Side::client), Faults::Network::there);
    EXPECT_EQ(faults.text(), "none");
  }
}

TEST(Faults, AServiceRefusesTheShareThatItShould) {
  auto faults = faults_of("execute-api:429=0.2,dynamodb:500");
  int refused = 0;
  for (int n = 0; n < 10'000; ++n) {
    auto const found = faults.of_request("execute-api");
    if (found.fate != Fate::refused) continue;
    EXPECT_EQ(found.status, 429);
    ++refused;
  }
  EXPECT_NEAR(refused, 2000, 150);
  EXPECT_EQ(faults.of_request("dynamodb").status, 500);  // no share: always
  EXPECT_EQ(faults.of_request("s3").fate, Fate::served);
}

TEST(Faults, ARequestMayBeLostOrItsAnswerOrRefusedThoughDone) {
  EXPECT_EQ(faults_of("s3:request-lost").of_request("s3").fate, Fate::request_lost);
  EXPECT_EQ(faults_of("s3:answer-lost").of_request("s3").fate, Fate::answer_lost);
  EXPECT_EQ(faults_of("s3:500-though-done").of_request("s3").fate, Fate::refused_though_done);
  auto const late = faults_of("s3:delay=1.5s+503").of_request("s3");
  EXPECT_EQ(late.delay, 1500ms);
  EXPECT_EQ(late.status, 503);
}

TEST(Faults, MessagesSufferWhatTheirSideDoes) {
  auto faults = faults_of("messages:duplicate+delay=200ms,stubs:drop,client:reorder+garble+replay+close");
  auto const to_client = faults.of_message(Side::client), to_stub = faults.of_message(Side::stubs);
  EXPECT_TRUE(to_client.duplicated && to_client.overtaken && to_client.garbled && to_client.replayed &&
              to_client.closes);
  EXPECT_FALSE(to_client.dropped);
  EXPECT_EQ(to_client.delay, 200ms);
  EXPECT_TRUE(to_stub.dropped && to_stub.duplicated);
  EXPECT_FALSE(to_stub.garbled || to_stub.closes);
}

TEST(Faults, ANetworkIsAwayOrABlackholeForOneSide) {
  EXPECT_EQ(faults_of("client:away").network(Side::client), Faults::Network::away);
  EXPECT_EQ(faults_of("client:away").network(Side::stubs), Faults::Network::there);
  EXPECT_EQ(faults_of("stubs:blackhole").network(Side::stubs), Faults::Network::blackhole);
  EXPECT_TRUE(faults_of("client:refuse").refuses_dial(Side::client));
  EXPECT_FALSE(faults_of("client:refuse").refuses_dial(Side::stubs));
  EXPECT_TRUE(faults_of("stubs:hang-up").hangs_up(Side::stubs));
}

TEST(Faults, TheSameSeedDecidesAlikeAndAnotherRuleChangesNothing) {
  auto one = faults_of("dynamodb:500=0.5,seed=4711"), two = faults_of("s3:503=0.5,dynamodb:500=0.5", 4711),
       other = faults_of("dynamodb:500=0.5,seed=4712");
  int differs = 0;
  for (int n = 0; n < 200; ++n) {
    (void)two.of_request("s3");
    auto const fate = one.of_request("dynamodb").fate;
    EXPECT_EQ(fate, two.of_request("dynamodb").fate);
    differs += fate != other.of_request("dynamodb").fate;
  }
  EXPECT_GT(differs, 50);
  EXPECT_EQ(one.text(), "dynamodb:500=0.5,seed=4711");
}

TEST(Faults, AMalformedPartIsNamedWithWhatThereIs) {
  EXPECT_EQ(
      complaint("dynamodb:500=0.1,sqs:500"),
      "faults \"sqs:500\": write TARGET:FAULT[=SHARE][+FAULT…], as in dynamodb:500=0.1 or client:blackhole; "
      "targets are execute-api, dynamodb, s3, messages, client, stubs");
  EXPECT_EQ(complaint("dynamodb:418=0.1"),
            "faults \"dynamodb:418=0.1\": dynamodb has no fault \"418\"; there are: 403, 429, 500, 503, "
            "500-though-done, request-lost, answer-lost, delay");
  EXPECT_EQ(complaint("messages:blackhole"),
            "faults \"messages:blackhole\": messages has no fault \"blackhole\"; there are: drop, delay, "
            "duplicate, "
            "reorder, garble, replay, close");
  EXPECT_EQ(complaint("s3:500=2"), "faults \"s3:500=2\": 500=2: write a share from 0 to 1, as in 500=0.5");
  EXPECT_EQ(
      complaint("messages:delay=200"),
      "faults \"messages:delay=200\": delay=200: write a time up to 60 s, as in delay=200ms or delay=2s");
  EXPECT_EQ(complaint("client:away=0.5"), "faults \"client:away=0.5\": away=0.5: away takes no value");
  EXPECT_EQ(complaint("seed=x"), "faults \"seed=x\": a seed is a whole number");
  for (auto const* wrong :
       {"dynamodb", "dynamodb:", ":500", "s3:500=", "messages:delay", "messages:delay=1s@", ",", "s3:500=nan",
        "messages:delay=61s", "messages:delay=-1s"})
    EXPECT_NE(complaint(wrong), "") << wrong;
}

}  // namespace
}  // namespace live::cloud
