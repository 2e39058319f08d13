#include "runtime/debugging.h"

#include <gmock/gmock.h>
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

TEST(AutoAttach, LeavesTheOtherOptionsToOtherProcesses) {
  EXPECT_EQ(
      without_auto_attach(R"(--a="x y" --require /b/bootloader.js --inspect-publish-uid=http -r /c.js)"),
      R"("--a=x y" -r /c.js)");
  EXPECT_EQ(without_auto_attach("--no-warnings"), "--no-warnings");
}

TEST(Debugging, OfNodeKnowsItsOwnLines) {
  auto const* node = debugging_of("nodejs22.x");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->listens("Debugger listening on ws://127.0.0.1:4/x"), "ws://127.0.0.1:4/x");
  EXPECT_FALSE(node->listens("Debugger attached."));
  EXPECT_TRUE(node->is_its_own("Debugger attached."));
  EXPECT_TRUE(node->waits_to_be_left("Waiting for the debugger to disconnect..."));
  EXPECT_FALSE(node->is_its_own("Debugger attached to the wall"));
}

TEST(Debugging, IsSaidToBeMissingWhereThereIsNone) { EXPECT_EQ(debugging_of("provided.al2023"), nullptr); }

}  // namespace
}  // namespace live
