#include "live/screen.h"

#include <gtest/gtest.h>

namespace live {
namespace {

struct ScreenTest : testing::Test {
  std::string taken() { return std::exchange(written, {}); }
  std::string written;
  Screen::Size size;
  Screen screen{[this](std::string_view bytes) { written += bytes; }, [this] { return size; }};
};

TEST_F(ScreenTest, WithoutPinnedLinesALineIsALine) {
  screen.print("one");
  screen.draw();
  EXPECT_EQ(taken(), "one\n");
}

TEST_F(ScreenTest, WhatIsPrintedGoesAboveWhatIsPinned) {
  screen.pin({"a 1 s", "b 2 s"});
  screen.draw();
  EXPECT_EQ(taken(), "a 1 s\nb 2 s\n");
  screen.print("one");
  screen.print("two");
  screen.draw();
  EXPECT_EQ(taken(), "\r\x1b[2A\x1b[Jone\ntwo\na 1 s\nb 2 s\n");
}

TEST_F(ScreenTest, WhatHasNotChangedIsNotDrawnAgain) {
  screen.pin({"a"});
  screen.draw();
  taken();
  screen.pin({"a"});
  screen.draw();
  EXPECT_EQ(taken(), "");
  screen.pin({});
  screen.draw();
  EXPECT_EQ(taken(), "\r\x1b[1A\x1b[J");
  EXPECT_FALSE(screen.is_drawn());
}

TEST_F(ScreenTest, ALineNeverWraps) {
  size.columns = 10;
  screen.pin({"0123456789"});
  screen.draw();
  EXPECT_EQ(taken(), "01234567…\n");
}

TEST_F(ScreenTest, InANarrowedTerminalTheWrappedRowsGoToo) {
  size.columns = 20;
  screen.pin({"0123456789012345678"});
  screen.draw();
  size.columns = 8;
  taken();
  screen.draw();
  EXPECT_EQ(taken(), "\r\x1b[3A\x1b[J012345…\n");
}

TEST_F(ScreenTest, MoreLinesThanFitAreCounted) {
  size.rows = 5;
  screen.pin({"1", "2", "3", "4", "5"});
  screen.draw();
  EXPECT_EQ(taken(), "1\n2\n  … 3 more\n");
}

TEST_F(ScreenTest, ClearedLinesComeBackWithTheNextDraw) {
  screen.pin({"a"});
  screen.draw();
  screen.clear();
  EXPECT_EQ(taken(), "a\n\r\x1b[1A\x1b[J");
  screen.draw();
  EXPECT_EQ(taken(), "a\n");
}

TEST_F(ScreenTest, WhatStoodThereBeforeSomebodyElseWroteStays) {
  screen.pin({"a"});
  screen.draw();
  taken();
  screen.forget();
  screen.draw();
  EXPECT_EQ(taken(), "a\n");
}

}  // namespace
}  // namespace live
