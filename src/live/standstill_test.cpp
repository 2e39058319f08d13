#include "live/standstill.h"

#include <gtest/gtest.h>

namespace live {
namespace {

class StandstillTest : public testing::Test {
 protected:
  bool after(std::chrono::milliseconds passed) {
    clock_.advance(passed);
    return standstill_.noticed(clock_.now());
  }
  ManualClock clock_;
  Standstill standstill_{clock_.now(), 1000ms};
};

TEST_F(StandstillTest, TicksInTimeAndThoseOfABusyMachineAreNone) {
  for (auto const passed : {1000ms, 1003ms, 0ms, 2900ms, 1000ms}) EXPECT_FALSE(after(passed));
}

TEST_F(StandstillTest, AProcessThatWasStoppedIsNoticedOnce) {
  EXPECT_TRUE(after(30s));
  EXPECT_FALSE(after(1s));
}

TEST_F(StandstillTest, AMachineThatSleptThroughTheNightIsNoticed) { EXPECT_TRUE(after(8h)); }

TEST_F(StandstillTest, AClockThatIsSetIsNoticedInBothDirections) {
  EXPECT_TRUE(after(10min));
  EXPECT_TRUE(after(-10min));
  EXPECT_FALSE(after(1s));
}

TEST_F(StandstillTest, AClockThatIsPulledBackALittleIsNone) { EXPECT_FALSE(after(-500ms)); }

}  // namespace
}  // namespace live
