#include "runtime/dap.h"

#include <gtest/gtest.h>

namespace live {
namespace {

std::string request(const std::string& command) {
  return dap_message(R"({"seq":4,"type":"request","command":")" + command +
                     R"(","arguments":{"threadId":1}})");
}
std::string answer(const std::string& command, const std::string& success = "true") {
  return dap_message(R"({"seq":5,"type":"response","request_seq":4,"command":")" + command +
                     R"(","success":)" + success + "}");
}
std::string event(const std::string& name) {
  return dap_message(R"({"type":"event","seq":6,"body":{"threadId":1},"event":")" + name + "\"}");
}

TEST(Dap, AMessageIsWholeWithItsLastByte) {
  auto const message = dap_message(R"({"seq":1})");
  for (size_t size = 0; size < message.size(); ++size) {
    auto const found = dap_message_size(message.substr(0, size));
    ASSERT_TRUE(found) << size;
    EXPECT_TRUE(found.value() == 0 || found.value() > size) << size;
  }
  EXPECT_EQ(dap_message_size(message + message).value(), message.size());
}

TEST(Dap, AHeadMayNameATypeToo) {
  std::string const head = "Content-Type: application/vscode-jsonrpc\r\nContent-Length: 2\r\n\r\n";
  EXPECT_EQ(dap_message_size(head + "{}").value(), head.size() + 2);
}

TEST(Dap, WhatABrowserSendsIsNoMessage) {
  for (auto const* text : {"GET / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}", "\r\n",
                           "Content-Length: 2\r\nHost: x\r\n\r\n{}", "Content-Length: x\r\n\r\n",
                           "Content-Length: 99999999999\r\n\r\n", "Content-Length: -2\r\n\r\n"})
    EXPECT_FALSE(dap_message_size(text)) << text;
  EXPECT_FALSE(dap_message_size("Content-Length: " + std::string(2000, '1')));
}

TEST(Dap, AProcessIsPausedFromItsEventUntilItIsToldToGoOn) {
  auto const talk = dap_protocol()->talk();
  EXPECT_EQ(talk->process_says(event("stopped")).paused, true);
  EXPECT_EQ(talk->debugger_says(request("variables")).paused, std::nullopt);
  EXPECT_EQ(talk->debugger_says(request("next")).paused, false);
  EXPECT_EQ(talk->process_says(answer("next")).paused, std::nullopt);
  EXPECT_EQ(talk->process_says(event("continued")).paused, false);
}

TEST(Dap, WhatIsRefusedToGoOnStaysPaused) {
  auto const talk = dap_protocol()->talk();
  EXPECT_EQ(talk->debugger_says(request("continue")).paused, false);
  EXPECT_EQ(talk->process_says(answer("continue", "false")).paused, true);
}

TEST(Dap, WordsOfAValueAreNoEvent) {
  auto const talk = dap_protocol()->talk();
  auto const value = dap_message(R"({"type":"response","command":"evaluate","success":true,)"
                                 R"("body":{"result":"{\"event\":\"stopped\"}","event":"stopped"}})");
  EXPECT_EQ(talk->process_says(value).paused, std::nullopt);
}

TEST(Dap, InitGoesOnOnceTheDebuggerIsConfigured) {
  auto const talk = dap_protocol()->talk();
  EXPECT_FALSE(talk->process_says(answer("attach")).goes_on);
  EXPECT_TRUE(talk->process_says(answer("configurationDone")).goes_on);
}

TEST(Dap, TheEndOfAProcessBeginsTheSessionAnewUnlessTheDebuggerLeaves) {
  auto const stays = dap_protocol()->talk(), leaves = dap_protocol()->talk();
  EXPECT_TRUE(stays->process_says(event("terminated")).is_withheld);
  EXPECT_NE(stays->farewell().find(R"("restart":true)"), std::string::npos);
  leaves->debugger_says(request("disconnect"));
  EXPECT_FALSE(leaves->process_says(event("terminated")).is_withheld);
  EXPECT_EQ(leaves->farewell(), "");
}

std::string stop(const std::string& reason) {
  return dap_message(R"({"type":"event","event":"stopped","body":{"reason":")" + reason + "\"}}");
}

TEST(Dap, RdbgIsNotToStopWhereADebuggerAttaches) {
  auto const talk = rdbg_protocol()->talk();
  EXPECT_NE(talk->translated(request("attach")).find(R"("command":"launch")"), std::string::npos);
  EXPECT_EQ(talk->translated(request("next")), request("next"));
  auto const first = talk->process_says(stop("pause")), second = talk->process_says(stop("pause"));
  EXPECT_TRUE(first.is_withheld);
  EXPECT_FALSE(first.paused.value_or(false));
  EXPECT_EQ(second.paused, true);
}

TEST(Dap, RdbgIsToldToGoOnInPlaceOfADebuggerThatHasLeft) {
  auto const talk = rdbg_protocol()->talk();
  EXPECT_NE(talk->take_over().find("disconnect"), std::string::npos);
  EXPECT_NE(talk->answer(stop("breakpoint")).find(R"("command":"continue")"), std::string::npos);
  EXPECT_EQ(talk->answer(event("thread")), "");
  EXPECT_EQ(dap_protocol()->talk()->take_over(), "");
}

}  // namespace
}  // namespace live
