#include "live/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "live/columns.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct TerminalTest : testing::Test {
  TerminalTest() {
    function.construct_path = "dev-app-api/Api";
    function.handler = "api.handler";
    call.request_id = "0123456789abcdef";
  }
  Terminal terminal(Terminal::Detail detail = Terminal::Detail::shortened) {
    return Terminal([this](std::string_view line) { lines.emplace_back(line); }, Terminal::Colour::off,
                    detail);
  }
  std::vector<std::string> lines;
  LocalFunction function;
  Invocation call;
};

TEST(Timing, OfAnInitThatHasNotEndedIsAllThatThereWas) {
  Timing ended{.init = 1ms, .handler = 60ms}, broken{.init = 1ms, .handler = 60ms};
  ended.take_init(50ms);
  broken.take_init(0ms);
  EXPECT_EQ(std::pair(ended.init, ended.handler), std::pair(51'000us, 10'000us));
  EXPECT_EQ(std::pair(broken.init, broken.handler), std::pair(61'000us, 0us));
}

TEST_F(TerminalTest, ACallIsABlockUnderItsShortId) {
  auto to = terminal();
  call.event = R"({"httpMethod":"GET","path":"/a"})";
  to.received(function, call);
  to.printed(function, call.request_id, Process::Stream::out, "hello");
  to.answered(function, call, {Reply::Outcome::success, R"({"statusCode":200,"body":"ok"})", ""},
              {.handler = 12ms});
  EXPECT_THAT(lines, ElementsAre("01234567 → GET /a  Api [api.handler]", "01234567 │ hello",
                                 "01234567 ← 200 ok  12 ms"));
}

TEST_F(TerminalTest, ANoteStandsUnderItsCall) {
  terminal().note(call.request_id, "Lambda tries this request again: attempt 2");
  EXPECT_THAT(lines, ElementsAre("01234567 ! Lambda tries this request again: attempt 2"));
}

TEST_F(TerminalTest, ATimeOfSeveralPartsSaysWhereItWent) {
  terminal().answered(function, call, {Reply::Outcome::success, "null", ""},
                      {.build = 30ms, .init = 100ms, .handler = 1200us});
  EXPECT_THAT(lines, ElementsAre("01234567 ← null  131 ms (build 30 ms, init 100 ms, handler 1.2 ms)"));
}

TEST_F(TerminalTest, VerboseShowsWhatAwsWouldBillAndWhatMemoryWasUsed) {
  function.memory_mb = 256;
  Timing const timing{.init = 100ms, .handler = 1200us, .max_memory_mb = 57};
  terminal(Terminal::Detail::whole).answered(function, call, {Reply::Outcome::success, "1", ""}, timing);
  EXPECT_EQ(lines.back(), "01234567 · billed 102 ms, at most 57 of 256 MB used");
}

TEST_F(TerminalTest, AnErrorShowsItsTraceOnce) {
  terminal().answered(
      function, call,
      {Reply::Outcome::function_error,
       R"-({"errorType":"Error","errorMessage":"no luck","trace":["Error: no luck","    at a (b.js:1:2)"]})-",
       "Error"},
      {.handler = 3ms});
  EXPECT_THAT(lines, ElementsAre("01234567 ✗ Error: no luck  3.0 ms", "01234567 │     at a (b.js:1:2)"));
}

TEST_F(TerminalTest, AnErrorNamesTheUsersOwnFrameFirstAndCountsTheOthers) {
  auto const reply = Reply{
      Reply::Outcome::function_error,
      R"-({"errorType":"Error","errorMessage":"no","trace":["Error: no","    at send (/app/node_modules/sdk/a.js:1:2)",
          "    at buy (/app/src/shop.ts:3:4)","    at async run (node:internal/x:5:6)","    at handler (/app/src/api.ts:7:8)"]})-",
      "Error"};
  Terminal::Surroundings around{.folder = "/app"};
  auto const write = [this](std::string_view line) { lines.emplace_back(line); };
  Terminal(write, Terminal::Colour::off, Terminal::Detail::shortened, around)
      .answered(function, call, reply, {});
  EXPECT_THAT(lines, ElementsAre("01234567 ✗ Error: no  0.0 ms", "01234567 │     at buy (src/shop.ts:3:4)",
                                 "01234567 │     at handler (src/api.ts:7:8)",
                                 "01234567 │     … 2 frames of packages and Node.js (--verbose shows them)"));
  lines.clear();
  Terminal(write, Terminal::Colour::off, Terminal::Detail::whole, around).answered(function, call, reply, {});
  EXPECT_THAT(lines, testing::Contains("01234567 │     at send (node_modules/sdk/a.js:1:2)"));
}

