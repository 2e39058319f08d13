#include "runtime/pause_watch.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/time_testing.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Lt;
using testing::Not;
using State = PauseWatch::State;

struct PauseWatchTest : testing::Test {
  PauseWatchTest() {
    watch = std::make_unique<PauseWatch>(
        time.context.get_executor(),
        PauseWatch::Events{
            .is_wanted = [this] { return runs; },
            .is_attached = [this] { return attached; },
            .ask = [this] { ask(); },
            .on_change = [this](State state,
                                Steady::time_point since) { changes.emplace_back(state, since); },
            .on_ran = [this](std::chrono::nanoseconds one) { ran.push_back(one); },
            .on_abandoned = [this] { ++abandoned; }});
  }
  void ask() {
    ++questions;
    asked = true;
    if (answers) resume();
  }
  void resume() {
    answers = true;
    if (asked) watch->answered();
    asked = false;
  }
  // By a debugger, for long.
  void stop() {
    attached = true;
    watch->wake();
    time.pass(1s);
    answers = false;
    time.pass(1h);
  }
  std::vector<State> states() const {
    std::vector<State> all;
    all.reserve(changes.size());
    for (auto const& [state, since] : changes) all.push_back(state);
    return all;
  }

  VirtualTime time;
  bool runs = true, attached = false, answers = true, asked = false;
  int questions = 0, abandoned = 0;
  std::vector<std::pair<State, Steady::time_point>> changes;
  std::vector<std::chrono::nanoseconds> ran;
  std::unique_ptr<PauseWatch> watch;
};

TEST_F(PauseWatchTest, WithoutADebuggerItIsNeverPausedHoweverLongItIsSilent) {
  watch->wake();
  time.pass(2s);
  answers = false;
  time.pass(1h);
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, NothingIsAskedWhileNothingRuns) {
  watch->wake();
  time.pass(1s);
  runs = false;
  time.pass(1s);
  auto const before = questions;
  time.pass(1h);
  EXPECT_EQ(questions, before);
  runs = true;
  watch->wake();
  EXPECT_EQ(questions, before + 1);
}

TEST_F(PauseWatchTest, WithADebuggerThatTimeCountsInWhichItAnswers) {
  attached = true;
  watch->wake();
  time.pass(10s);
  EXPECT_THAT(states(), ElementsAre(State::attached));
  std::chrono::nanoseconds all{};
  for (auto const one : ran) all += one;
  EXPECT_LE(all, 10s);
  EXPECT_GT(all, 9s);
}

TEST_F(PauseWatchTest, SilentForLongItIsPausedSinceItAnsweredLast) {
  auto const began = time.now();
  attached = true;
  watch->wake();
  time.pass(5s);
  answers = false;
  auto const counted = ran.size();
  time.pass(1h);
  ASSERT_THAT(states(), ElementsAre(State::attached, State::paused));
  EXPECT_EQ(changes.back().second, began + 5s);
  EXPECT_EQ(ran.size(), counted);
  resume();
  EXPECT_THAT(states(), ElementsAre(State::attached, State::paused, State::attached));
  EXPECT_EQ(ran.size(), counted) << "the pause is no time of the call";
  time.pass(1s);
  EXPECT_GT(ran.size(), counted);
}

TEST_F(PauseWatchTest, ALittleSilenceIsNoPauseAndCounts) {
  attached = true;
  watch->wake();
  time.pass(5s);
  answers = false;
  time.pass(800ms);
  ran.clear();
  resume();
  EXPECT_THAT(states(), ElementsAre(State::attached));
  EXPECT_THAT(ran, ElementsAre(800ms));
}

TEST_F(PauseWatchTest, WhatStoppedAsItsDebuggerCameIsPaused) {
  watch->wake();
  time.pass(1s);
  attached = true;
  answers = false;
  time.pass(2s);
  EXPECT_THAT(states(), ElementsAre(State::attached, State::paused));
}

TEST_F(PauseWatchTest, WhatHasNeverAnsweredIsNotPaused) {
  attached = true;
  answers = false;
  watch->wake();
  time.pass(1h);
  EXPECT_THAT(changes, IsEmpty());
}

TEST_F(PauseWatchTest, TheTimeBeforeACallIsNotTheCalls) {
  attached = true;
  watch->wake();
  time.pass(1s);
  runs = false;
  time.pass(1h);
  ran.clear();
  runs = true;
  watch->wake();
  time.pass(1s);
  EXPECT_THAT(ran, Not(IsEmpty()));
  EXPECT_THAT(ran, Each(Lt(1s)));
}

TEST_F(PauseWatchTest, ADebuggerThatLeavesEndsThePause) {
  stop();
  attached = false;
  time.pass(1s);
  EXPECT_EQ(states().back(), State::alone);
  resume();
  time.pass(1h);
  EXPECT_EQ(states().back(), State::alone);
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, WhatADebuggerHasLeftStoppedIsAbandonedOnce) {
  stop();
  attached = false;
  time.pass(1h);
  EXPECT_EQ(states().back(), State::alone);
  EXPECT_EQ(abandoned, 1);
}

TEST_F(PauseWatchTest, SoIsWhatItStoppedAsItWent) {
  attached = true;
  watch->wake();
  time.pass(1s);
  answers = attached = false;
  time.pass(1h);
  EXPECT_THAT(states(), ElementsAre(State::attached, State::alone));
  EXPECT_EQ(abandoned, 1);
}

TEST_F(PauseWatchTest, WhatAnotherDebuggerTakesOverIsNotAbandoned) {
  stop();
  attached = false;
  time.pass(1s);
  attached = true;
  time.pass(1h);
  EXPECT_EQ(states().back(), State::paused);
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, ItsEndEndsTheQuestions) {
  watch->wake();
  watch.reset();
  time.pass(1h);
  EXPECT_EQ(questions, 1);
}

}  // namespace
}  // namespace live
