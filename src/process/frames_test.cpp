#include "process/frames.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;
using namespace std::string_literals;

std::string frame(const std::string& message) {
  std::string head = "\xa5\x5a\0\3"s;
  for (int shift = 24; shift >= 0; shift -= 8) head += char(message.size() >> shift);
  return head + "\0\6\1\2\3\4\5\6"s + message;
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
  for (auto const& other : {"\xa5\x5a\0\3\xff\xff\xff\xff 12345678\n"s, "\xa5\x5a\0\x20\0\0\0\1 12345678\n"s})
    EXPECT_THAT(read(Framing::lambda, {other + "next\n"}),
                ElementsAre(other.substr(0, other.size() - 1), "next"));
  EXPECT_THAT(read(Framing::none, {frame("x") + "\n"}), ElementsAre(frame("x")));
}

TEST(Frames, OfMoreThanAMegabyteComeInPiecesOfWholeCharacters) {
  std::string const megabyte(1024 * 1024, 'x');
  EXPECT_THAT(read(Framing::lambda, {frame(megabyte + "\n") + "next\n"}), ElementsAre(megabyte, "next"));
  auto const text = megabyte.substr(1) + "\xc3\xa5" + megabyte.substr(1) + "\xf0\x9f\x98\x80.";
  EXPECT_THAT(read(Framing::lambda, {frame(text)}),
              ElementsAre(megabyte.substr(1), "\xc3\xa5" + megabyte.substr(2), "x\xf0\x9f\x98\x80."));
}

TEST(Frames, ThatHaveBegunStayWholeWhenLinesAreAskedFor) {
  auto const text = "unfinished" + frame("a\nb");
  for (size_t cut = 10; cut < text.size(); ++cut) {
    std::vector<std::string> seen;
    auto const give = [&seen](std::string_view line) { seen.emplace_back(line); };
    Frames frames(Framing::lambda);
    frames.add(text.substr(0, cut), give);
    frames.flush(give);
    EXPECT_THAT(seen, ElementsAre("unfinished"));
    frames.add(text.substr(cut), give);
    EXPECT_THAT(seen, ElementsAre("unfinished", "a\nb")) << cut;
  }
}

TEST(Frames, OfAWriterThatWasEndedHaveWhatItCouldWrite) {
  auto const whole = frame("a\nbc");
  EXPECT_THAT(read(Framing::lambda, {"one\n" + whole.substr(0, whole.size() - 1)}),
              ElementsAre("one", "a\nb"));
  EXPECT_THAT(read(Framing::lambda, {"one\n" + whole.substr(0, 15)}), ElementsAre("one"));
  EXPECT_THAT(read(Framing::lambda, {"one\n\xa5"}), ElementsAre("one", "\xa5"));
}

}  // namespace
}  // namespace live
