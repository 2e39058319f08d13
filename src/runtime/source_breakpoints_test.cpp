#include "runtime/source_breakpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

struct SourceBreakpointsTest : testing::Test {
  TempDir folder = std::move(TempDir::create("source-breakpoints").value());
  SourceBreakpoints breakpoints;

  std::string url(const std::string& name) const { return "file://" + (folder.path() / name).string(); }
  void build(const json::value& map = {{"sources", {"../src/greet.ts", "../src/other one.ts"}}}) {
    ASSERT_TRUE(write_file(folder.path() / "build/index.cjs.map", json::serialize(map)));
  }
  void announce(const std::string& map = "index.cjs.map") {
    json::object const script{{"url", url("build/index.cjs")}, {"sourceMapURL", map}};
    breakpoints.process_says(R"({"method":"Debugger.scriptParsed","params":)" + json::serialize(script) +
                             "}");
  }
  bool set(const json::object& where) {
    json::object const message{{"id", 1}, {"method", "Debugger.setBreakpointByUrl"}, {"params", where}};
    return breakpoints.debugger_says(json::serialize(message));
  }
};

TEST_F(SourceBreakpointsTest, OneInASourceOfAScriptIsToBePlacedUntilTheScriptHasOne) {
  build();
  EXPECT_TRUE(set({{"urlRegex", R"(src\/greet\.ts($|\?))"}}));
  EXPECT_FALSE(breakpoints.are_to_be_placed());
  announce();
  EXPECT_TRUE(breakpoints.are_to_be_placed());
  EXPECT_TRUE(set({{"url", url("build/index.cjs")}}));
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneThatWasPlacedBeforeTheScriptCameIsNotAwaited) {
  build();
  set({{"url", url("src/greet.ts")}});
  set({{"url", url("build/index.cjs")}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneInAnotherFunctionsSourceIsNotAwaited) {
  build();
  set({{"url", url("src/another.ts")}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, SourcesAreFoundFromTheirRoot) {
  build({{"sourceRoot", "../src/"}, {"sources", {"greet.ts"}}});
  EXPECT_THAT(sources_of(url("build/index.cjs"), "index.cjs.map"),
              testing::ElementsAre((folder.path() / "src/greet.ts").string()));
}

TEST_F(SourceBreakpointsTest, AMapThatCannotBeReadHasNoSources) {
  EXPECT_TRUE(sources_of(url("build/index.cjs"), "missing.map").empty());
  EXPECT_TRUE(sources_of("node:fs", "index.cjs.map").empty());
  EXPECT_TRUE(sources_of(url("build/index.cjs"), "data:application/json;base64,e30=").empty());
  build({{"sources", 7}});
  EXPECT_TRUE(sources_of(url("build/index.cjs"), "index.cjs.map").empty());
}

TEST_F(SourceBreakpointsTest, APatternThatIsNoneMatchesNothing) {
  build();
  set({{"urlRegex", "("}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, WhatElseTheTwoSayIsNoBreakpoint) {
  EXPECT_FALSE(breakpoints.debugger_says(R"({"id":1,"method":"Debugger.enable"})"));
  EXPECT_FALSE(breakpoints.debugger_says(""));
  breakpoints.process_says(R"({"method":"Debugger.scriptParsed","params":7})");
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

}  // namespace
}  // namespace live
