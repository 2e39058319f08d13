#include "runtime/debugging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(Debugging, IsSaidToBeMissingWhereThereIsNone) { EXPECT_EQ(debugging_of("provided.al2023"), nullptr); }

}  // namespace
}  // namespace live
