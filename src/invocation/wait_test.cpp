#include "invocation/wait.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace live {
namespace {

using Kind = Wait::Step::Kind;
using Outcome = Posted::Outcome;

class WaitTest : public testing::Test {
 protected:
  ManualClock clock;
  CountingIds ids;
  Wait wait{ids, {"dev", "api-sns"}, "r1", clock.now(), clock.now() + 60s};

  ClientRow row(std::string connection = "client=", std::string session = "session") {
    return {std::move(connection), std::move(session), 1, clock.now(), "ann@laptop"};
  }
  Wait::Step next() { return wait.next(clock.now()); }
  void row_comes(std::optional<ClientRow> row) { wait.row_came(clock.now(), std::move(row)); }
  void post_ends(Outcome outcome) { wait.posted(clock.now(), {outcome, "HTTP"}); }
  // Lets time pass, as the driver would, until something other than sleeping is due.
  Wait::Step run_on() {
    for (int steps = 0; steps < 1000; ++steps) {
      auto step = next();
      if (step.kind != Kind::sleep) return step;
      if (step.until > clock.now()) clock.advance(step.until - clock.now());
    }
    ADD_FAILURE() << "it never stops sleeping";
    return {};
  }
  void accepted() {
    wait.link_is_up("stub=");
    wait.start_with(row());
    ASSERT_EQ(next().kind, Kind::send_invoke);
    post_ends(Outcome::delivered);
    ASSERT_TRUE(wait.accepted());
  }
  std::string message() { return string_or(parse_json_object(wait.reply().payload).value(), "errorMessage"); }
  Milliseconds since(TimePoint start) {
    return std::chrono::duration_cast<Milliseconds>(clock.now() - start);
  }
};

TEST_F(WaitTest, AnAnswerEndsIt) {
  wait.link_is_up("stub=");
  EXPECT_EQ(next().kind, Kind::read_row);
  EXPECT_EQ(next().kind, Kind::sleep) << "one operation at a time";
  row_comes(row());
  auto const send = next();
  EXPECT_EQ(send.kind, Kind::send_invoke);
  EXPECT_EQ(send.connection, "client=");
  post_ends(Outcome::delivered);
  EXPECT_EQ(next().kind, Kind::sleep);
  wait.answer_came(Reply{Reply::Outcome::success, "{}", ""});
  EXPECT_EQ(next().kind, Kind::finish);
  EXPECT_EQ(wait.reply().payload, "{}");
}

TEST_F(WaitTest, AnAnswerMayComeBeforeThePostEnds) {
  wait.link_is_up("stub=");
  wait.start_with(row());
  EXPECT_EQ(next().kind, Kind::send_invoke);
  wait.answer_came(Reply{Reply::Outcome::success, "1", ""});
  EXPECT_EQ(next().kind, Kind::finish);
  post_ends(Outcome::unreachable);
  EXPECT_EQ(next().kind, Kind::finish);
}

TEST_F(WaitTest, WithoutAClientItFailsWithinASecondAndSaysWhatToDo) {
  auto const start = clock.now();
  wait.link_is_up("stub=");
  Wait::Step step;
  int reads = 0;
  while ((step = run_on()).kind == Kind::read_row) {
    row_comes(std::nullopt);
    ++reads;
  }
  EXPECT_EQ(step.kind, Kind::finish);
  EXPECT_EQ(since(start), 1000ms);
  EXPECT_GE(reads, 3);
  EXPECT_LE(reads, 40);
  EXPECT_EQ(wait.reply().error_type, "Live.NoClient");
  EXPECT_EQ(message(),
            "No client is connected for stage dev of api-sns: run `live start --stage dev`, or `live deploy "
            "--stage dev` to put the real code back");
}

TEST_F(WaitTest, AClientThatComesBackWithinTheSecondGetsTheCall) {
  wait.link_is_up("stub=");
  wait.start_with(row("old="));
  EXPECT_EQ(next().kind, Kind::send_invoke);
  post_ends(Outcome::gone);
  EXPECT_EQ(run_on().kind, Kind::read_row);
  row_comes(row("old="));
  EXPECT_EQ(run_on().kind, Kind::read_row) << "a row that still names the gone connection is none";
  row_comes(row("new=", "another session"));
  auto const step = next();
  EXPECT_EQ(step.kind, Kind::send_invoke);
  EXPECT_EQ(step.connection, "new=");
}

TEST_F(WaitTest, WhatMayHaveBeenAcceptedIsNeverSentToAnotherSession) {
  for (auto const unclear : {Outcome::failed, Outcome::unreachable}) {
    Wait one{ids, {"dev", "app"}, "r1", clock.now(), clock.now() + 60s};
    one.link_is_up("stub=");
    one.start_with(row());
    EXPECT_EQ(one.next(clock.now()).kind, Kind::send_invoke);
    one.posted(clock.now(), {unclear, ""});
    clock.advance(1s);
    EXPECT_EQ(one.next(clock.now()).kind, Kind::send_invoke) << "the same session knows a duplicate";
    one.posted(clock.now(), {Outcome::gone, ""});
    clock.advance(500ms);
    ASSERT_EQ(one.next(clock.now()).kind, Kind::read_row);
    one.row_came(clock.now(), row("new=", "another session"));
    ASSERT_EQ(one.next(clock.now()).kind, Kind::finish);
    EXPECT_EQ(one.reply().error_type, "Live.ClientGone");
  }
}

TEST_F(WaitTest, TheSameSessionByANewConnectionGetsAnUnclearCallAgain) {
  wait.link_is_up("stub=");
  wait.start_with(row());
  next();
  post_ends(Outcome::failed);
  EXPECT_EQ(run_on().kind, Kind::send_invoke);
  post_ends(Outcome::gone);
  EXPECT_EQ(run_on().kind, Kind::read_row);
  row_comes(row("new="));
  auto const step = run_on();
  EXPECT_EQ(step.kind, Kind::send_invoke);
  EXPECT_EQ(step.connection, "new=");
}

TEST_F(WaitTest, FiveSecondsOfSilenceEndAnAcceptedCall) {
  accepted();
  wait.alive_came(clock.now(), 1);
  auto const start = clock.now();
  Wait::Step step;
  int asks = 0;
  while ((step = run_on()).kind == Kind::send_ask) {
    EXPECT_GE(since(start), 2000ms);
    post_ends(Outcome::delivered);
    ++asks;
  }
  EXPECT_EQ(step.kind, Kind::finish);
  EXPECT_EQ(since(start), 5000ms);
  EXPECT_EQ(asks, 3);
  EXPECT_EQ(wait.reply().error_type, "Live.ClientSilent");
}

TEST_F(WaitTest, WhatIsNotHeardWhileWeDoNotRunIsNobodysSilence) {
  accepted();
  wait.alive_came(clock.now(), 1);
  clock.advance(30s);
  wait.stood_still(clock.now(), 28s);
  EXPECT_EQ(next().kind, Kind::send_ask);
  post_ends(Outcome::delivered);
  auto const start = clock.now();
  while (run_on().kind == Kind::send_ask) post_ends(Outcome::delivered);
  EXPECT_EQ(since(start), 3000ms) << "the two seconds before count";
  EXPECT_EQ(wait.reply().error_type, "Live.ClientSilent");
}

TEST_F(WaitTest, WhatCameWhenWeRanAgainIsNoLaterThanNow) {
  accepted();
  clock.advance(30s);
  wait.alive_came(clock.now(), 1);
  wait.stood_still(clock.now(), 28s);
  auto const start = clock.now();
  while (run_on().kind == Kind::send_ask) post_ends(Outcome::delivered);
  EXPECT_EQ(since(start), 5000ms);
}

TEST_F(WaitTest, ATroubleIsBorneNoShorterForAStandstill) {
  wait.start_with(row());
  clock.advance(10s);
  wait.stood_still(clock.now(), 9s);
  EXPECT_EQ(next().kind, Kind::sleep) << "our own connection has been down for a second, as far as we know";
}

TEST_F(WaitTest, UntilTheClientHasSpokenTheMessageItselfGoesAgain) {
  accepted();
  auto const start = clock.now();
  auto step = run_on();
  EXPECT_EQ(step.kind, Kind::send_invoke);
  EXPECT_EQ(since(start), 2000ms);
  EXPECT_EQ(step.session, "session");
  post_ends(Outcome::delivered);
  wait.alive_came(clock.now(), 3);
  EXPECT_EQ(run_on().kind, Kind::send_ask);
}

TEST_F(WaitTest, RepeatingTheMessageDoesNotProlongTheSilence) {
  accepted();
  auto const start = clock.now();
  while (run_on().kind == Kind::send_invoke) post_ends(Outcome::delivered);
  EXPECT_EQ(since(start), 5000ms);
  EXPECT_EQ(wait.reply().error_type, "Live.ClientSilent");
}

TEST_F(WaitTest, ALivingClientIsWaitedForUntilTheDeadlineAndNeverAsked) {
  accepted();
  uint32_t sequence = 0;
  for (auto last = clock.now(); clock.now() < last + 57s; clock.advance(1500ms)) {
    wait.alive_came(clock.now(), ++sequence);
    ASSERT_EQ(next().kind, Kind::sleep);
  }
  while (next().kind != Kind::finish) {
    wait.alive_came(clock.now(), ++sequence);
    clock.advance(100ms);
  }
  EXPECT_EQ(wait.reply().error_type, "Sandbox.Timedout");
  EXPECT_EQ(message(), "RequestId: r1 Error: Task timed out after 60.00 seconds");
}

TEST_F(WaitTest, AReplayedAliveDoesNotKeepItWaiting) {
  accepted();
  wait.alive_came(clock.now(), 1);
  auto const start = clock.now();
  Wait::Step step;
  while ((step = next()).kind != Kind::finish && since(start) < 20s) {
    if (step.kind == Kind::send_ask) post_ends(Outcome::delivered);
    wait.alive_came(clock.now(), 1);
    clock.advance(100ms);
  }
  EXPECT_EQ(since(start), 5000ms);
}

TEST_F(WaitTest, AClientKilledAfterAcceptingIsNoticedByTheFirstQuestion) {
  accepted();
  wait.alive_came(clock.now(), 1);
  auto const start = clock.now();
  ASSERT_EQ(run_on().kind, Kind::send_ask);
  post_ends(Outcome::gone);
  ASSERT_EQ(run_on().kind, Kind::read_row);
  row_comes(row("new=", "restarted"));
  EXPECT_EQ(next().kind, Kind::finish);
  EXPECT_EQ(wait.reply().error_type, "Live.ClientGone");
  EXPECT_LE(since(start), 2500ms);
}

TEST_F(WaitTest, AClientThatReconnectedIsAskedByItsNewConnection) {
  accepted();
  wait.alive_came(clock.now(), 1);
  ASSERT_EQ(run_on().kind, Kind::send_ask);
  post_ends(Outcome::gone);
  ASSERT_EQ(run_on().kind, Kind::read_row);
  row_comes(row("new="));
  auto const step = run_on();
  EXPECT_EQ(step.kind, Kind::send_ask);
  EXPECT_EQ(step.connection, "new=");
}

TEST_F(WaitTest, ANewConnectionOfOursIsToldToTheClientAtOnce) {
  accepted();
  wait.alive_came(clock.now(), 1);
  wait.link_is_down(clock.now(), "closed");
  EXPECT_EQ(next().kind, Kind::sleep);
  clock.advance(300ms);
  wait.link_is_up("stub2=");
  EXPECT_EQ(next().kind, Kind::send_ask);
}

TEST_F(WaitTest, AnAskForTheAnswerByANewConnectionThatIsRefusedIsRepeatedSoon) {
  accepted();
  wait.alive_came(clock.now(), 1);
  wait.link_is_down(clock.now(), "closed");
  wait.link_is_up("stub2=");
  EXPECT_EQ(next().kind, Kind::send_ask);
  post_ends(Outcome::throttled);
  auto const refused = clock.now();
  EXPECT_EQ(run_on().kind, Kind::send_ask);
  EXPECT_LE(clock.now() - refused, 100ms);
}

TEST_F(WaitTest, MovedLeadsToTheNextClientAndOnlyThere) {
  accepted();
  wait.moved_came(clock.now(), 1);
  ASSERT_EQ(run_on().kind, Kind::read_row);
  row_comes(row("new=", "the one who took over"));
  auto const step = next();
  EXPECT_EQ(step.kind, Kind::send_invoke);
  EXPECT_EQ(step.connection, "new=");
}

TEST_F(WaitTest, MovedWhileThePostIsInFlightIsNotAcceptance) {
  wait.link_is_up("stub=");
  wait.start_with(row());
  next();
  wait.moved_came(clock.now(), 1);
  post_ends(Outcome::delivered);
  EXPECT_FALSE(wait.accepted());
  EXPECT_EQ(run_on().kind, Kind::read_row);
}

TEST_F(WaitTest, ThrottlingIsWaitedOutWithinTheDeadlineAndSendsLessByMessage) {
  wait.link_is_up("stub=");
  wait.start_with(row());
  EXPECT_FALSE(next().small);
  int tries = 1;
  post_ends(Outcome::throttled);
  Wait::Step step;
  while ((step = run_on()).kind == Kind::send_invoke) {
    EXPECT_TRUE(step.small);
    post_ends(Outcome::throttled);
    ++tries;
  }
  EXPECT_EQ(step.kind, Kind::finish);
  EXPECT_GT(tries, 30);
  EXPECT_LT(tries, 150);
  EXPECT_EQ(wait.reply().error_type, "Live.Throttled");
}

TEST_F(WaitTest, ServerErrorsAreRetriedAndThenForgotten) {
  wait.link_is_up("stub=");
  EXPECT_EQ(next().kind, Kind::read_row);
  wait.row_came(clock.now(), fault(Fault::Kind::refused, "HTTP 503", 503));
  EXPECT_EQ(run_on().kind, Kind::read_row);
  row_comes(row());
  EXPECT_EQ(run_on().kind, Kind::send_invoke);
  post_ends(Outcome::failed);
  EXPECT_EQ(run_on().kind, Kind::send_invoke);
  post_ends(Outcome::delivered);
  EXPECT_TRUE(wait.accepted());
}

TEST_F(WaitTest, AMissingPermissionIsToldAfterASecond) {
  auto const start = clock.now();
  wait.link_is_up("stub=");
  Wait::Step step;
  while ((step = run_on()).kind == Kind::read_row) {
    wait.row_came(clock.now(), fault(Fault::Kind::refused, "AccessDeniedException: no", 400));
  }
  EXPECT_EQ(step.kind, Kind::finish);
  EXPECT_EQ(since(start), 1000ms);
  EXPECT_NE(message().find("AccessDeniedException"), std::string::npos);
}

TEST_F(WaitTest, AStubWithoutConnectionSaysWhy) {
  auto const start = clock.now();
  wait.link_is_down(clock.now(), "HTTP 403: the role may not connect");
  EXPECT_EQ(run_on().kind, Kind::finish);
  EXPECT_EQ(since(start), 3000ms);
  EXPECT_NE(message().find("the role may not connect"), std::string::npos);
}

TEST_F(WaitTest, BeforeTheDeadlineItSaysWhyNothingCame) {
  for (auto const& [time, margin] :
       {std::pair(800ms, 200ms), {1000ms, 250ms}, {2000ms, 250ms}, {4000ms, 500ms}, {60'000ms, 1000ms}}) {
    auto const began = clock.now();
    Wait one{ids, {"dev", "app"}, "r1", began, began + time};
    one.link_is_up("stub=");
    one.start_with(row());
    while (one.next(clock.now()).kind != Kind::finish) {
      one.posted(clock.now(), {Outcome::throttled, "slowly"});
      clock.advance(1ms);
    }
    EXPECT_EQ(began + time - clock.now(), margin);
    EXPECT_EQ(one.reply().error_type, "Live.Throttled");
  }
}

TEST_F(WaitTest, BeforeTheDeadlineItSaysThatItHasNoConnection) {
  Wait brief{ids, {"dev", "app"}, "r1", clock.now(), clock.now() + 1s};
  brief.link_is_down(clock.now(), "no route");
  auto const step = brief.next(clock.now());
  EXPECT_EQ(step.until, clock.now() + 750ms);
  clock.advance(750ms);
  EXPECT_EQ(brief.next(clock.now()).kind, Kind::finish);
  EXPECT_EQ(brief.reply().error_type, "Live.NotConnected");
}

TEST_F(WaitTest, AnAnswerInTheStoreSuspendsTheRuleOfSilence) {
  accepted();
  wait.answer_is_coming(clock.now());
  clock.advance(20s);
  EXPECT_EQ(next().kind, Kind::sleep);
  wait.answer_came(Reply{});
  EXPECT_EQ(next().kind, Kind::finish);
}

// While the gateway refuses the stub's questions it may refuse the client's answers as well.
TEST_F(WaitTest, WhileTheGatewayRefusesQuestionsNobodyIsSilent) {
  accepted();
  auto step = run_on();
  auto const refused = clock.now();
  for (; since(refused) < 20s; step = run_on()) {
    ASSERT_NE(step.kind, Kind::finish) << message();
    post_ends(since(refused) < 10s ? Outcome::throttled : Outcome::failed);
  }
  post_ends(Outcome::delivered);
  auto const back = clock.now();
  while ((step = run_on()).kind != Kind::finish) post_ends(Outcome::delivered);
  EXPECT_EQ(since(back), 3000ms) << "two of the five seconds had gone by before";
  EXPECT_EQ(wait.reply().error_type, "Live.ClientSilent");
}

TEST_F(WaitTest, AGatewayThatRefusesUntilTheDeadlineIsWhatIsTold) {
  accepted();
  auto const began = clock.now();
  while (run_on().kind != Kind::finish) post_ends(Outcome::throttled);
  EXPECT_EQ(since(began), 59'000ms);
  EXPECT_EQ(wait.reply().error_type, "Live.Throttled");
}

TEST_F(WaitTest, SequencesCountUp) {
  EXPECT_EQ(wait.next_sequence(), 1u);
  EXPECT_EQ(wait.next_sequence(), 2u);
}

}  // namespace
}  // namespace live
