#include "runtime/auto_attach.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace live {
namespace {

TEST(AutoAttach, IsWhatATerminalOfVsCodeSays) {
  auto const found = AutoAttach::in(
      R"( --require "/home/jane/.vscode/data/My Debugger/bootloader.js" --inspect-publish-uid=http)", "{}");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bootloader, "/home/jane/.vscode/data/My Debugger/bootloader.js");
  EXPECT_EQ(found->options, "{}");
}

TEST(AutoAttach, IsReadWithAnEqualsSignToo) {
  auto const found = AutoAttach::in("--max-old-space-size=9000 --require=/opt/js-debug/bootloader.js", "{}");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->bootloader, "/opt/js-debug/bootloader.js");
}

TEST(AutoAttach, IsNoOtherModuleThatNodeLoads) {
  EXPECT_FALSE(AutoAttach::in("--require /app/tracing.js", "{}"));
  EXPECT_FALSE(AutoAttach::in("--require /opt/js-debug/bootloader.js", ""));
  EXPECT_FALSE(AutoAttach::in("", ""));
}

TEST(AutoAttach, OfADebugTerminalCountsThoughTheSettingIsThereToo) {
  constexpr const char* kTerminal = R"({"deferredMode":false,"autoAttachMode":"always"})";
  auto const options =
      fmt::format(R"(:::{}:::{{"deferredMode":true,"autoAttachMode":"onlyWithFlag"}})", kTerminal);
  auto const found = AutoAttach::in("-r /b/bootloader.js -r /c/bootloader.js", options);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->options, kTerminal);
  EXPECT_EQ(found->to, AutoAttach::To::all);
}

TEST(AutoAttach, IsToWhomTheSettingSays) {
  auto const to = [](std::string_view options) { return AutoAttach::in("-r /b/bootloader.js", options)->to; };
  EXPECT_EQ(to(R"(:::{"inspectorIpc":"/tmp/a","autoAttachMode":"always"})"), AutoAttach::To::all);
  EXPECT_EQ(to(R"(:::{"deferredMode":true,"autoAttachMode":"smart"})"), AutoAttach::To::some);
  EXPECT_EQ(to(R"({"autoAttachMode":"onlyWithFlag"}:::)"), AutoAttach::To::with_a_flag);
  EXPECT_EQ(to("{"), AutoAttach::To::all);
}

TEST(AutoAttach, LeavesTheOtherOptionsToOtherProcesses) {
  EXPECT_EQ(
      without_auto_attach(R"(--a="x y" --require /b/bootloader.js --inspect-publish-uid=http -r /c.js)"),
      R"("--a=x y" -r /c.js)");
  EXPECT_EQ(without_auto_attach("--no-warnings"), "--no-warnings");
}

}  // namespace
}  // namespace live
