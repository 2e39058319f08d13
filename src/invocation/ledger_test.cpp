#include "invocation/ledger.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using Verdict = Ledger::Verdict;

class LedgerTest : public testing::Test {
 protected:
  ManualClock clock;
  Ledger ledger{clock};
  CallKey const key{"request", "nonce"};

  Verdict admit(const CallKey& which, uint32_t sequence = 1, std::string from = "stub") {
    return ledger.admit(which, from, sequence, clock.now()).verdict;
  }
};

TEST_F(LedgerTest, ACallRunsOnceHoweverOftenItComes) {
  EXPECT_EQ(admit(key), Verdict::run);
  EXPECT_EQ(admit(key, 2), Verdict::running);
  EXPECT_EQ(ledger.settle(key, "answer"), "stub");
  EXPECT_EQ(admit(key, 3), Verdict::answered);
  EXPECT_EQ(*ledger.kept(key), "answer");
  EXPECT_EQ(ledger.settle(key, "other"), std::nullopt);
  EXPECT_EQ(*ledger.kept(key), "answer");
}

TEST_F(LedgerTest, ARetryOfLambdaRunsAgainAndSaysWhichAttemptItIs) {
  EXPECT_EQ(ledger.admit({"request", "a"}, "s", 1, clock.now()).attempt, 1);
  auto const retry = ledger.admit({"request", "b"}, "s", 1, clock.now());
  EXPECT_EQ(retry.verdict, Verdict::run);
  EXPECT_EQ(retry.attempt, 2);
  EXPECT_EQ(ledger.admit({"another", "c"}, "s", 1, clock.now()).attempt, 1);
}

TEST_F(LedgerTest, AnAnswerGoesToTheNewestAddressOfTheStub) {
  admit(key, 1, "first");
  EXPECT_EQ(ledger.ask(key, "third", 3), Verdict::running);
  EXPECT_EQ(ledger.ask(key, "second", 2), Verdict::running);
  EXPECT_EQ(ledger.settle(key, "answer"), "third");
  EXPECT_EQ(ledger.ask(key, "fourth", 4), Verdict::answered);
  EXPECT_EQ(ledger.reply_to(key), "fourth");
}

TEST_F(LedgerTest, AQuestionForAnUnknownCallIsOver) { EXPECT_EQ(ledger.ask(key, "s", 1), Verdict::over); }

TEST_F(LedgerTest, AReplyAfterTheDeadlineFindsNobodyWaiting) {
  admit(key);
  ledger.due(key, clock.now() + 3s);
  clock.advance(3s);
  EXPECT_EQ(ledger.expire(), std::vector<CallKey>{key});
  EXPECT_TRUE(ledger.expire().empty()) << "each is named once";
  EXPECT_EQ(ledger.settle(key, "late"), std::nullopt);
  EXPECT_EQ(ledger.running_calls(), 0u);
  EXPECT_EQ(ledger.kept_bytes(), 0u);
}

TEST_F(LedgerTest, AReplayIsRefusedAtEveryAge) {
  auto const sent_at = clock.now();
  ASSERT_EQ(ledger.admit(key, "stub", 1, sent_at).verdict, Verdict::run);
  ledger.due(key, clock.now() + 3s);
  ledger.settle(key, "answer");
  for (int second = 0; second < 900; ++second) {
    clock.advance(1s);
    ledger.expire();
    EXPECT_NE(ledger.admit(key, "thief", 1, sent_at).verdict, Verdict::run) << second;
  }
  EXPECT_EQ(ledger.known_calls(), 0u);
}

TEST_F(LedgerTest, ACallThatIsOverIsKnownButNobodyWaitsForIt) {
  admit(key);
  ledger.due(key, clock.now() + 3s);
  ledger.settle(key, "answer");
  clock.advance(3s);
  ledger.expire();
  EXPECT_TRUE(ledger.knows(key));
  EXPECT_EQ(ledger.known_calls(), 1u);
  EXPECT_EQ(admit(key, 2), Verdict::over);
  EXPECT_EQ(ledger.ask(key, "stub", 3), Verdict::over);
  EXPECT_EQ(ledger.reply_to(key), std::nullopt);
  EXPECT_FALSE(ledger.knows({"request", "another nonce"}));
  EXPECT_FALSE(ledger.knows({"nonce", "request"}));
}

