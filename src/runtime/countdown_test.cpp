#include "runtime/countdown.h"

#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;

constexpr Countdown::Time kBegin{};

TEST(Countdown, ItEndsWhenItsLimitIsOver) {
  Countdown const countdown(3s, kBegin, Countdown::State::runs);
  EXPECT_FALSE(countdown.over(kBegin + 2s));
  EXPECT_TRUE(countdown.over(kBegin + 3s));
}

TEST(Countdown, WhileItStandsNoTimePasses) {
  Countdown countdown(3s, kBegin, Countdown::State::runs);
  countdown.set(Countdown::State::stands, kBegin + 1s);
  EXPECT_FALSE(countdown.over(kBegin + 1h));
  EXPECT_EQ(countdown.end(), Countdown::Time::max());
  countdown.set(Countdown::State::runs, kBegin + 1h);
  EXPECT_EQ(countdown.end(), kBegin + 1h + 2s);
}

TEST(Countdown, EachOfSeveralPausesCounts) {
  Countdown countdown(3s, kBegin, Countdown::State::stands);
  countdown.set(Countdown::State::runs, kBegin + 10s);
  countdown.set(Countdown::State::stands, kBegin + 11s);
  countdown.set(Countdown::State::stands, kBegin + 12s);  // a second debugger pauses it too
  countdown.set(Countdown::State::runs, kBegin + 20s);
  countdown.set(Countdown::State::runs, kBegin + 21s);
  EXPECT_EQ(countdown.end(), kBegin + 22s);
}

TEST(Countdown, WhatIsCountedWhileItStandsHasPassed) {
  Countdown countdown(3s, kBegin, Countdown::State::runs);
  countdown.set(Countdown::State::stands, kBegin + 1s);
  countdown.count(1s);
  EXPECT_FALSE(countdown.over(kBegin + 1h));
  countdown.set(Countdown::State::runs, kBegin + 1h);
  EXPECT_EQ(countdown.end(), kBegin + 1h + 1s);
}

TEST(Countdown, ItIsOverWhenAllOfItWasCounted) {
  Countdown countdown(3s, kBegin, Countdown::State::stands);
  countdown.count(2s);
  EXPECT_FALSE(countdown.over(kBegin + 1h));
  countdown.count(1s);
  EXPECT_TRUE(countdown.over(kBegin));
}

TEST(Countdown, OneThatStoodFromTheBeginningIsNotOverHoweverLittleWasLeft) {
  Countdown const countdown(-1s, kBegin, Countdown::State::stands);
  EXPECT_FALSE(countdown.over(kBegin + 1h));
}

}  // namespace
}  // namespace live
