#include "runtime/source_breakpoints.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/file.h"
#include "base/json.h"

namespace live {
namespace {

// Two sources; of each the first line has code, of the first one the third, too.
constexpr const char* kMappings = "AAAA;AAEA;ACFA";

struct SourceBreakpointsTest : testing::Test {
  TempDir folder = std::move(TempDir::create("source-breakpoints").value());
  std::shared_ptr<SourceBreakpoints::Unplaced> unplaced = std::make_shared<SourceBreakpoints::Unplaced>();
  SourceBreakpoints breakpoints{unplaced};

  std::string url(const std::string& name) const { return "file://" + (folder.path() / name).string(); }
  void build() {
    json::object const map{{"sources", {"../src/greet.ts", "../src/other one.ts"}}, {"mappings", kMappings}};
    ASSERT_TRUE(write_file(folder.path() / "build/index.cjs.map", json::serialize(map)));
  }
  void announce(SourceBreakpoints& to, const std::string& map = "index.cjs.map") {
    json::object const script{{"url", url("build/index.cjs")}, {"sourceMapURL", map}};
    to.process_says(R"({"method":"Debugger.scriptParsed","params":)" + json::serialize(script) + "}");
  }
  void announce() { announce(breakpoints); }
  static bool set(SourceBreakpoints& in, const json::object& where) {
    json::object const message{{"id", 1}, {"method", "Debugger.setBreakpointByUrl"}, {"params", where}};
    return in.debugger_says(json::serialize(message));
  }
  bool set(const json::object& where) { return set(breakpoints, where); }
  bool place(SourceBreakpoints& in) { return set(in, {{"url", url("build/index.cjs")}, {"lineNumber", 1}}); }
  // In the next process of the same debugger, which sets the same breakpoint.
  std::unique_ptr<SourceBreakpoints> next(const json::object& where) {
    auto after = std::make_unique<SourceBreakpoints>(unplaced);
    set(*after, where);
    announce(*after);
    return after;
  }
};

TEST_F(SourceBreakpointsTest, OneInASourceOfAScriptIsToBePlacedUntilTheScriptHasOne) {
  build();
  EXPECT_TRUE(set({{"urlRegex", R"(src\/greet\.ts($|\?))"}, {"lineNumber", 2}}));
  EXPECT_FALSE(breakpoints.are_to_be_placed());
  announce();
  EXPECT_TRUE(breakpoints.are_to_be_placed());
  EXPECT_TRUE(place(breakpoints));
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneThatWasPlacedBeforeTheScriptCameIsNotAwaited) {
  build();
  set({{"url", url("src/greet.ts")}, {"lineNumber", 0}});
  place(breakpoints);
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneInAnotherFunctionsSourceIsNotAwaited) {
  build();
  set({{"url", url("src/another.ts")}, {"lineNumber", 0}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneAtALineWithoutCodeIsNotAwaited) {
  build();
  set({{"url", url("src/greet.ts")}, {"lineNumber", 1}});
  set({{"url", url("src/other one.ts")}, {"lineNumber", 2}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
  set({{"url", url("src/other one.ts")}, {"lineNumber", 0}});
  EXPECT_TRUE(breakpoints.are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, OneThatTheDebuggerHasLeftIsNotAwaitedInTheNextProcess) {
  build();
  json::object const left{{"url", url("src/greet.ts")}, {"lineNumber", 0}};
  set(left);
  announce();
  breakpoints.give_up();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
  auto after = next(left);
  EXPECT_FALSE(after->are_to_be_placed());
  set(*after, {{"url", url("src/greet.ts")}, {"lineNumber", 2}});
  EXPECT_TRUE(after->are_to_be_placed()) << "another one is";
}

TEST_F(SourceBreakpointsTest, ADebuggerThatPlacesThemLateIsWaitedForAgain) {
  build();
  json::object const late{{"url", url("src/greet.ts")}, {"lineNumber", 0}};
  set(late);
  announce();
  breakpoints.give_up();
  place(breakpoints);
  EXPECT_TRUE(next(late)->are_to_be_placed());
}

TEST_F(SourceBreakpointsTest, AMapThatCannotBeReadHasNoneToPlace) {
  set({{"url", url("src/greet.ts")}, {"lineNumber", 0}});
  announce();
  EXPECT_FALSE(breakpoints.are_to_be_placed());
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
