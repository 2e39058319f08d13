#include "cloud/lambda/platform_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live::cloud::lambda {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const TimePoint now = from_millis(1'700'000'000'000);

PlatformLog log_of(json::object logging) {
  return PlatformLog(Version({{"FunctionName", "fn"}, {"LoggingConfig", std::move(logging)}}));
}

TEST(PlatformLog, IsLambdasThreeLinesInText) {
  auto const log = log_of({{"LogFormat", "Text"}});
  EXPECT_THAT(log.start(now, "r1", "arn"), ElementsAre("START RequestId: r1 Version: $LATEST"));
  EXPECT_THAT(
      log.end(now, {.request_id = "r1", .duration_ms = 12.345, .init_ms = 40, .max_memory_mb = 57}),
      ElementsAre(
          "END RequestId: r1",
          "REPORT RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 53 ms\tMemory Size: 128 MB\tMax "
          "Memory Used: 57 MB\tInit Duration: 40.00 ms\t"));
}

TEST(PlatformLog, SaysInTextHowACallEndedThatTheHandlerDidNotEnd) {
  auto const log = log_of({});
  EXPECT_THAT(
      log.end(now, {.request_id = "r1", .duration_ms = 3000, .error_type = "Sandbox.Timedout"}),
      ElementsAre("2023-11-14T22:13:20.000Z r1 Task timed out after 3.00 seconds", "END RequestId: r1",
                  "REPORT RequestId: r1\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: "
                  "128 MB\tMax Memory Used: 0 MB\tStatus: timeout"));
  EXPECT_TRUE(log.end(now, {.request_id = "r1", .error_type = "Runtime.ExitError"})
                  .back()
                  .ends_with("Status: error\tError Type: Runtime.ExitError"));
}

TEST(PlatformLog, IsAnEventALineInJson) {
  auto const log = log_of({{"LogFormat", "JSON"}});
  EXPECT_THAT(
      log.start(now, "r1", "arn:fn"),
      ElementsAre(
          R"({"time":"2023-11-14T22:13:20.000Z","type":"platform.start","record":{"requestId":"r1","functionArn":"arn:fn","version":"$LATEST"}})"));
  EXPECT_THAT(
      log.end(now, {.request_id = "r1", .duration_ms = 12.5, .init_ms = 40, .max_memory_mb = 57}),
      ElementsAre(
          R"({"time":"2023-11-14T22:13:20.000Z","type":"platform.report","record":{"requestId":"r1","metrics":{"durationMs":12.5,"billedDurationMs":53,"memorySizeMB":128,"maxMemoryUsedMB":57,"initDurationMs":40},"status":"success"}})"));
}

TEST(PlatformLog, TheSystemLogLevelDecidesWhichEventsThereAre) {
  auto const quiet = log_of({{"LogFormat", "JSON"}, {"SystemLogLevel", "WARN"}});
  EXPECT_THAT(quiet.start(now, "r1", "arn"), IsEmpty());
  EXPECT_THAT(quiet.end(now, {.request_id = "r1"}), IsEmpty());
  auto const failed = quiet.end(now, {.request_id = "r1", .error_type = "Runtime.ExitError"});
  ASSERT_EQ(failed.size(), 2u);
  EXPECT_NE(failed[0].find("platform.runtimeDone"), std::string::npos);
  EXPECT_NE(failed[1].find(R"("status":"error","errorType":"Runtime.ExitError")"), std::string::npos);
  auto const whole = log_of({{"LogFormat", "JSON"}, {"SystemLogLevel", "DEBUG"}});
  EXPECT_EQ(whole.end(now, {.request_id = "r1"}).size(), 2u);
}

}  // namespace
}  // namespace live::cloud::lambda
