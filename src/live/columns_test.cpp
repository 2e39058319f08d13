#include "live/columns.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Columns, AreCharactersAndWideOnesTakeTwo) {
  EXPECT_EQ(columns_of("abc"), 3u);
  EXPECT_EQ(columns_of("é→…"), 3u);
  EXPECT_EQ(columns_of("日本"), 4u);
  EXPECT_EQ(columns_of("e\u0301"), 1u);
  EXPECT_EQ(columns_of("\x1b[31mred\x1b[0m"), 3u);
  EXPECT_EQ(columns_of("\xff\xfe"), 2u) << "what is no UTF-8 is shown as one sign a byte";
}

TEST(Columns, ANameIsShortenedInItsMiddle) {
  EXPECT_EQ(shortened_in_the_middle("dev-shop", 8), "dev-shop");
  EXPECT_EQ(shortened_in_the_middle("dev-shop-orders-stack", 12), "dev-sh…stack");
  EXPECT_EQ(shortened_in_the_middle("日本語日本語", 6), "日…語");
  EXPECT_EQ(shortened_in_the_middle("abc", 1), "…");
  EXPECT_EQ(shortened_in_the_middle("abc", 0), "");
}

TEST(Columns, ACutLineEndsItsColours) {
  EXPECT_EQ(cut_to_columns("abcdef", 6), "abcdef");
  EXPECT_EQ(cut_to_columns("abcdef", 4), "abc…");
  EXPECT_EQ(cut_to_columns("\x1b[31mabcdef\x1b[0m", 4), "\x1b[31mabc…\x1b[0m");
}

TEST(Columns, AHandlersColoursStayAndEndWithItsLine) {
  EXPECT_EQ(harmless("plain\ttext é"), "plain\ttext é");
  EXPECT_EQ(harmless("\x1b[1;31mred"), "\x1b[1;31mred\x1b[0m");
  EXPECT_EQ(harmless("\x1b]8;;http://x\x1b\\link"), "\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\");
}

TEST(Columns, WhatWouldMoveTheCursorGoes) {
  EXPECT_EQ(harmless("a\x1b[2Jb\x1b[3;4Hc\x1b[?1049hd"), "abcd");
  EXPECT_EQ(harmless("50%\r100%\a\b"), "50%100%");
  EXPECT_EQ(harmless("\x1b]0;title\atext"), "text");
  EXPECT_EQ(harmless("\x1b"
                     "7x\x1b"
                     "8\xC2\x9B"
                     "2J"),
            "x2J");
  EXPECT_EQ(harmless("x\x1b"), "x");
  EXPECT_EQ(harmless("x\x1b["), "x");
}

}  // namespace
}  // namespace live
