#include "live/json_terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct JsonTerminalTest : testing::Test {
  JsonTerminalTest() {
    function.construct_path = "api/Api";
    function.name = "dev-Api";
    function.handler = "api.handler";
    call.request_id = "0123456789abcdef";
    call.event = R"({"httpMethod":"GET","path":"/a"})";
  }
  JsonTerminal terminal(Terminal::Detail detail = Terminal::Detail::shortened) {
    return JsonTerminal([this](std::string_view line) { lines.emplace_back(line); }, detail, clock);
  }
  json::object last() { return parse_json_object(lines.back()).value(); }

  ManualClock clock;
  std::vector<std::string> lines;
  LocalFunction function;
  Invocation call;
};

TEST_F(JsonTerminalTest, EveryLineIsOneObjectWithATypeAndATime) {
  auto to = terminal(Terminal::Detail::whole);
  to.say("  indented", {{"type", "output"}, {"key", "Url"}});
  to.say("plain");
  to.step("done", 1500ms);
  to.good("in order");
  to.warn("mind");
  to.fail("no");
  to.detail("more");
  to.note("id", "again");
  to.received(function, call);
  to.queued(function, call, 3);
  to.printed(function, "", Process::Stream::err, "two\nlines");
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  to.ignored(function, "NODE_OPTIONS");
  to.installing(function, "debugpy", "/app/.live/python/1");
  to.installed(function, 3ms);
  to.rebuilt(function, 3ms);
  to.build_failed(function, "a.ts:1:2: no");
  std::vector<std::string> types;
  for (auto const& line : lines) {
    EXPECT_EQ(line.find('\n'), std::string::npos);
    auto const one = parse_json_object(line).value();
    types.push_back(string_or(one, "type"));
    EXPECT_EQ(string_or(one, "time"), iso8601(clock.now()));
  }
  EXPECT_THAT(types, ElementsAre("output", "message", "step", "step", "warning", "error", "detail", "note",
                                 "request", "queued", "log", "response", "variable-not-taken", "installing",
                                 "installed", "rebuilt", "build-failed"));
  auto const page = read_file(std::string(LIVE_SOURCE_DIR) + "/docs/json.md").value();
  for (auto const& type : types) EXPECT_THAT(page, HasSubstr("`" + type + "`"));
}

TEST_F(JsonTerminalTest, AFactKeepsItsFieldsAndGetsTheTextOfTheLine) {
  terminal().step("Stack a deployed", 1500ms, {{"type", "stack"}, {"stack", "a"}});
  EXPECT_EQ(string_or(last(), "type"), "stack");
  EXPECT_EQ(string_or(last(), "stack"), "a");
  EXPECT_EQ(string_or(last(), "text"), "Stack a deployed");
  EXPECT_EQ(find_int(last(), "took_ms"), 1500);
}

TEST_F(JsonTerminalTest, ARequestAndItsAnswerShareAnIdAndSayWhereTheTimeWent) {
  terminal().received(function, call);
  EXPECT_EQ(string_or(last(), "request_id"), call.request_id);
  EXPECT_EQ(string_or(last(), "function"), "api/Api");
  EXPECT_EQ(string_or(last(), "name"), "dev-Api");
  EXPECT_EQ(string_or(last(), "trigger"), "GET /a");
  EXPECT_FALSE(last().contains("event"));
  terminal().answered(function, call, {Reply::Outcome::success, R"({"a":1})", ""},
                      {.init = 20ms, .handler = 1500us});
  EXPECT_THAT(lines.back(), HasSubstr(R"("payload_bytes":7,"payload":"{\"a\":1}")"));
  EXPECT_THAT(lines.back(), HasSubstr(R"("build_ms":0,"queue_ms":0,"init_ms":20,"handler_ms":1.5)"));
}

TEST_F(JsonTerminalTest, AnAnswerSaysWhatAwsWouldBillAndWhatMemoryWasUsed) {
  terminal().answered(function, call, {Reply::Outcome::success, "1", ""},
                      {.init = 20ms, .handler = 1500us, .max_memory_mb = 57});
  EXPECT_EQ(find_int(last(), "billed_ms"), 22);
  EXPECT_EQ(find_int(last(), "max_memory_mb"), 57);
}

TEST_F(JsonTerminalTest, ExtensionsThatDoNotRunAreAFact) {
  terminal().extensions_absent(function, "shop/Layer", {"first", "second"}, "nothing is there");
  EXPECT_EQ(string_or(last(), "type"), "extensions-absent");
  EXPECT_EQ(string_or(last(), "layer"), "shop/Layer");
  EXPECT_EQ(last().at("extensions"), (json::array{"first", "second"}));
  EXPECT_THAT(string_or(last(), "text"), HasSubstr("(first, second of layer shop/Layer): nothing is there"));
}

TEST_F(JsonTerminalTest, WholePayloadsAreForVerbose) {
  Reply const large{Reply::Outcome::success, std::string(5000, 'x'), ""};
  terminal().answered(function, call, large, {});
  EXPECT_FALSE(last().contains("payload"));
  EXPECT_EQ(find_int(last(), "payload_bytes"), 5000);
  terminal(Terminal::Detail::whole).answered(function, call, large, {});
  EXPECT_EQ(string_or(last(), "payload").size(), 5000u);
  terminal(Terminal::Detail::whole).received(function, call);
  EXPECT_EQ(string_or(last(), "event"), call.event);
}

TEST_F(JsonTerminalTest, AFailureHasItsTypeMessageAndTrace) {
  Reply const failed{
      Reply::Outcome::function_error,
      R"-({"errorType":"TypeError","errorMessage":"no luck","trace":["TypeError: no luck","    at a (b.js:1:2)"]})-",
      "TypeError"};
  terminal(Terminal::Detail::quiet).answered(function, call, failed, {});
  EXPECT_EQ(string_or(last(), "type"), "failure");
  EXPECT_EQ(string_or(last(), "error_type"), "TypeError");
  EXPECT_EQ(string_or(last(), "error_message"), "no luck");
  EXPECT_EQ(last().at("trace").get_array().size(), 2u);
}

TEST_F(JsonTerminalTest, BytesThatAreNoTextDoNotBreakALine) {
  terminal().printed(function, call.request_id, Process::Stream::out, "a\xFF\x01");
  EXPECT_EQ(string_or(last(), "line"), "a\uFFFD\x01");
}

TEST_F(JsonTerminalTest, QuietLeavesWarningsErrorsAndResults) {
  auto to = terminal(Terminal::Detail::quiet);
  to.say("x");
  to.step("x", 1ms);
  to.received(function, call);
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  to.rebuilt(function, 1ms);
  EXPECT_THAT(lines, ElementsAre());
  to.result("x");
  to.warn("x");
  EXPECT_EQ(lines.size(), 2u);
}

}  // namespace
}  // namespace live
