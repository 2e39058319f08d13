#include "process/frames.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

std::string frame(const std::string& message) {
  return "\xa5\x5a\0\3\0\0\0"s + char(message.size()) + "\0\6\1\2\3\4\5\6"s + message;
}

std::vector<std::string> read(Framing framing, const std::vector<std::string>& parts) {
  std::vector<std::string> seen;
  auto const give = [&seen](std::string_view line) { seen.emplace_back(line); };
  Frames frames(framing);
  for (auto const& part : parts) frames.add(part, give);
  frames.finish(give);
  return seen;
}

TEST(Frames, AreMessagesAmongLinesWhereverTheBytesWereSplit) {
  auto const text = "one\nunfin" + frame("a\nb\n") + frame("") + frame("c") + "two\n\xc3\xa5";
  for (size_t cut = 0; cut <= text.size(); ++cut)
    EXPECT_THAT(read(Framing::lambda, {text.substr(0, cut), text.substr(cut)}),
                ElementsAre("one", "unfin", "a\nb", "", "c", "two", "\xc3\xa5"))
        << cut;
}

TEST(Frames, OfAByteEachAreThoseOfOnePiece) {
  auto const text = frame("a\nb") + "line\n" + frame("c");
  std::vector<std::string> bytes;
  for (char const byte : text) bytes.emplace_back(1, byte);
  EXPECT_THAT(read(Framing::lambda, bytes), ElementsAre("a\nb", "line", "c"));
}

TEST(Frames, WhatCannotBeOneIsText) {
  auto const huge = "\xa5\x5a\0\3\xff\xff\xff\xff 12345678\n"s;
  EXPECT_THAT(read(Framing::lambda, {huge + "next\n"}), ElementsAre(huge.substr(0, huge.size() - 1), "next"));
  EXPECT_THAT(read(Framing::none, {frame("x") + "\n"}), ElementsAre(frame("x")));
}

}  // namespace
}  // namespace live
