#include "runtime/failures.h"

#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;

TEST(Failures, SpeakAsLambdaDoes) {
  EXPECT_EQ(
      timed_out("a-1", 3s).payload,
      R"({"errorType":"Sandbox.Timedout","errorMessage":"RequestId: a-1 Error: Task timed out after 3.00 seconds"})");
  EXPECT_EQ(
      exited("a-1", {.code = 127}).payload,
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: a-1 Error: Runtime exited with error: exit status 127"})");
  EXPECT_EQ(
      exited("a-1", {.signal = 9}).payload,
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: a-1 Error: Runtime exited with error: signal: killed"})");
  EXPECT_EQ(
      exited("a-1", {}).payload,
      R"({"errorType":"Runtime.ExitError","errorMessage":"RequestId: a-1 Error: Runtime exited without providing a reason"})");
  EXPECT_EQ(
      response_too_large(6'291'557).payload,
      R"({"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes)."})");
}

TEST(Failures, ATimeoutIsSaidInWholeSeconds) {
  EXPECT_EQ(whole_seconds(2'960ms), 3s);
  EXPECT_EQ(whole_seconds(3'000ms), 3s);
  EXPECT_EQ(whole_seconds(-5ms), 1s);
}

TEST(Failures, AReportedErrorKeepsItsPayloadAndGivesItsType) {
  EXPECT_EQ(reported_error("", R"({"errorType":"TypeError"})").error_type, "TypeError");
  EXPECT_EQ(reported_error("Unhandled", R"({"errorType":"TypeError"})").error_type, "TypeError");
  EXPECT_EQ(reported_error("Runtime.Oops", R"({"errorType":"TypeError"})").error_type, "Runtime.Oops");
  EXPECT_EQ(reported_error("", "not JSON").error_type, "Unhandled");
  EXPECT_EQ(reported_error("", "not JSON").payload, "not JSON");
}

}  // namespace
}  // namespace live
