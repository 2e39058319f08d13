#include "live/calls.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;

struct CallsTest : testing::Test {
  void begin(std::string_view id) {
    calls.begin(id, "Api", 3, now);
    say(id, std::string(id) + " begins");
  }
  void say(std::string_view id, std::string_view line) { calls.line(id, line, now); }
  void end(std::string_view id) {
    say(id, std::string(id) + " ends");
    calls.end(id, now);
  }
  std::vector<std::string> taken() { return std::exchange(lines, {}); }

  std::vector<std::string> lines;
  Steady::time_point now{};
  Calls calls{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST_F(CallsTest, ACallAloneIsWrittenAtOnce) {
  begin("a");
  EXPECT_THAT(taken(), ElementsAre("a begins"));
  end("a");
  EXPECT_THAT(taken(), ElementsAre("a ends"));
  EXPECT_FALSE(calls.due());
}

TEST_F(CallsTest, CallsAtOnceAreBlocksOneAfterTheOther) {
  begin("a");
  begin("b");
  begin("c");
  say("c", "c works");
  say("a", "a works");
  end("c");
  say("b", "b works");
  end("a");
  end("b");
  EXPECT_THAT(taken(), ElementsAre("a begins", "a works", "a ends", "c begins", "c works", "c ends",
                                   "b begins", "b works", "b ends"));
  EXPECT_FALSE(calls.due());
}

TEST_F(CallsTest, ACallThatSaysNothingHoldsNobodyUp) {
  begin("a");
  now += 400ms;
  begin("b");
  end("b");
  EXPECT_THAT(taken(), ElementsAre("a begins", "b begins", "b ends"));
  ASSERT_TRUE(calls.name_to_repeat("a"));
  EXPECT_EQ(*calls.name_to_repeat("a"), "Api");
  end("a");
}

TEST_F(CallsTest, WhatStandsTogetherNeedsNoNameAgain) {
  begin("a");
  begin("b");
  EXPECT_FALSE(calls.name_to_repeat("a"));
  EXPECT_FALSE(calls.name_to_repeat("b"));
}

TEST_F(CallsTest, ATalkativeCallHoldsNobodyUpForLongerThanASecond) {
  begin("a");
  begin("b");
  say("b", "b works");
  for (int i = 0; i < 9; ++i, now += 100ms) {
    say("a", "…");
    calls.release(now);
  }
  EXPECT_THAT(taken(), testing::Not(testing::Contains("b works")));
  now += 100ms;
  say("a", "…");
  ASSERT_EQ(*calls.due(), now);
  calls.release(now);
  EXPECT_THAT(taken(), ElementsAre("…", "b begins", "b works"));
}

TEST_F(CallsTest, AfterASilenceWhatIsHeldIsWritten) {
  begin("a");
  begin("b");
  say("b", "b works");
  ASSERT_EQ(*calls.due(), now + 300ms);
  now = *calls.due();
  calls.release(now);
  EXPECT_THAT(taken(), ElementsAre("a begins", "b begins", "b works"));
  say("b", "more");
  EXPECT_THAT(taken(), ElementsAre("more"));
}

TEST_F(CallsTest, AFirstLineAloneWaitsForTheRestOfItsBlock) {
  begin("a");
  begin("b");
  begin("c");
  now += 5s;
  calls.release(now);
  EXPECT_THAT(taken(), ElementsAre("a begins"));
  say("c", "c works");
  end("c");
  EXPECT_THAT(taken(), ElementsAre("c begins", "c works", "c ends"));
  end("a");
  EXPECT_THAT(taken(), ElementsAre("a ends", "b begins")) << "b is alone";
}

TEST_F(CallsTest, WhatIsPrintedAfterACallsEndIsWrittenAtOnce) {
  begin("a");
  say("b", "late");
  EXPECT_THAT(taken(), ElementsAre("a begins", "late"));
}

TEST_F(CallsTest, AfterASecondACallIsSlow) {
  begin("a");
  calls.enter("a", Phase::handler, now);
  now += 999ms;
  EXPECT_TRUE(calls.slow(now).empty());
  ASSERT_EQ(*calls.due(), now + 1ms);
  now += 1ms;
  auto const slow = calls.slow(now);
  ASSERT_EQ(slow.size(), 1u);
  EXPECT_EQ(slow[0].phase, Phase::handler);
  EXPECT_EQ(slow[0].age, 1s);
  EXPECT_TRUE(slow[0].is_news);
  EXPECT_FALSE(calls.slow(now)[0].is_news);
  EXPECT_FALSE(calls.due());
  end("a");
  EXPECT_TRUE(calls.slow(now).empty());
}

TEST_F(CallsTest, ASlowCallThatADebuggerHoldsIsNewsAgainButOnce) {
  begin("a");
  now += 1s;
  EXPECT_TRUE(calls.slow(now)[0].is_news);
  calls.enter("a", Phase::debugger, now);
  EXPECT_TRUE(calls.slow(now)[0].is_news);
  calls.enter("a", Phase::handler, now);
  EXPECT_FALSE(calls.slow(now)[0].is_news);
  calls.enter("a", Phase::debugger, now);
  EXPECT_FALSE(calls.slow(now)[0].is_news);
}

TEST_F(CallsTest, AnAnswerThatIsBeingSentIsACallOfItsOwn) {
  begin("a");
  end("a");
  calls.enter("a", Phase::upload, now);
  now += 1s;
  ASSERT_EQ(calls.slow(now).size(), 1u);
  EXPECT_EQ(calls.slow(now)[0].phase, Phase::upload);
  calls.end("a", now);
  EXPECT_TRUE(calls.slow(now).empty());
}

}  // namespace
}  // namespace live
