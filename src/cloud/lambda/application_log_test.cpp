#include "cloud/lambda/application_log.h"

#include <gtest/gtest.h>

namespace live::cloud::lambda {
namespace {

ApplicationLog log_of(std::string level, bool in_json = true) {
  json::object logging{{"LogFormat", in_json ? "JSON" : "Text"}, {"ApplicationLogLevel", std::move(level)}};
  return ApplicationLog(Version({{"FunctionName", "fn"}, {"LoggingConfig", std::move(logging)}}));
}

TEST(ApplicationLog, KeepsWhatIsAtOrAboveTheLevel) {
  auto const log = log_of("WARN");
  for (auto const* kept : {R"({"level":"WARN"})", R"({"level":"error","message":"x"})",
                           R"({"level":"FATAL"})", R"({"level":"WARNING"})", R"({"level":"CRITICAL"})"})
    EXPECT_TRUE(log.keeps(kept)) << kept;
  for (auto const* dropped : {R"({"level":"INFO"})", R"({"level":"debug"})", R"({"level":"TRACE"})"})
    EXPECT_FALSE(log.keeps(dropped)) << dropped;
}

TEST(ApplicationLog, ALineThatSaysNoLevelIsInfo) {
  for (auto const* line :
       {"plain", "", "{", R"({"message":"x"})", R"({"level":30})", R"({"level":"loud"})"}) {
    EXPECT_TRUE(log_of("INFO").keeps(line)) << line;
    EXPECT_FALSE(log_of("WARN").keeps(line)) << line;
  }
}

TEST(ApplicationLog, KeepsAllInText) {
  EXPECT_TRUE(log_of("", false).keeps(R"({"level":"TRACE"})"));
  EXPECT_TRUE(log_of("TRACE").keeps(R"({"level":"TRACE"})"));
}

}  // namespace
}  // namespace live::cloud::lambda
