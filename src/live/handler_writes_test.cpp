#include "live/handler_writes.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using namespace std::chrono_literals;

struct HandlerWritesTest : testing::Test {
  void write(const std::string& text) { ASSERT_TRUE(write_file(file, text)); }

  TempDir folder = std::move(TempDir::create("writes").value());
  std::filesystem::path const file = folder.path() / "cache.json";
  HandlerWrites::Time const now = HandlerWrites::Time() + 1h;
  HandlerWrites writes;
};

TEST_F(HandlerWritesTest, TheChangeThatFollowsIsExplainedAndAnotherFilesIsASave) {
  writes.began(file, now);
  write("its own");
  EXPECT_TRUE(writes.explain(file, now + 10ms));
  EXPECT_FALSE(writes.explain(folder.path() / "index.js", now + 10ms));
}

TEST_F(HandlerWritesTest, EachWriteExplainsOneState) {
  writes.began(file, now);
  write("its own");
  EXPECT_TRUE(writes.explain(file, now + 10ms));
  EXPECT_TRUE(writes.explain(file, now + 20ms)) << "the same, noticed again";
  write("a save of the developer");
  EXPECT_FALSE(writes.explain(file, now + 100ms));
}

TEST_F(HandlerWritesTest, ASaveThatWasNoticedTogetherWithTheWriteIsASave) {
  writes.began(file, now);
  write("its own");
  auto const own = file_state(file);
  write("a save of the developer");
  EXPECT_TRUE(writes.explain(file, now + 10ms));  // nobody knows better yet
  EXPECT_TRUE(writes.left(file, own));
}

TEST_F(HandlerWritesTest, ASaveAfterItsOwnStateIsKnownIsASave) {
  writes.began(file, now);
  write("its own");
  auto const own = file_state(file);
  EXPECT_FALSE(writes.left(file, own));
  EXPECT_TRUE(writes.explain(file, now + 1h)) << "noticed late";
  write("a save of the developer");
  EXPECT_FALSE(writes.explain(file, now + 1h));
}

TEST_F(HandlerWritesTest, AWriteThatFailedExplainsNothing) {
  writes.began(file, now);
  EXPECT_FALSE(writes.left(file, file_state(file)));
  write("a save of the developer");
  EXPECT_FALSE(writes.explain(file, now + 10ms));
}

TEST_F(HandlerWritesTest, EachWriteCountsAnew) {
  for (auto const* text : {"one", "and two"}) {
    writes.began(file, now);
    write(text);
    EXPECT_TRUE(writes.explain(file, now + 10ms));
    EXPECT_FALSE(writes.left(file, file_state(file)));
  }
}

TEST_F(HandlerWritesTest, WhatItRemovesIsItsOwn) {
  write("made before");
  writes.began(file, now);
  std::filesystem::remove(file);
  EXPECT_FALSE(writes.left(file, "gone"));
  EXPECT_TRUE(writes.explain(file, now + 10ms));
}

}  // namespace
}  // namespace live
