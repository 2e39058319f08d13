#include "process/lines.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;

struct Collected {
  std::vector<std::string> lines;
  std::function<void(std::string_view)> give = [this](std::string_view line) { lines.emplace_back(line); };
};

TEST(Lines, AreCutWhereverTheBytesWereSplit) {
  std::string text = "one\n\ntwo\r\nthree";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Collected seen;
    Lines lines;
    lines.add(text.substr(0, cut), seen.give);
    lines.add(text.substr(cut), seen.give);
    EXPECT_THAT(seen.lines, ElementsAre("one", "", "two"));
    lines.finish(seen.give);
    EXPECT_THAT(seen.lines, ElementsAre("one", "", "two", "three"));
    lines.finish(seen.give);
    EXPECT_EQ(seen.lines.size(), 4u);
  }
}

TEST(Lines, GivesALineThatIsTooLongInPieces) {
  std::string text = "abcdefghij\nkl\nmnop\n";
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    Collected seen;
    Lines lines(4);
    lines.add(text.substr(0, cut), seen.give);
    lines.add(text.substr(cut), seen.give);
    EXPECT_THAT(seen.lines, ElementsAre("abcd", "efgh", "ij", "kl", "mnop"));
  }
}

}  // namespace
}  // namespace live
