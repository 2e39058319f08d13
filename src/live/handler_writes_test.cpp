#include "live/handler_writes.h"

#include <gtest/gtest.h>

namespace live {
namespace {

using namespace std::chrono_literals;

TEST(HandlerWrites, TheChangeThatFollowsIsExplainedAndALaterOneIsASave) {
  HandlerWrites writes;
  auto const now = HandlerWrites::Time() + 1h;
  writes.began("src/cache.json", now);
  EXPECT_TRUE(writes.explain("src/cache.json", now + 10ms));
  EXPECT_FALSE(writes.explain("src/index.js", now + 10ms));
  EXPECT_FALSE(writes.explain("src/cache.json", now + 3s));
}

TEST(HandlerWrites, EachWriteCountsAnew) {
  HandlerWrites writes;
  auto const now = HandlerWrites::Time() + 1h;
  writes.began("src/cache.json", now);
  writes.began("src/cache.json", now + 3s);
  EXPECT_TRUE(writes.explain("src/cache.json", now + 4s));
}

}  // namespace
}  // namespace live
