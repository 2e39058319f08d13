#include "invocation/call_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::EndsWith;
using testing::StartsWith;

TEST(CallLog, IsWhatWasPrintedAndItsLastLine) {
  CallLog log;
  EXPECT_EQ(log.rest(0).text, "");
  log.add("of init");
  log.add("");
  log.add("of the call");
  EXPECT_EQ(log.rest(0).text, "of init\n\nof the call\n");
  log.close("LIVE figures");
  EXPECT_EQ(log.rest(0).text, "of init\n\nof the call\nLIVE figures\n");
  EXPECT_EQ(log.rest(8).text, "\nof the call\nLIVE figures\n");
}

TEST(CallLog, SaysHowManyLinesWereTooMany) {
  CallLog log;
  std::string const line(10'000, 'x');
  for (int i = 0; i < 120; ++i) log.add(line);
  log.add("short, but after one that was left out");
  log.close("LIVE figures");
  auto const text = log.rest(0).text;
  EXPECT_LT(text.size(), CallLog::kLimit + 200);
  EXPECT_THAT(
      text, EndsWith("x\nLIVE 10 more lines of output are on the developer's machine alone\nLIVE figures\n"));
}

TEST(CallLog, GivesWayToWhatHasLessRoom) {
  CallLog log;
  for (int i = 0; i < 100; ++i) log.add("line " + std::to_string(i));
  log.close("LIVE figures");
  auto const text = log.rest(7, 300).text;
  EXPECT_LE(text.size(), 300u);
  EXPECT_THAT(text, StartsWith("line 1\nline 2\n"));
  EXPECT_THAT(text, EndsWith(" more lines of output are on the developer's machine alone\nLIVE figures\n"));
  EXPECT_EQ(log.rest(0, 0).text,
            "LIVE 100 more lines of output are on the developer's machine alone\nLIVE figures\n");
}

TEST(CallLog, IsWholeWhereItJustFits) {
  CallLog log;
  log.add(std::string(99, 'x'));
  log.close("LIVE figures");
  auto const whole = log.rest(0).text;
  EXPECT_EQ(log.rest(0, whole.size()).text, whole);
  EXPECT_NE(log.rest(0, whole.size() - 1).text, whole);
}

TEST(CallLog, ItsPiecesAreWholeLinesWhereTheyFit) {
  CallLog log;
  log.add("first");
  log.add("second");
  EXPECT_EQ(log.piece(0, 100).text, "first\nsecond\n");
  EXPECT_EQ(log.piece(0, 12).text, "first\n");
  EXPECT_EQ(log.piece(6, 7).text, "second\n");
  EXPECT_EQ(log.piece(0, 4).text, "firs") << "a line that is longer than a piece";
  EXPECT_EQ(log.piece(13, 100).text, "");
  EXPECT_EQ(log.piece(99, 100).text, "");
}

TEST(CallLog, SaysWhatItsLastLineWouldBeAtTheDeadlineUntilItHasOne) {
  CallLog log;
  EXPECT_EQ(log.expected_end(), "");
  log.expect([] { return std::string("LIVE at the deadline"); });
  EXPECT_EQ(log.expected_end(), "LIVE at the deadline");
  log.close("LIVE");
  EXPECT_EQ(log.expected_end(), "");
}

TEST(CallLog, TakesAnyBytesAndCountsWhatTravels) {
  CallLog log;
  log.add("\x1b[31mred\xff\x1b[0m");
  log.add("next");
  auto const first = log.piece(0, 18).text;
  EXPECT_EQ(first, "\x1b[31mred\xef\xbf\xbd\x1b[0m\n");
  EXPECT_EQ(log.piece(first.size(), 24).text, "next\n");
}

TEST(CallLog, AMessageOfSeveralLinesIsOneEvent) {
  CallLog log;
  log.add("one\n  two");
  EXPECT_EQ(log.rest(0).text, "one\r  two\n");
}

TEST(LogReceiver, PrintsEachByteOnce) {
  LogReceiver receiver;
  EXPECT_EQ(receiver.take({0, "one\n"}), "one\n");
  EXPECT_EQ(receiver.take({0, "one\n"}), "");
  EXPECT_EQ(receiver.take({4, "two\n"}), "two\n");
  EXPECT_EQ(receiver.take({0, "one\ntwo\nthree\n"}), "three\n");
}

TEST(LogReceiver, SaysThatSomethingWasLost) {
  LogReceiver receiver;
  EXPECT_EQ(receiver.take({0, "one\n"}), "one\n");
  EXPECT_EQ(receiver.take({8, "three\n"}),
            "LIVE some output was lost on its way: it is on the developer's machine alone\nthree\n");
  EXPECT_EQ(receiver.take({4, "two\n"}), "");
  EXPECT_EQ(receiver.take({0, "one\ntwo\nthree\nfour\n"}), "four\n");
}

TEST(LogReceiver, HasOneLastLineThoughTheAnswerComesRightAfterTheDeadlinesOne) {
  LogReceiver receiver;
  EXPECT_EQ(receiver.end(), "");
  EXPECT_EQ(receiver.take({0, "a\n", "LIVE at the deadline"}), "a\n");
  EXPECT_EQ(receiver.end(), "LIVE at the deadline\n");
  EXPECT_EQ(receiver.end(), "");
  EXPECT_EQ(receiver.take({2, "b\n"}), "b\n");
  EXPECT_EQ(receiver.take_last({0, "a\nb\nc\nLIVE\n"}), "c\n");
}

TEST(LogReceiver, PrintsAnAnswersOwnLastLineWhereTheDeadlineHasNotCome) {
  LogReceiver receiver;
  receiver.take({0, "a\n", "LIVE at the deadline"});
  EXPECT_EQ(receiver.take_last({0, "a\nLIVE\n"}), "LIVE\n");
}

}  // namespace
}  // namespace live
