#include "aws/clock_skew.h"

#include <gtest/gtest.h>

namespace live::aws {
namespace {

constexpr auto kStart = TimePoint(std::chrono::seconds(1'700'000'000));

// An answer made `at` after the start by AWS's clock, 40 ms under way in each direction.
void answer(ClockSkew& skew, Milliseconds at, Milliseconds ahead) {
  auto const made = kStart + at;
  skew.observe(made + ahead - 40ms, std::chrono::floor<std::chrono::seconds>(made), made + ahead + 40ms);
}

TEST(ClockSkew, IsNotKnownBeforeAnAnswer) { EXPECT_FALSE(ClockSkew().bounds()); }

TEST(ClockSkew, OneAnswerShowsItToTheSecond) {
  ClockSkew skew;
  answer(skew, 300ms, 40s);
  EXPECT_EQ(skew.bounds()->least, 39'260ms);
  EXPECT_EQ(skew.bounds()->most, 40'340ms);
}

TEST(ClockSkew, MoreAnswersNarrowIt) {
  ClockSkew skew;
  for (auto const at : {0ms, 350ms, 700ms, 990ms, 1400ms}) answer(skew, at, -3s);
  EXPECT_EQ(skew.bounds()->least, -3050ms);
  EXPECT_EQ(skew.bounds()->most, -2960ms);
}

TEST(ClockSkew, AClockThatWasSetIsMeasuredAnew) {
  ClockSkew skew;
  answer(skew, 0ms, 10min);
  answer(skew, 500ms, 0ms);
  EXPECT_LT(skew.bounds()->most, 1s);
  EXPECT_GT(skew.bounds()->least, -1s);
}

}  // namespace
}  // namespace live::aws