TEST_F(LedgerTest, AMessageFromFarAwayInTimeIsStale) {
  EXPECT_EQ(ledger.admit(key, "s", 1, clock.now() - 6min).verdict, Verdict::stale);
  EXPECT_EQ(ledger.admit(key, "s", 1, clock.now() + 6min).verdict, Verdict::stale);
  EXPECT_EQ(ledger.admit(key, "s", 1, clock.now() - 4min).verdict, Verdict::run);
}

TEST_F(LedgerTest, ARunningCallIsKnownHoweverOldItGets) {
  admit(key);
  ledger.due(key, clock.now() + 900s);
  clock.advance(800s);
  ledger.expire();
  EXPECT_EQ(ledger.ask(key, "new", 9), Verdict::running);
  EXPECT_EQ(ledger.settle(key, "answer"), "new");
}

TEST(LedgerLimits, MoreRunningCallsThanTheLimitAreRefused) {
  ManualClock clock;
  Ledger ledger(clock, {.running = 2});
  EXPECT_EQ(ledger.admit({"a", "n"}, "s", 1, clock.now()).verdict, Verdict::run);
  EXPECT_EQ(ledger.admit({"b", "n"}, "s", 1, clock.now()).verdict, Verdict::run);
  EXPECT_EQ(ledger.admit({"c", "n"}, "s", 1, clock.now()).verdict, Verdict::full);
  ledger.settle({"a", "n"}, "x");
  EXPECT_EQ(ledger.admit({"c", "n"}, "s", 1, clock.now()).verdict, Verdict::run);
}

TEST(LedgerLimits, WhatIsForgottenEarlyIsNeverAdmittedAgain) {
  ManualClock clock;
  Ledger ledger(clock, {.known = 10});
  std::vector<std::pair<CallKey, TimePoint>> sent;
  for (int i = 0; i < 100; ++i) {
    clock.advance(1ms);
    CallKey const key{fmt::format("request{}", i), "n"};
    ASSERT_EQ(ledger.admit(key, "s", 1, clock.now()).verdict, Verdict::run) << i;
    ledger.settle(key, "answer");
    sent.emplace_back(key, clock.now());
    EXPECT_LE(ledger.known_calls(), 10u);
  }
  for (auto const& [key, at] : sent) EXPECT_NE(ledger.admit(key, "s", 1, at).verdict, Verdict::run);
}

TEST(LedgerLimits, WhatIsOverMakesRoomBeforeWhatSomebodyMayStillAskFor) {
  ManualClock clock;
  Ledger ledger(clock, {.known = 2});
  for (auto const* id : {"long", "short"}) {
    ledger.admit({id, "n"}, "s", 1, clock.now());
    ledger.settle({id, "n"}, "answer");
  }
  ledger.due({"short", "n"}, clock.now() + 1s);
  clock.advance(1s);
  ledger.expire();
  EXPECT_EQ(ledger.admit({"new", "n"}, "s", 1, clock.now()).verdict, Verdict::run);
  EXPECT_NE(ledger.kept({"long", "n"}), nullptr);
  EXPECT_FALSE(ledger.knows({"short", "n"}));
}

TEST(LedgerLimits, KeptAnswersAreBoundedAndTheOldestGoFirst) {
  ManualClock clock;
  Ledger ledger(clock, {.kept_bytes = 1000});
  for (auto const* id : {"a", "b", "c"}) {
    ledger.admit({id, "n"}, "s", 1, clock.now());
    ledger.settle({id, "n"}, std::string(400, 'x'));
    EXPECT_LE(ledger.kept_bytes(), 1000u);
  }
  EXPECT_EQ(ledger.kept({"a", "n"}), nullptr);
  EXPECT_EQ(ledger.ask({"a", "n"}, "s", 2), Verdict::over);
  EXPECT_NE(ledger.kept({"c", "n"}), nullptr);
}

TEST(LedgerLimits, WhatWeSendCountsOnFromWhatWeHeard) {
  ManualClock clock;
  Ledger ledger(clock);
  ledger.admit({"a", "n"}, "s", 1, clock.now());
  EXPECT_EQ(ledger.next_sequence({"a", "n"}), 2u);
  EXPECT_EQ(ledger.next_sequence({"a", "n"}), 3u);
  ledger.ask({"a", "n"}, "s", 9);
  EXPECT_EQ(ledger.next_sequence({"a", "n"}), 10u);
}

}  // namespace
}  // namespace live
