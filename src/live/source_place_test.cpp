#include "live/source_place.h"

#include <unistd.h>

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace live {
namespace {

using testing::ElementsAre;

struct SourcePlaceTest : testing::Test {
  SourcePlaceTest() {
    std::ofstream(file) << "export const handler = async (event) => {\n\treturn  event.user.name;\n}\n"
                        << "  const é = x();\n\n"
                        << std::string(500, 'x') << "\n";
  }
  ~SourcePlaceTest() override { std::filesystem::remove(file); }
  std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("live-source-place-" + std::to_string(::getpid()) + ".ts");
};

TEST(StackFrame, OfNodeIsReadWithItsPlace) {
  auto const named = stack_frame("    at async Shop.buy (/app/src/api.ts:12:9)");
  ASSERT_TRUE(named && named->place);
  EXPECT_EQ(named->function, "async Shop.buy");
  EXPECT_EQ(describe(*named->place, "/app"), "src/api.ts:12:9");
  EXPECT_EQ(describe(*named->place, "/ap"), "/app/src/api.ts:12:9");
  auto const unnamed = stack_frame("    at file:///app/src/api.mjs:1:2");
  ASSERT_TRUE(unnamed && unnamed->place);
  EXPECT_EQ(unnamed->place->file, "/app/src/api.mjs");
  EXPECT_FALSE(stack_frame("TypeError: no"));
}

TEST(StackFrame, OfPythonAndRubyIsReadWithItsPlace) {
  auto const python = stack_frame("  File \"/app/src/api.py\", line 12, in handler\n    return deep()\n");
  ASSERT_TRUE(python && python->place);
  EXPECT_EQ(python->function, "handler");
  EXPECT_EQ(describe(*python->place, "/app"), "src/api.py:12");
  for (auto const* line : {"/app/src/api.rb:12:in `handler'", "/app/src/api.rb:12:in 'handler'"}) {
    auto const ruby = stack_frame(line);
    ASSERT_TRUE(ruby && ruby->place);
    EXPECT_EQ(ruby->function, "handler");
    EXPECT_EQ(describe(*ruby->place, "/app"), "src/api.rb:12");
  }
  EXPECT_FALSE(stack_frame("  File \"/app/api.py\", no line"));
  EXPECT_FALSE(stack_frame("/app/api.rb"));
  EXPECT_FALSE(is_own(*stack_frame("  File \"/usr/lib/python3.11/json/__init__.py\", line 1, in loads"), {}));
}

TEST(StackFrame, OfWhatARequirementsTxtAskedForIsNotTheUsersOwn) {
  EXPECT_FALSE(is_own(*stack_frame("  File \"/app/.live/python/1a2b/mangum/http.py\", line 58, in run"), {}));
}

TEST(SourcePlace, OfAFolderIsDescribedWithoutALine) {
  EXPECT_EQ(describe({.file = "/app/.live/python/1a2b"}, "/app"), ".live/python/1a2b");
}

TEST(StackFrame, IsTheUsersOwnOutsidePackagesNodeAndOurRuntime) {
  auto const own = [](std::string_view line) { return is_own(*stack_frame(line), {"/opt/live/runtimes"}); };
  EXPECT_TRUE(own("    at handler (/app/src/api.ts:12:9)"));
  EXPECT_FALSE(own("    at send (/app/node_modules/@aws-sdk/client/index.js:1:2)"));
  EXPECT_FALSE(own("    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"));
  EXPECT_FALSE(own("    at Array.map (<anonymous>)"));
  EXPECT_FALSE(own("    at Loop.run (file:///opt/live/runtimes/node/loop.cjs:1:2)"));
}

TEST_F(SourcePlaceTest, TheLineOfCodeHasItsNumberAndACaret) {
  EXPECT_THAT(code_at({file, 2, 16}), ElementsAre("2 │ return  event.user.name;", "  │               ^"));
  EXPECT_THAT(code_at({file, 4, 13}), ElementsAre("4 │ const é = x();", "  │           ^"));
  EXPECT_THAT(code_at({file, 1, 0}), ElementsAre("1 │ export const handler = async (event) => {"));
}

TEST_F(SourcePlaceTest, WhatCannotBeShownIsNothing) {
  EXPECT_THAT(code_at({file, 5, 1}), ElementsAre());
  EXPECT_THAT(code_at({file, 6, 1}), ElementsAre());
  EXPECT_THAT(code_at({file, 7, 1}), ElementsAre());
  EXPECT_THAT(code_at({file, 0, 1}), ElementsAre());
  EXPECT_THAT(code_at({"/nowhere", 1, 1}), ElementsAre());
}

}  // namespace
}  // namespace live
