#include "runtime/debugging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

TEST(Debugging, OfNodeKnowsItsOwnLines) {
  auto const* node = debugging_of("nodejs22.x");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->listens("Debugger listening on ws://127.0.0.1:4/x"), "ws://127.0.0.1:4/x");
  EXPECT_FALSE(node->listens("Debugger attached."));
  EXPECT_TRUE(node->is_its_own("Debugger attached."));
  EXPECT_TRUE(node->waits_to_be_left("Waiting for the debugger to disconnect..."));
  EXPECT_FALSE(node->is_its_own("Debugger attached to the wall"));
}

TEST(Debugging, OfOurOwnClientsSaysWhereItListens) {
  auto const* python = debugging_of("python3.13");
  ASSERT_TRUE(python);
  EXPECT_EQ(python->listens("Debugger listening on 127.0.0.1:4"), "127.0.0.1:4");
  EXPECT_TRUE(python->goes_on("Debugger lets init go on"));
  EXPECT_FALSE(python->is_its_own("Debugger attached."));
}

TEST(Debugging, OfGoNeedsDelve) {
  auto const folder = TempDir::create("delve").value();
  std::string const before = getenv("PATH");
  setenv("PATH", (folder.path() / "bin").c_str(), 1);
  setenv("GOBIN", folder.path().c_str(), 1);
  setenv("GOPATH", folder.path().c_str(), 1);
  auto const missing = missing_debugger(*debugging_in("go"));
  ASSERT_TRUE(write_file(folder.path() / "dlv", ""));
  std::filesystem::permissions(folder.path() / "dlv", std::filesystem::perms::owner_all);
  auto const found = missing_debugger(*debugging_in("go"));
  setenv("PATH", before.c_str(), 1);
  unsetenv("GOBIN");
  unsetenv("GOPATH");
  EXPECT_THAT(missing.value_or(""),
              testing::HasSubstr("go install github.com/go-delve/delve/cmd/dlv@latest"));
  EXPECT_FALSE(found);
}

TEST(Debugging, IsSaidToBeMissingWhereThereIsNone) { EXPECT_EQ(debugging_of("provided.al2023"), nullptr); }

}  // namespace
}  // namespace live
