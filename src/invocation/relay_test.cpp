// Calls through both ends of the relay.
#include <thread>

#include "invocation/relay_testing.h"

namespace live {
namespace {

TEST_F(RelayTest, ACallRunsAtTheClientAndItsAnswerComesBack) {
  auto const reply = invoke(call(R"({"a":1})"));
  EXPECT_EQ(reply.outcome, Reply::Outcome::success);
  EXPECT_EQ(reply.payload, R"({"a":1})");
  ASSERT_EQ(echo.calls.size(), 1u);
  EXPECT_EQ(echo.calls[0].function, "dev-app-fn");
  EXPECT_EQ(echo.calls[0].request_id, "request");
  EXPECT_EQ(echo.calls[0].variables[0].second, "planted-secret");
}

TEST_F(RelayTest, AWarmCallTakesTwoPostsAndNoRead) {
  invoke(call("1"));
  aws.texts.clear();
  aws.reads = 0;
  invoke(call("2"));
  EXPECT_EQ(aws.texts.size(), 2u);
  EXPECT_EQ(aws.reads, 0);
}

TEST_F(RelayTest, EveryPayloadSizeMakesTheRoundTripAndNothingStaysInTheBucket) {
  for (size_t const size : {0, 1, 1024, 32'768, 95'000, 100'000, 131'072, 1'000'000, 6'291'456}) {
    auto const event = ids.bytes(size);
    auto const reply = invoke(call(event));
    EXPECT_TRUE(reply.payload == event) << size;
    settle_down();
    EXPECT_TRUE(aws.objects.empty()) << size;
    EXPECT_EQ(aws.puts > 0, size >= 100'000) << size;
  }
}

TEST_F(RelayTest, WhatIsPrintedComesWithTheAnswer) {
  echo.instead = [](Invocation call) -> Async<Reply> {
    call.log->add("one");
    call.log->close("LIVE figures");
    co_return Reply{Reply::Outcome::success, "1", ""};
  };
  EXPECT_EQ(invoke(call("1")).log, "one\nLIVE figures\n");
  EXPECT_EQ(printed, "");
}

TEST_F(RelayTest, WhatIsPrintedIsToldWhileTheCallRunsAndOnceAlone) {
  echo.instead = [this](Invocation call) -> Async<Reply> {
    call.log->add("early");
    asio::steady_timer timer(io, 5ms);
    while (printed.empty()) {
      timer.expires_after(5ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    call.log->add("late");
    co_return Reply{Reply::Outcome::success, "1", ""};
  };
  auto const reply = invoke(call("1"));
  EXPECT_EQ(printed, "early\n");
  EXPECT_EQ(reply.log, "late\n");
}

struct RelayPastADeadline : RelayTest {
  // What the stub has printed of a call that logs this and then outlives its deadline.
  std::string printed_of(std::chrono::milliseconds left, std::function<void(CallLog&)> logs) {
    auto long_one = call("1");
    long_one.deadline = clock.now() + left;
    echo.instead = [this, logs = std::move(logs)](Invocation call) -> Async<Reply> {
      logs(*call.log);
      asio::steady_timer timer(io, call.deadline - clock.now() + 100ms);
      co_await timer.async_wait(asio::use_awaitable);
      co_return timed_out(call.request_id, 1s);
    };
    invoke(std::move(long_one));
    return printed;
  }
};

TEST_F(RelayPastADeadline, TheLogIsToldBefore) {
  EXPECT_EQ(printed_of(200ms, [](CallLog& log) { log.add("its last words"); }), "its last words\n");
}

TEST_F(RelayPastADeadline, TheLastLineIsToldBefore) {
  auto const expect = [](CallLog& log) { log.expect([] { return std::string("LIVE at the deadline"); }); };
  EXPECT_EQ(printed_of(1200ms, expect), "LIVE at the deadline\n");
}

TEST_F(RelayTest, ACallThatAnswersRightBeforeItsDeadlineHasOneLastLine) {
  auto slow = call("1");
  slow.deadline = clock.now() + 1600ms;
  echo.instead = [this](Invocation call) -> Async<Reply> {
    bool told = false;
    call.log->expect([&told] {
      told = true;
      return std::string("LIVE");
    });
    asio::steady_timer timer(io);
    while (!told) {
      timer.expires_after(5ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    call.log->close("LIVE");
    co_return Reply{};
  };
  auto const reply = invoke(std::move(slow));
  EXPECT_EQ(printed + reply.log, "LIVE\n");
}

TEST_F(RelayTest, AnAnswerOfAnySizeHasRoomForWhatWasPrinted) {
  auto const event = ids.bytes(6'291'456);
  echo.instead = [&event](Invocation call) -> Async<Reply> {
    for (int i = 0; i < 1000; ++i) call.log->add(std::string(1000, '\x01'));
    call.log->close("LIVE figures");
    co_return Reply{Reply::Outcome::success, event, ""};
  };
  auto const reply = invoke(call("1"));
  EXPECT_TRUE(reply.payload == event);
  EXPECT_TRUE(
      reply.log.ends_with(" more lines of output are on the developer's machine alone\nLIVE figures\n"));
}

TEST_F(RelayTest, AFunctionErrorArrivesAsItWas) {
  echo.instead = [](Invocation) -> Async<Reply> {
    co_return Reply{Reply::Outcome::function_error, R"({"errorType":"TypeError"})", "TypeError"};
  };
  auto const reply = invoke(call("{}"));
  EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(reply.payload, R"({"errorType":"TypeError"})");
  EXPECT_EQ(reply.error_type, "TypeError");
}

TEST_F(RelayTest, WithoutAClientTheCallFailsSoonAndSaysSo) {
  aws.row.reset();
  auto const reply = invoke(call("{}"));
  EXPECT_EQ(reply.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(reply.error_type, "Live.NoClient");
}

TEST_F(RelayTest, AnUnclearPostIsSentAgainAndRunsOnce) {
  aws.connections["client="] = [this](std::string text) {
    server->receive(text);
    server->receive(text);  // the network's own duplicate
  };
  aws.scripted = {Outcome::delivered};
  EXPECT_EQ(invoke(call("1")).payload, "1");
  aws.scripted = {Outcome::failed, Outcome::unreachable, Outcome::throttled, Outcome::delivered};
  EXPECT_EQ(invoke(call("2")).payload, "2");
  settle_down();
  EXPECT_EQ(echo.calls.size(), 2u);
}

TEST_F(RelayTest, WhatTheGatewayTookAndLostIsSentAgainAndAsOldAsTheFirst) {
  std::vector<TimePoint> sent;
  aws.connections["client="] = [&](std::string text) {
    sent.push_back(client_envelope.open(text).value().head.sent_at);
    if (sent.size() > 2) server->receive(text);
  };
  EXPECT_EQ(invoke(call("1")).payload, "1");
  EXPECT_EQ(echo.calls.size(), 1u);
  EXPECT_EQ(sent, std::vector<TimePoint>(3, sent[0]));
}

TEST_F(RelayTest, ALongCallIsKeptAliveAndEndsWithItsAnswer) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    asio::steady_timer timer(io, 500ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return Reply{Reply::Outcome::success, "slow", ""};
  };
  EXPECT_EQ(invoke(call("{}")).payload, "slow");
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(RelayTest, AnAnswerThatFindsNoWayBeforeTheFunctionsEndIsDroppedAndToldOnce) {
  aws.scripted = std::deque<Outcome>(100, Outcome::unreachable);
  aws.scripted.front() = Outcome::delivered;
  auto short_call = call("{}");
  short_call.deadline = clock.now() + 400ms;
  EXPECT_EQ(invoke(std::move(short_call)).outcome, Reply::Outcome::function_error);
  while (late.empty() && io.run_one()) {
  }
  EXPECT_EQ(late, std::vector<std::string>{"request"});
  aws.scripted.clear();
  auto const posts = aws.texts.size();
  settle_down();
  EXPECT_EQ(aws.texts.size(), posts) << "it is not sent any more";
  EXPECT_EQ(late.size(), 1u);
}

TEST_F(RelayTest, AnAnswerThatTheNetworkHeldBackBeyondTheFunctionsEndIsTold) {
  aws.slow_to["stub="] = 300ms;
  auto short_call = call("{}");
  short_call.deadline = clock.now() + 100ms;
  EXPECT_EQ(invoke(std::move(short_call)).error_type, "Sandbox.Timedout");
  while (late.empty() && io.run_one()) {
  }
  EXPECT_EQ(late, std::vector<std::string>{"request"});
  EXPECT_EQ(dropped.back(), "an answer that came after the function's end");
}

TEST_F(RelayTest, AHandlerThatOutlivesItsFunctionIsTold) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    asio::steady_timer timer(io, 300ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return Reply{Reply::Outcome::success, "too late", ""};
  };
  auto short_call = call("{}");
  short_call.deadline = clock.now() + 100ms;
  EXPECT_EQ(invoke(std::move(short_call)).error_type, "Sandbox.Timedout");
  while (late.empty() && io.run_one()) {
  }
  EXPECT_EQ(late, std::vector<std::string>{"request"});
}

TEST_F(RelayTest, ASignOfLifeThatIsRefusedIsRepeated) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    aws.scripted = {Outcome::throttled, Outcome::failed, Outcome::delivered};
    auto const refused = aws.texts.size();  // the next text's place
    auto const repeated = [&] {
      return aws.texts.size() > refused &&
             std::count(aws.texts.begin(), aws.texts.end(), aws.texts[refused]) > 1;
    };
    for (int turns = 0; turns < 400 && !repeated(); ++turns) {
      asio::steady_timer timer(io, 5ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
    EXPECT_TRUE(repeated());
    co_return Reply{Reply::Outcome::success, "slow", ""};
  };
  EXPECT_EQ(invoke(call("{}")).payload, "slow");
}

TEST_F(RelayTest, AnAnswerThatIsRefusedIsTriedAnewWhenTheStubAsks) {
  aws.throttled_to = {"stub="};
  int messages = 0;
  size_t next = 0;  // to be posted
  aws.connections["client="] = [&](std::string text) {
    if (++messages == 4) {  // the answer's pauses are longer than the stub's by now
      aws.throttled_to.clear();
      next = aws.texts.size();
    }
    server->receive(text);
  };
  EXPECT_EQ(invoke(call("1")).payload, "1");
  ASSERT_GT(aws.texts.size(), next);
  EXPECT_EQ(stub_envelope.open(aws.texts[next]).value().head.type, MessageType::reply);
  settle_down();
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(RelayTest, WhileTheGatewayRefusesEverybodyNobodyIsSilent) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    aws.throttled_to = {"stub=", "client="};
    asio::steady_timer timer(io, 400ms);
    co_await timer.async_wait(asio::use_awaitable);
    aws.throttled_to.clear();
    co_return Reply{Reply::Outcome::success, "after it", ""};
  };
  EXPECT_EQ(invoke(call("{}")).payload, "after it");
}

TEST_F(RelayTest, AClientThatVanishesIsNoticed) {
  aws.connections["client="] = [](std::string) {};
  auto const reply = invoke(call("{}"));
  EXPECT_EQ(reply.error_type, "Live.ClientSilent");
}

TEST_F(RelayTest, AMachineThatStandsStillIsNobodysSilence) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    asio::steady_timer timer(io, 30ms);
    co_await timer.async_wait(asio::use_awaitable);
    std::this_thread::sleep_for(260ms);  // longer than silence is borne
    timer.expires_after(30ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return Reply{Reply::Outcome::success, "after it", ""};
  };
  EXPECT_EQ(invoke(call("{}")).payload, "after it");
}

TEST_F(RelayTest, AnAnswerThatFindsTheStubGoneIsGivenByItsNextConnection) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    aws.connections.erase("stub=");  // while the handler runs the stub's connection goes
    remote->link_is_down("closed");
    asio::steady_timer timer(io, 30ms);
    co_await timer.async_wait(asio::use_awaitable);
    asio::post(io, [this] {
      aws.connections["stub2="] = [this](std::string text) { remote->receive(text); };
      asio::post(io, [this] { remote->link_is_up("stub2="); });
    });
    co_return Reply{Reply::Outcome::success, "kept", ""};
  };
  EXPECT_EQ(invoke(call("{}")).payload, "kept");
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(RelayTest, ASupersededClientPassesNewCallsOnAndFinishesItsOwn) {
  Echo other;
  RemoteServer next(io.get_executor(), clock, ids, client_envelope, aws, aws, other, {},
                    RemoteServer::Options{.session = "another session"});
  aws.connections["next="] = [&](std::string text) { next.receive(text); };
  invoke(call("first"));
  aws.row = ClientRow{"next=", "another session", 2, clock.now(), "bob"};
  server->receive(superseded_message(client_envelope, clock, "session", {"bob", clock.now()}));
  ASSERT_TRUE(takeover);
  EXPECT_EQ(takeover->who, "bob");
  EXPECT_EQ(invoke(call("second")).payload, "second");
  EXPECT_EQ(echo.calls.size(), 1u);
  EXPECT_EQ(other.calls.size(), 1u);
}

TEST_F(RelayTest, TwoTakeoversDuringOneCallAreFollowed) {
  Echo second_echo, third_echo;
  RemoteServer second(io.get_executor(), clock, ids, client_envelope, aws, aws, second_echo, {},
                      RemoteServer::Options{.session = "second"});
  RemoteServer third(io.get_executor(), clock, ids, client_envelope, aws, aws, third_echo, {},
                     RemoteServer::Options{.session = "third"});
  aws.connections["second="] = [&](std::string text) {
    aws.row = ClientRow{"third=", "third", 3, clock.now(), "cid"};
    second.receive(text);
  };
  aws.connections["third="] = [&](std::string text) { third.receive(text); };
  aws.connections["client="] = [&](std::string text) {
    aws.row = ClientRow{"second=", "second", 2, clock.now(), "bob"};
    server->receive(text);
  };
  server->supersede();
  second.supersede();
  EXPECT_EQ(invoke(call("1")).payload, "1");
  EXPECT_EQ(third_echo.calls.size(), 1u);
}

TEST_F(RelayTest, FailuresOfTheBucketAreRetried) {
  aws.failing_puts = 2;
  aws.failing_gets = 2;
  auto const event = ids.bytes(200'000);
  EXPECT_TRUE(invoke(call(event)).payload == event);
}

TEST_F(RelayTest, AnEventIsReadAsLongAsTheBucketFails) {
  aws.failing_gets = 10;
  auto const event = ids.bytes(200'000);
  EXPECT_TRUE(invoke(call(event)).payload == event);
}

TEST_F(RelayTest, AnEventThatMayNotBeReadIsToldSoonAndNotAtTheDeadline) {
  aws.gets_are_denied = true;
  auto const began = clock.now();
  auto const reply = invoke(call(ids.bytes(200'000)));
  EXPECT_EQ(reply.error_type, "Live.Protocol");
  EXPECT_NE(reply.payload.find("AccessDenied"), std::string::npos) << reply.payload;
  EXPECT_LT(clock.now() - began, 10s);
}

TEST_F(RelayTest, AnAnswerThatMayNotBeReadIsToldSoonAndNotAtTheDeadline) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    aws.gets_are_denied = true;
    co_return Reply{Reply::Outcome::success, ids.bytes(300'000), ""};
  };
  auto const began = clock.now();
  auto const reply = invoke(call("{}"));
  EXPECT_EQ(reply.error_type, "Live.PayloadLost");
  EXPECT_NE(reply.payload.find("AccessDenied"), std::string::npos) << reply.payload;
  EXPECT_LT(clock.now() - began, 10s);
}

TEST_F(RelayTest, AnAnswerThatTheGatewayFindsTooLargeGoesThroughTheBucket) {
  aws.scripted = {Outcome::delivered, Outcome::too_large, Outcome::delivered};
  auto const event = ids.bytes(20'000);
  EXPECT_TRUE(invoke(call(event)).payload == event);
  settle_down();
  EXPECT_EQ(aws.puts, 1);
  EXPECT_TRUE(aws.objects.empty());
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(RelayTest, UnderThrottlingBodiesAbove16KBGoThroughTheBucket) {
  aws.scripted = {Outcome::throttled};
  invoke(call(ids.bytes(20'000)));
  EXPECT_EQ(aws.puts, 1);
}

TEST_F(RelayTest, AnAnswerLargerThanLambdaAllowsIsLambdasOwnError) {
  echo.instead = [](Invocation) -> Async<Reply> {
    co_return Reply{Reply::Outcome::success, std::string(8'000'000, 'x'), ""};
  };
  EXPECT_EQ(invoke(call("{}")).error_type, "Function.ResponseSizeTooLarge");
}

TEST_F(RelayTest, FiftyCallsAtOnceEachGetTheirOwnAnswer) {
  std::map<int, std::string> answers;
  auto const run = [](Remote& remote, Invocation one, std::string& answer) -> Async<void> {
    auto reply = co_await remote.invoke(std::move(one));
    answer = reply.payload;
  };
  for (int i = 0; i < 50; ++i) {
    auto one = call(std::to_string(i));
    one.request_id = "request" + std::to_string(i);
    asio::co_spawn(io, run(*remote, std::move(one), answers[i]), asio::detached);
  }
  auto const done = [&] {
    return std::all_of(answers.begin(), answers.end(), [](auto& a) { return !a.second.empty(); });
  };
  while (!done() && io.run_one()) {
  }
  for (auto const& [i, answer] : answers) EXPECT_EQ(answer, std::to_string(i));
  EXPECT_EQ(echo.calls.size(), 50u);
}

TEST_F(RelayTest, WhoeverGoesAwayLeavesNothingRunning) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    asio::steady_timer timer(io, 50ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return Reply{};
  };
  std::optional<Reply> reply;
  auto const run = [](Remote& remote, Invocation one, std::optional<Reply>& reply) -> Async<void> {
    reply = co_await remote.invoke(std::move(one));
  };
  asio::co_spawn(io, run(*remote, call("1"), reply), asio::detached);
  while (echo.calls.empty() && io.run_one()) {
  }
  aws.connections.clear();
  server.reset();
  remote.reset();
  io.run();
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->error_type, "Live.Stopped");
}

}  // namespace
}  // namespace live