TEST_F(TerminalTest, APayloadOfSeveralLinesIsShownOnOne) {
  terminal().answered(function, call,
                      {Reply::Outcome::success, R"({"statusCode":200,"body":"a\r\n  b\nc"})", ""}, {});
  EXPECT_THAT(lines, ElementsAre("01234567 ← 200 a b c  0.0 ms"));
}

TEST_F(TerminalTest, ALongerMessageStandsBelowItsFirstLine) {
  terminal().answered(function, call, function_error("Live.BuildError", "a.ts:1:2: no\n    1 | x("), {});
  EXPECT_THAT(lines,
              ElementsAre("01234567 ✗ Live.BuildError: a.ts:1:2: no  0.0 ms", "01234567 │     1 | x("));
}

TEST_F(TerminalTest, ALongPayloadIsCutBetweenCharactersUnlessAllIsWanted) {
  std::string text = "\"";
  for (int i = 0; i < 200; ++i) text += "é";
  text += '"';
  terminal().answered(function, call, {Reply::Outcome::success, text, ""}, {});
  EXPECT_THAT(lines.back(), testing::HasSubstr("é… (402 bytes)"));
  terminal(Terminal::Detail::whole).answered(function, call, {Reply::Outcome::success, text, ""}, {});
  EXPECT_THAT(lines.back(), testing::HasSubstr(text));
}

TEST_F(TerminalTest, AStreamSaysHowMuchItWasAndWhenItBegan) {
  Timing timing{.handler = 1200ms, .streamed = Timing::Streamed{20'000'000, 12ms}};
  terminal().answered(function, call, Reply{}, timing);
  timing.streamed->bytes = 5;
  terminal().answered(function, call, function_error("RangeError", "too far"), timing);
  EXPECT_THAT(lines,
              ElementsAre("01234567 ← streamed 20.0 MB, the first after 12 ms  1.2 s",
                          "01234567 ✗ RangeError: too far (streamed 5 bytes, the first after 12 ms)  1.2 s"));
}

TEST_F(TerminalTest, PlainJavaScriptIsChangedAndABundleRebuilt) {
  auto to = terminal();
  to.rebuilt(function, 0us);
  to.rebuilt(function, 9600us);
  EXPECT_THAT(lines, ElementsAre("↻ Api changed", "↻ Api rebuilt in 9.6 ms"));
}

struct TimedTerminalTest : TerminalTest {
  Terminal::Surroundings around(Screen* screen = nullptr) {
    return {.screen = screen, .now = [this] { return now; }};
  }
  Terminal timed(Terminal::Detail detail = Terminal::Detail::shortened) {
    return Terminal([this](std::string_view line) { lines.emplace_back(line); }, Terminal::Colour::off,
                    detail, around());
  }
  Steady::time_point now{};
};

TEST_F(TimedTerminalTest, ASlowCallSaysOnceWhatItWaitsFor) {
  auto to = timed();
  function.timeout_seconds = 30;
  to.received(function, call);
  EXPECT_EQ(*to.refresh(), now + 1s);
  to.entered(call.request_id, Phase::handler);
  now += 1200ms;
  to.refresh();
  EXPECT_FALSE(to.refresh());
  EXPECT_THAT(lines, ElementsAre(testing::HasSubstr("→"),
                                 "01234567 … 1.2 s so far: its handler runs (timeout 30 s)"));
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  to.delivering(call.request_id);
  now += 1s;
  to.refresh();
  EXPECT_EQ(lines.back(), "01234567 … 1.0 s so far: waits for the upload of its answer");
  to.delivered(call.request_id);
  EXPECT_FALSE(to.refresh());
}

