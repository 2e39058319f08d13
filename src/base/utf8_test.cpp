#include "base/utf8.h"

#include <gtest/gtest.h>

namespace live {
namespace {

TEST(Utf8, WellFormedTextStaysAsItIs) {
  for (auto const* text : {"", "plain", "é", "→ ✓", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xEE\x80\x80"})
    EXPECT_EQ(valid_utf8(text), text);
}

TEST(Utf8, EachByteThatIsNoPartOfACharacterIsReplaced) {
  EXPECT_EQ(valid_utf8("a\xFF"
                       "b"),
            "a\uFFFDb");
  EXPECT_EQ(valid_utf8("\xC3"), "\uFFFD");                                // cut
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");                      // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // above U+10FFFF
}

}  // namespace
}  // namespace live
