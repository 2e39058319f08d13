#include "live/log_tail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int64_t kBegin = 1'000'000'000;

aws::LogEvent event(const std::string& id, int64_t at) {
  return {.id = id, .stream = "s", .message = id, .at_ms = kBegin + at};
}

class LogTailTest : public testing::Test {
 protected:
  std::vector<std::string> look(std::vector<std::vector<aws::LogEvent>> pages) {
    std::vector<std::string> ids;
    for (auto& page : pages)
      for (auto& one : tail.take(std::move(page))) ids.push_back(one.id);
    tail.looked();
    return ids;
  }
  LogTail tail{from_millis(kBegin)};
};

TEST_F(LogTailTest, AnEventCountsOnceHoweverOftenItIsRead) {
  EXPECT_THAT(look({{event("a", 0), event("b", 1)}, {event("b", 1), event("c", 2)}}),
              ElementsAre("a", "b", "c"));
  EXPECT_THAT(look({{event("a", 0), event("b", 1), event("c", 2), event("d", 2)}}), ElementsAre("d"));
}

TEST_F(LogTailTest, AnEventThatIsTakenInLateIsNotLost) {
  look({{event("new", 60'000)}});
  EXPECT_LE(tail.from_ms(), kBegin + 31'000);
  EXPECT_THAT(look({{event("late", 31'000), event("new", 60'000)}}), ElementsAre("late"));
}

TEST_F(LogTailTest, ALookNeverBeginsBeforeWhatWasAskedFor) {
  EXPECT_EQ(tail.from_ms(), kBegin);
  look({{event("a", 10)}});
  EXPECT_EQ(tail.from_ms(), kBegin);
}

TEST_F(LogTailTest, OneOfTheSameTimeAsTheNewestIsNotLost) {
  look({{event("a", 60'000)}});
  EXPECT_THAT(look({{event("a", 60'000), event("b", 60'000)}}), ElementsAre("b"));
}

std::string since(const std::string& text) {
  auto const at = since_time(text, from_millis(1'795'000'000'000));  // 2026-11-18T11:06:40Z
  return at.has_error() ? at.error().message : iso8601(at.value());
}

TEST(SinceTime, IsATimeAgo) {
  EXPECT_EQ(since("40s"), "2026-11-18T11:06:00.000Z");
  EXPECT_EQ(since("10m"), "2026-11-18T10:56:40.000Z");
  EXPECT_EQ(since("2h"), "2026-11-18T09:06:40.000Z");
  EXPECT_EQ(since("1w"), "2026-11-11T11:06:40.000Z");
}

TEST(SinceTime, OrATime) {
  EXPECT_EQ(since("2026-11-26T18:05:06Z"), "2026-11-26T18:05:06.000Z");
  EXPECT_EQ(since("2026-11-26T18:05:06.789Z"), "2026-11-26T18:05:06.000Z");
  EXPECT_EQ(since("2026-11-26T18:05"), "2026-11-26T18:05:00.000Z");
  EXPECT_EQ(since("2026-11-26"), "2026-11-26T00:00:00.000Z");
}

TEST(SinceTime, AnythingElseIsAFault) {
  for (auto const* text : {"", "m", "10", "10x", "-1h", "99999999999w", "2026-13-01", "2026-11-26T25:00",
                           "yesterday", "2026-11-26T18:05:06+01:00"})
    EXPECT_THAT(since(text), HasSubstr("is neither a time ago")) << text;
}

}  // namespace
}  // namespace live