TEST_F(TimedTerminalTest, AQuickCallSaysNothingOfWaiting) {
  auto to = timed();
  to.received(function, call);
  now += 900ms;
  to.refresh();
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  EXPECT_FALSE(to.refresh());
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(TimedTerminalTest, WithQuietASlowCallSaysNothing) {
  auto to = timed(Terminal::Detail::quiet);
  to.received(function, call);
  now += 2s;
  to.refresh();
  EXPECT_THAT(lines, ElementsAre());
}

TEST_F(TimedTerminalTest, OnATerminalWhatASlowCallWaitsForStaysBelow) {
  std::string written;
  Screen screen([&written](std::string_view bytes) { written += bytes; }, [] { return Screen::Size(); });
  Terminal to([&screen](std::string_view line) { screen.print(line); }, Terminal::Colour::off,
              Terminal::Detail::shortened, around(&screen));
  auto const drawn = [&] {
    written.clear();
    to.refresh();
    screen.draw();
    return written;
  };
  to.received(function, call);
  EXPECT_EQ(drawn(), "");
  now += 1s;
  EXPECT_EQ(drawn(), "01234567 … Api  waits for the build of its code, 1 s\n");
  to.printed(function, call.request_id, Process::Stream::out, "\x1b[31mred\x1b[2A");
  EXPECT_EQ(written,
            "01234567 … Api  waits for the build of its code, 1 s\n\r\x1b[1A\x1b[J"
            "01234567 │ \x1b[31mred\x1b[0m\n");
  now += 1s;
  EXPECT_EQ(drawn(), "01234567 … Api  waits for the build of its code, 2 s\n");
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  EXPECT_EQ(drawn(), "");
  EXPECT_FALSE(to.refresh());
  to.delivering(call.request_id);
  now += 1s;
  EXPECT_EQ(drawn(), "01234567 … Api  waits for the upload of its answer, 1 s\n");
}

TEST_F(TimedTerminalTest, OnATerminalAnOfferStaysLastUntilItIsWithdrawn) {
  std::string written;
  Screen screen([&written](std::string_view bytes) { written += bytes; }, [] { return Screen::Size(); });
  Terminal to([&screen](std::string_view line) { screen.print(line); }, Terminal::Colour::off,
              Terminal::Detail::shortened, around(&screen));
  auto const drawn = [&] {
    written.clear();
    auto const due = to.refresh();
    screen.draw();
    return std::pair(written, due.has_value());
  };
  to.offer("Press ENTER");
  EXPECT_EQ(drawn(), std::pair(std::string("Press ENTER\n"), false)) << "it has no clock";
  to.received(function, call);
  now += 1s;
  EXPECT_THAT(drawn().first, testing::EndsWith("waits for the build of its code, 1 s\nPress ENTER\n"));
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  EXPECT_EQ(drawn().first, "Press ENTER\n");
  to.withdraw_offer();
  EXPECT_EQ(drawn(), std::pair(std::string("\r\x1b[1A\x1b[J"), false));
}

TEST_F(TimedTerminalTest, WithoutATerminalAnOfferIsALine) {
  auto to = timed(Terminal::Detail::quiet);
  to.offer("Press ENTER");
  EXPECT_THAT(lines, ElementsAre("Press ENTER"));
}

TEST_F(TimedTerminalTest, OnATerminalAPayloadLeavesItsLineOnOneRow) {
  Screen screen([](std::string_view) {}, [] { return Screen::Size{.columns = 80, .rows = 24}; });
  Terminal to([this](std::string_view line) { lines.emplace_back(line); }, Terminal::Colour::off,
              Terminal::Detail::shortened, around(&screen));
  to.answered(function, call, {Reply::Outcome::success, '"' + std::string(500, 'x') + '"', ""},
              {.handler = 20ms});
  EXPECT_LT(columns_of(lines.back()), 80u);
  EXPECT_THAT(lines.back(), testing::HasSubstr("x… (502 bytes)  20 ms"));
}

TEST_F(TerminalTest, QuietLeavesWarningsErrorsResultsAndWhatHandlersPrint) {
  auto to = terminal(Terminal::Detail::quiet);
  to.say("on the way");
  to.step("Stack deployed", 5ms);
  to.good("in order");
  to.detail("more");
  to.rebuilt(function, 1ms);
  to.received(function, call);
  to.answered(function, call, {Reply::Outcome::success, "1", ""}, {});
  EXPECT_THAT(lines, ElementsAre());
  to.warn("mind this");
  to.fail("no");
  to.result("  ApiUrl: http://x");
  to.finish("Live", 5ms);
  to.printed(function, call.request_id, Process::Stream::out, "hello");
  to.answered(function, call, function_error("TypeError", "x"), {});
  EXPECT_THAT(lines, ElementsAre("! mind this", "✗ no", "  ApiUrl: http://x", "✓ Live (5.0 ms)",
                                 "01234567 │ hello", "01234567 ✗ TypeError: x  0.0 ms"));
}

}  // namespace
}  // namespace live
