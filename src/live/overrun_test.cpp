#include "live/overrun.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;

constexpr const char* kRest = R"({"httpMethod":"GET","path":"/","requestContext":{"apiId":"a"}})";
constexpr const char* kHttp = R"({"version":"2.0","requestContext":{"apiId":"a","http":{"method":"GET"}}})";
constexpr const char* kUrl =
    R"({"version":"2.0","requestContext":{"apiId":"a","domainName":"x.lambda-url.eu-west-1.on.aws"}})";

struct OverrunTest : testing::Test {
  LocalFunction function;
  Timing timing{.debugger = 40s};
  Limits limits = Limits::enforced;
  std::optional<std::string> words(std::chrono::microseconds took, bool ended, std::string_view event) {
    auto const caller = caller_of(function, event);
    return Overrun{function, timing, took, ended, caller, limits}.in_words();
  }
};

TEST_F(OverrunTest, ApiGatewayWaitsForAsLongAsItsKindDoes) {
  EXPECT_EQ(caller_of(function, kRest)->patience, 29s);
  EXPECT_EQ(caller_of(function, kHttp)->patience, 30s);
}

TEST_F(OverrunTest, AnIntegrationMaySayHowLong) {
  function.integration_timeout = 2s;
  EXPECT_EQ(caller_of(function, kRest)->patience, 2s);
}

TEST_F(OverrunTest, AFunctionUrlAndAQueueWaitForAsLongAsTheFunctionRuns) {
  EXPECT_FALSE(caller_of(function, kUrl));
  EXPECT_FALSE(caller_of(function, R"({"Records":[]})"));
}

TEST_F(OverrunTest, AnAnswerAfterTheApisEndIsExplained) {
  EXPECT_THAT(*words(41s, false, kRest), testing::HasSubstr("API Gateway waits for 29 s"));
  EXPECT_FALSE(words(28s, false, kRest));
}

TEST_F(OverrunTest, AnAnswerThatIsOnItsWayAtTheApisEndIsProbablyLate) {
  EXPECT_THAT(*words(29s - 10ms, false, kRest), testing::HasSubstr("has probably told its caller"));
  EXPECT_THAT(*words(29s + 10ms, false, kRest), testing::HasSubstr("has told its caller"));
}

TEST_F(OverrunTest, AnAnswerAfterTheFunctionsEndIsExplainedWithTheNextStep) {
  EXPECT_THAT(*words(41s, true, "{}"), testing::HasSubstr("`live start --inspect` gives it 15 minutes"));
  function.timeout_seconds = 900;
  EXPECT_THAT(*words(1000s, true, "{}"), testing::Not(testing::HasSubstr("--inspect")));
}

TEST_F(OverrunTest, WithItsLimitsLiftedALongCallIsExplained) {
  timing.debugger = 0s;
  limits = Limits::lifted;
  EXPECT_EQ(
      words(5s, true, "{}"),
      "it took 5.0 s: on AWS the function has ended meanwhile. `live start --increase-timeout` gives it 15 "
      "minutes in place of 3 s");
  EXPECT_THAT(*words(31s, false, kRest), testing::HasSubstr("API Gateway waits for 29 s"));
}

TEST_F(OverrunTest, AnInitThatIsNotOverInTimeHasMoreOfItOnAws) {
  timing = {.init_is_over = false};
  EXPECT_EQ(words(3s, true, "{}"),
            "its time was over before its init was, which has 10 s of its own on AWS. `live start "
            "--increase-timeout` gives it 15 minutes in place of 3 s");
  function.timeout_seconds = 10;
  EXPECT_FALSE(words(10s, true, "{}"));
}

TEST_F(OverrunTest, AnInitThatTakesLongerThanOnAwsIsTold) {
  timing = {.init = 11s};
  EXPECT_EQ(
      words(11s, false, "{}"),
      "its init took 11.0 s: on AWS it is broken off after 10 s, and begun anew in the function's time");
  timing = {.init = 9s};
  EXPECT_FALSE(words(11s, false, "{}"));
}

TEST_F(OverrunTest, WithoutADebuggerNothingIsSaid) {
  timing.debugger = 0s;
  EXPECT_FALSE(words(41s, true, kRest));
}

}  // namespace
}  // namespace live
