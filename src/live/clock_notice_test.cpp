#include "live/clock_notice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(ClockNotice, AClockThatMayBeRightIsNoNews) {
  ClockNotice notice;
  EXPECT_EQ(notice.after({-960ms, 40ms}), std::nullopt);
  EXPECT_EQ(notice.after({800ms, 1800ms}), std::nullopt);
}

TEST(ClockNotice, AClockThatIsOffIsToldOnceAndAgainWhenThatChanges) {
  ClockNotice notice;
  EXPECT_THAT(notice.after({39'260ms, 40'340ms}),
              Optional(HasSubstr("40 s ahead of AWS's: remaining times")));
  EXPECT_EQ(notice.after({39'900ms, 40'100ms}), std::nullopt);
  EXPECT_THAT(notice.after({-20'100ms, -19'900ms}), Optional(HasSubstr("20 s behind AWS's")));
}

TEST(ClockNotice, MoreThanASignatureMayBeOffIsToldWithWhatComesOfIt) {
  ClockNotice notice;
  auto const line = notice.after({-10min, -10min + 1s});
  EXPECT_THAT(
      line,
      Optional(HasSubstr("10 minutes behind AWS's: AWS refuses its signatures, and calls are not run")));
  EXPECT_THAT(line, Optional(HasSubstr("set the clock, with `sudo timedatectl set-ntp true`")));
}

TEST(ClockNotice, ThatItIsRightAgainIsToldOnce) {
  ClockNotice notice;
  notice.after({10min, 10min + 1s});
  EXPECT_THAT(notice.after({-500ms, 500ms}), Optional(HasSubstr("right again")));
  EXPECT_EQ(notice.after({-500ms, 500ms}), std::nullopt);
}

TEST(ClockNotice, ARightClockIsSaidAsExactlyAsItIsKnown) {
  EXPECT_EQ(in_words({-960ms, 40ms}), "AWS's, to 0.5 s");
}

}  // namespace
}  // namespace live
