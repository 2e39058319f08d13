#include "runtime/jdwp.h"

#include <gtest/gtest.h>

namespace live {
namespace {

std::string number(uint32_t value) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += char(value >> shift & 0xff);
  return bytes;
}
std::string command(int set, int which, const std::string& body = "", uint32_t id = 7) {
  return number(uint32_t(11 + body.size())) + number(id) + std::string(1, '\0') + char(set) + char(which) +
         body;
}
std::string reply(uint32_t id, const std::string& body) {
  return number(uint32_t(11 + body.size())) + number(id) + "\x80" + std::string(2, '\0') + body;
}
// Of one event with a thread.
std::string event(int policy, const std::string& thread, int kind = 2) {
  return command(64, 100, std::string(1, char(policy)) + number(1) + char(kind) + number(3) + thread);
}
std::string const kResumeVm = command(1, 9), kSuspendVm = command(1, 8), kDispose = command(1, 6);
std::string resume_thread(const std::string& thread) { return command(11, 3, thread); }
std::string const first = std::string(7, '\0') + '\1', second = std::string(7, '\0') + '\2';

TEST(Jdwp, TheHandshakeComesFirstAndPacketsSayTheirSize) {
  EXPECT_EQ(jdwp_message_size("JDWP-Hand").value(), 0);
  EXPECT_EQ(jdwp_message_size("JDWP-Handshake" + kResumeVm).value(), 14);
  EXPECT_EQ(jdwp_message_size(kResumeVm.substr(0, 3)).value(), 0);
  EXPECT_EQ(jdwp_message_size(kResumeVm + kResumeVm).value(), 11);
  EXPECT_FALSE(jdwp_message_size("GET / HTTP/1.1\r\n"));
  EXPECT_FALSE(jdwp_message_size(number(10)));
}

TEST(Jdwp, AnEventThatSuspendsAllPausesUntilTheVmIsResumed) {
  auto const talk = jdwp_protocol()->talk();
  EXPECT_EQ(talk->process_says(event(2, first)).paused, true);
  auto const says = talk->debugger_says(kResumeVm);
  EXPECT_EQ(says.paused, false);
  EXPECT_TRUE(says.goes_on);
}

TEST(Jdwp, AnEventThatSuspendsNothingPausesNothing) {
  auto const talk = jdwp_protocol()->talk();
  EXPECT_EQ(talk->process_says(event(0, first)).paused, false);
}

TEST(Jdwp, AThreadIsPausedUntilItIsResumedItself) {
  auto const talk = jdwp_protocol()->talk();
  EXPECT_EQ(talk->process_says(event(1, first)).paused, true);
  EXPECT_EQ(talk->debugger_says(resume_thread(second)).paused, true);
  EXPECT_EQ(talk->debugger_says(resume_thread(first)).paused, false);
}

TEST(Jdwp, SuspensionsAreCounted) {
  auto const talk = jdwp_protocol()->talk();
  talk->process_says(event(2, first));
  talk->debugger_says(kSuspendVm);
  EXPECT_EQ(talk->debugger_says(kResumeVm).paused, true);
  EXPECT_EQ(talk->debugger_says(kResumeVm).paused, false);
}

TEST(Jdwp, ADebuggerThatDisposesOfTheVmLetsItGoOn) {
  auto const talk = jdwp_protocol()->talk();
  talk->process_says(event(2, first));
  talk->process_says(event(1, second));
  EXPECT_EQ(talk->debugger_says(kDispose).paused, false);
}

TEST(Jdwp, TheVmSaysHowLongItsIdsAre) {
  auto const talk = jdwp_protocol()->talk();
  talk->debugger_says(command(1, 7, "", 31));
  talk->process_says(reply(31, number(4) + number(4) + number(4) + number(4) + number(4)));
  EXPECT_EQ(talk->process_says(event(1, first.substr(4))).paused, true);
  EXPECT_EQ(talk->debugger_says(resume_thread(first.substr(4))).paused, false);
}

}  // namespace
}  // namespace live
