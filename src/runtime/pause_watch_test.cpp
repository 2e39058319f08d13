#include "runtime/pause_watch.h"

#include <list>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Lt;
using testing::Not;
using State = PauseWatch::State;

// Goes on when it is told to, and by nothing else.
struct ManualTime final : TimeSource {
  struct Waiting final : Wait {
    explicit Waiting(ManualTime& time) : time(time) { time.all.push_back(this); }
    ~Waiting() override { time.all.remove(this); }
    void expires_at(Steady::time_point when) override {
      end(false);
      at = when;
    }
    void cancel() override { end(false); }
    void add(Resume resume) override { resumes.push_back(std::move(resume)); }
    void end(bool expired) {
      for (auto& one : std::exchange(resumes, {})) std::move(one)(expired);
    }
    ManualTime& time;
    Steady::time_point at{};
    std::list<Resume> resumes;
  };
  Steady::time_point now() const override { return is; }
  std::unique_ptr<Wait> wait() override { return std::make_unique<Waiting>(*this); }
  void forget() override {
    for (auto* one : all) one->resumes.clear();
  }
  void advance(Steady::duration by) {
    for (auto const until = is + by;;) {
      Waiting* next = nullptr;
      for (auto* one : all)
        if (!one->resumes.empty() && one->at <= until && (!next || one->at < next->at)) next = one;
      if (!next) {
        is = until;
        return;
      }
      is = std::max(is, next->at);
      next->end(true);
    }
  }
  Steady::time_point is{};
  std::list<Waiting*> all;
};

struct PauseWatchTest : testing::Test {
  PauseWatchTest() {
    use_time_source(context, time);
    watch = std::make_unique<PauseWatch>(
        context.get_executor(),
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
  std::vector<State> states() const {
    std::vector<State> all;
    for (auto const& [state, since] : changes) all.push_back(state);
    return all;
  }

  ManualTime time;
  asio::io_context context;
  bool runs = true, attached = false, answers = true, asked = false;
  int questions = 0, abandoned = 0;
  std::vector<std::pair<State, Steady::time_point>> changes;
  std::vector<std::chrono::nanoseconds> ran;
  std::unique_ptr<PauseWatch> watch;
};

TEST_F(PauseWatchTest, WithoutADebuggerItIsNeverPausedHoweverLongItIsSilent) {
  watch->wake();
  time.advance(2s);
  answers = false;
  time.advance(1h);
  EXPECT_THAT(changes, IsEmpty());
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, NothingIsAskedWhileNothingRuns) {
  watch->wake();
  time.advance(1s);
  runs = false;
  time.advance(1s);
  auto const before = questions;
  time.advance(1h);
  EXPECT_EQ(questions, before);
  runs = true;
  watch->wake();
  EXPECT_EQ(questions, before + 1);
}

TEST_F(PauseWatchTest, WithADebuggerThatTimeCountsInWhichItAnswers) {
  attached = true;
  watch->wake();
  time.advance(10s);
  EXPECT_THAT(states(), ElementsAre(State::attached));
  std::chrono::nanoseconds all{};
  for (auto const one : ran) all += one;
  EXPECT_LE(all, 10s);
  EXPECT_GT(all, 9s);
}

TEST_F(PauseWatchTest, SilentForLongItIsPausedSinceItAnsweredLast) {
  attached = true;
  watch->wake();
  time.advance(5s);
  answers = false;
  auto const counted = ran.size();
  time.advance(1h);
  ASSERT_THAT(states(), ElementsAre(State::attached, State::paused));
  EXPECT_EQ(changes.back().second, Steady::time_point{} + 5s);
  EXPECT_EQ(ran.size(), counted);
  resume();
  EXPECT_THAT(states(), ElementsAre(State::attached, State::paused, State::attached));
  EXPECT_EQ(ran.size(), counted) << "the pause is no time of the call";
  time.advance(1s);
  EXPECT_GT(ran.size(), counted);
}

TEST_F(PauseWatchTest, ALittleSilenceIsNoPauseAndCounts) {
  attached = true;
  watch->wake();
  time.advance(5s);
  answers = false;
  time.advance(800ms);
  ran.clear();
  resume();
  EXPECT_THAT(states(), ElementsAre(State::attached));
  EXPECT_THAT(ran, ElementsAre(800ms));
}

TEST_F(PauseWatchTest, WhatStoppedAsItsDebuggerCameIsPaused) {
  watch->wake();
  time.advance(1s);
  attached = true;
  answers = false;
  time.advance(2s);
  EXPECT_THAT(states(), ElementsAre(State::attached, State::paused));
}

TEST_F(PauseWatchTest, WhatHasNeverAnsweredIsNotPaused) {
  attached = true;
  answers = false;
  watch->wake();
  time.advance(1h);
  EXPECT_THAT(changes, IsEmpty());
}

TEST_F(PauseWatchTest, TheTimeBeforeACallIsNotTheCalls) {
  attached = true;
  watch->wake();
  time.advance(1s);
  runs = false;
  time.advance(1h);
  ran.clear();
  runs = true;
  watch->wake();
  time.advance(1s);
  EXPECT_THAT(ran, Not(IsEmpty()));
  EXPECT_THAT(ran, Each(Lt(1s)));
}

TEST_F(PauseWatchTest, ADebuggerThatLeavesEndsThePause) {
  attached = true;
  watch->wake();
  time.advance(1s);
  answers = false;
  time.advance(1h);
  attached = false;
  time.advance(1s);
  EXPECT_EQ(states().back(), State::alone);
  resume();
  time.advance(1h);
  EXPECT_EQ(states().back(), State::alone);
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, WhatADebuggerHasLeftStoppedIsAbandonedOnce) {
  attached = true;
  watch->wake();
  time.advance(1s);
  answers = false;
  time.advance(1h);
  attached = false;
  time.advance(1h);
  EXPECT_EQ(states().back(), State::alone);
  EXPECT_EQ(abandoned, 1);
}

TEST_F(PauseWatchTest, SoIsWhatItStoppedAsItWent) {
  attached = true;
  watch->wake();
  time.advance(1s);
  answers = attached = false;
  time.advance(1h);
  EXPECT_THAT(states(), ElementsAre(State::attached, State::alone));
  EXPECT_EQ(abandoned, 1);
}

TEST_F(PauseWatchTest, WhatAnotherDebuggerTakesOverIsNotAbandoned) {
  attached = true;
  watch->wake();
  time.advance(1s);
  answers = false;
  time.advance(1h);
  attached = false;
  time.advance(1s);
  attached = true;
  time.advance(1h);
  EXPECT_EQ(states().back(), State::paused);
  EXPECT_EQ(abandoned, 0);
}

TEST_F(PauseWatchTest, ItsEndEndsTheQuestions) {
  watch->wake();
  watch.reset();
  time.advance(1h);
  EXPECT_EQ(questions, 1);
}

}  // namespace
}  // namespace live
