// Both ends of the relay with a gateway, a table and a bucket that obey the test.
#include <deque>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "base/json.h"
#include "invocation/remote.h"
#include "invocation/remote_server.h"

namespace live {
namespace {

using Outcome = Posted::Outcome;

class FakeDebugStack final : public Mailbox, public PayloadStore {
 public:
  explicit FakeDebugStack(asio::io_context& io) : io_(io) {}

  std::map<std::string, std::function<void(std::string)>> connections;
  std::optional<ClientRow> row;
  std::deque<Outcome> scripted;  // outcomes of the next posts; a delivered one is delivered
  std::map<std::string, std::string> objects;
  std::vector<std::string> texts;  // everything that was posted
  int reads = 0, puts = 0;
  int failing_puts = 0, failing_gets = 0;
  bool gets_are_denied = false;
  std::map<std::string, Milliseconds> slow_to;  // connections

  Async<Posted> post(std::string connection, std::string text) override {
    texts.push_back(text);
    if (auto const slow = slow_to.find(connection); slow != slow_to.end()) {
      asio::steady_timer timer(io_, slow->second);
      co_await timer.async_wait(asio::use_awaitable);
    }
    auto outcome = Outcome::delivered;
    if (!scripted.empty()) {
      outcome = scripted.front();
      scripted.pop_front();
    }
    auto const to = connections.find(connection);
    if (outcome == Outcome::delivered && to == connections.end()) outcome = Outcome::gone;
    if (text.size() > kMaxMessage) outcome = Outcome::too_large;
    if (outcome == Outcome::delivered) asio::post(io_, [take = to->second, text] { take(text); });
    co_return Posted{outcome, "scripted"};
  }
  Async<Result<std::optional<ClientRow>>> client() override {
    ++reads;
    co_return row;
  }
  Async<void> hang_up(std::string connection) override {
    connections.erase(connection);
    co_return;
  }
  Async<Result<void>> put(std::string key, std::string bytes) override {
    ++puts;
    if (failing_puts-- > 0) co_return fault(Fault::Kind::refused, "SlowDown", 503);
    objects[key] = bytes;
    co_return outcome::success();
  }
  Async<Result<std::string>> get(std::string key, size_t) override {
    if (gets_are_denied) co_return fault(Fault::Kind::refused, "AccessDenied", 403);
    if (failing_gets-- > 0) co_return fault(Fault::Kind::refused, "InternalError", 500);
    auto const found = objects.find(key);
    if (found == objects.end()) co_return fault(Fault::Kind::not_found, "NoSuchKey", 404);
    co_return found->second;
  }
  Async<Result<void>> remove(std::string key) override {
    objects.erase(key);
    co_return outcome::success();
  }

 private:
  asio::io_context& io_;
};

class Echo final : public Invoker {  // answers the event, when it may
 public:
  std::vector<Invocation> calls;
  std::function<Async<Reply>(Invocation)> instead;
  Async<Reply> invoke(Invocation invocation) override {
    calls.push_back(invocation);
    if (instead) co_return co_await instead(std::move(invocation));
    co_return Reply{Reply::Outcome::success, invocation.event, ""};
  }
};

class RelayTest : public testing::Test {
 protected:
  asio::io_context io;
  SystemClock clock;
  CountingIds ids;
  FakeDebugStack aws{io};
  std::string const key = sha256("stage key");
  Envelope stub_envelope{key, Side::stub, ids}, client_envelope{key, Side::client, ids};
  Echo echo;
  std::vector<std::string> dropped, late;
  std::string printed;
  std::optional<Takeover> takeover;
  std::unique_ptr<RemoteServer> server;
  std::unique_ptr<Remote> remote;
  int drawn = 0;

  void SetUp() override {
    RemoteServer::Events events;
    events.on_dropped = [this](std::string_view reason) { dropped.emplace_back(reason); };
    events.on_late = [this](const CallKey& key) { late.push_back(key.request_id); };
    events.on_superseded = [this](const Takeover& by) { takeover = by; };
    RemoteServer::Options options;
    options.alive_every = 20ms;
    options.session = "session";
    server = std::make_unique<RemoteServer>(io.get_executor(), clock, ids, client_envelope, aws, aws, echo,
                                            std::move(events), options);
    Remote::Options how;
    how.name = {"dev", "app"};
    how.limits.no_client = how.limits.refused = 60ms;
    how.limits.silence = 200ms;
    how.limits.ask_after = 60ms;
    how.limits.ask_again = 30ms;
    how.on_dropped = [this](std::string_view reason) { dropped.emplace_back(reason); };
    how.on_log = [this](std::string_view lines) { printed += lines; };
    remote = std::make_unique<Remote>(io.get_executor(), clock, ids, stub_envelope, aws, aws, std::move(how));
    aws.connections["client="] = [this](std::string text) { server->receive(text); };
    aws.connections["stub="] = [this](std::string text) { remote->receive(text); };
    aws.row = ClientRow{"client=", "session", 1, clock.now(), "ann@laptop"};
    remote->link_is_up("stub=");
  }
  Invocation call(std::string event) {
    Invocation call;
    call.function = "dev-app-fn";
    call.request_id = "request";
    call.nonce = std::to_string(++drawn);
    call.event = std::move(event);
    call.deadline = clock.now() + 20s;
    call.variables = {{"AWS_SECRET_ACCESS_KEY", "planted-secret"}};
    return call;
  }
  Reply invoke(Invocation invocation) {
    std::optional<Reply> reply;
    auto const run = [](Remote& remote, Invocation invocation, std::optional<Reply>& reply) -> Async<void> {
      reply = co_await remote.invoke(std::move(invocation));
    };
    asio::co_spawn(io, run(*remote, std::move(invocation), reply), asio::detached);
    while (!reply && io.run_one()) {
    }
    return reply.value_or(Reply{Reply::Outcome::function_error, "no reply", "none"});
  }
  void settle_down() {
    while (io.poll()) {
    }
  }
};

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

TEST_F(RelayTest, OfACallWhoseTimePassesTheLogIsToldBefore) {
  auto long_one = call("1");
  long_one.deadline = clock.now() + 200ms;
  echo.instead = [this](Invocation call) -> Async<Reply> {
    call.log->add("its last words");
    asio::steady_timer timer(io, call.deadline - clock.now() + 100ms);
    co_await timer.async_wait(asio::use_awaitable);
    co_return timed_out(call.request_id, 1s);
  };
  invoke(std::move(long_one));
  EXPECT_EQ(printed, "its last words\n");
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

TEST_F(RelayTest, NoSecretIsReadableInAnyMessageOrObject) {
  auto big = call(ids.bytes(300'000) + "planted-event");
  std::vector<std::string> seen;
  echo.instead = [&](Invocation invocation) -> Async<Reply> {
    for (auto const& [key, bytes] : aws.objects) seen.push_back(bytes);
    co_return Reply{Reply::Outcome::success, "planted-answer " + invocation.event, ""};
  };
  invoke(std::move(big));
  invoke(call("planted-event"));
  for (auto const& [key, bytes] : aws.objects) seen.push_back(bytes);
  seen.insert(seen.end(), aws.texts.begin(), aws.texts.end());
  for (auto const& text : seen) EXPECT_EQ(text.find("planted"), std::string::npos);
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

TEST_F(RelayTest, AClientThatVanishesIsNoticed) {
  aws.connections["client="] = [](std::string) {};
  auto const reply = invoke(call("{}"));
  EXPECT_EQ(reply.error_type, "Live.ClientSilent");
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

TEST_F(RelayTest, WhatWasWrittenForOneSessionDoesNothingToTheNext) {
  invoke(call("1"));
  auto const captured = aws.texts.front();
  auto const takeover_of_old = superseded_message(client_envelope, clock, "session", {"bob", clock.now()});
  Echo other;
  bool ended = false;
  RemoteServer::Events events;
  events.on_superseded = [&](const Takeover&) { ended = true; };
  RemoteServer next(io.get_executor(), clock, ids, client_envelope, aws, aws, other, std::move(events),
                    RemoteServer::Options{.session = "another session"});
  next.receive(captured);
  next.receive(takeover_of_old);
  settle_down();
  EXPECT_TRUE(other.calls.empty());
  EXPECT_FALSE(ended);
  EXPECT_EQ(next.dropped(), 2u);
}

TEST_F(RelayTest, AReplayedInvocationDoesNotRunAgain) {
  invoke(call("1"));
  auto const captured = aws.texts;
  for (auto const& text : captured) {
    server->receive(text);
    remote->receive(text);
  }
  settle_down();
  EXPECT_EQ(echo.calls.size(), 1u);
  EXPECT_GE(remote->dropped(), captured.size());
}

TEST_F(RelayTest, ForgedTextsRunNothingAndAreCounted) {
  Envelope thief(sha256("another key"), Side::stub, ids);
  Head const head{MessageType::invoke, "r", "n", 1, clock.now(), "stub=", "session"};
  server->receive(*thief.seal(head, thief.pack("x").value()));
  server->receive(R"({"type":"invoke","request_id":"r","body":{"event":1}})");
  server->receive("");
  settle_down();
  EXPECT_EQ(server->dropped(), 3u);
  EXPECT_EQ(dropped.size(), 3u);
  EXPECT_TRUE(echo.calls.empty());
}

TEST_F(RelayTest, AnAnswerOfOneCallIsNotTakenForAnother) {
  invoke(call("1"));
  auto text = aws.texts.back();  // the reply to nonce 1
  auto parsed = parse_json_object(text).value();
  parsed["nonce"] = "2";
  aws.connections["client="] = [&](std::string) { remote->receive(json::serialize(parsed)); };
  auto const reply = invoke(call("2"));
  EXPECT_EQ(reply.error_type, "Live.ClientSilent");
}

// What somebody sees who may read every message: he has two calls of two functions and trades their parts.
TEST_F(RelayTest, NoPartOfOneCallsMessageServesAnothersOfAnotherFunction) {
  auto first = call("1"), second = call("2");
  second.function = "dev-app-other";
  second.request_id = "request 2";
  invoke(first);
  auto const mine = parse_json_object(aws.texts.front()).value();
  aws.texts.clear();
  invoke(second);
  auto const theirs = parse_json_object(aws.texts.front()).value();
  ASSERT_EQ(echo.calls.size(), 2u);
  size_t forged = 0;
  for (auto const& [member, value] : theirs) {
    if (mine.contains(member) && mine.at(member) == value) continue;
    auto mixed = mine;
    mixed[member] = value;
    server->receive(json::serialize(mixed));
    ++forged;
  }
  settle_down();
  EXPECT_GE(forged, 3u);
  EXPECT_EQ(server->dropped(), forged);
  EXPECT_EQ(echo.calls.size(), 2u);
}

TEST_F(RelayTest, WhatTheClientSaysItselfIsNotTakenByAClientNorAStubsByAStub) {
  invoke(call("1"));
  auto const from_stub = aws.texts.front(), from_client = aws.texts.back();
  auto const before = remote->dropped();
  server->receive(from_client);
  remote->receive(from_stub);
  settle_down();
  EXPECT_EQ(server->dropped(), 1u);
  EXPECT_EQ(remote->dropped(), before + 1);
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(RelayTest, MessagesInEveryOtherOrderRunNothingTwiceAndAnswerNobodyElse) {
  constexpr int kCalls = 6;
  for (int n = 0; n < kCalls; ++n) invoke(call(std::to_string(n)));
  auto captured = aws.texts;
  std::vector<Reply> answers;
  echo.instead = [&](Invocation invocation) -> Async<Reply> {
    // While this call runs, all that was ever said comes again, last things first.
    for (auto text = captured.rbegin(); text != captured.rend(); ++text) {
      server->receive(*text);
      remote->receive(*text);
    }
    co_return Reply{Reply::Outcome::success, "own " + invocation.event, ""};
  };
  EXPECT_EQ(invoke(call("a")).payload, "own a");
  EXPECT_EQ(invoke(call("b")).payload, "own b");
  settle_down();
  EXPECT_EQ(echo.calls.size(), size_t(kCalls) + 2);
}

TEST_F(RelayTest, PayloadObjectsThatWereSwappedInTheBucketFailTheirCallsAndRunNothing) {
  auto const size = size_t(300'000);
  std::map<std::string, std::string> seen;
  invoke(call(ids.bytes(size)));
  ASSERT_EQ(echo.calls.size(), 1u);
  aws.connections["client="] = [&](std::string text) {
    for (auto& [key, bytes] : aws.objects) {
      if (seen.empty()) seen.emplace(key, bytes);
      bytes = seen.begin()->second;  // the first one's object in every other's place
    }
    server->receive(text);
  };
  EXPECT_EQ(invoke(call(ids.bytes(size))).outcome, Reply::Outcome::success);
  for (auto const spoil : {0, 1, 2}) {
    aws.connections["client="] = [&, spoil](std::string text) {
      for (auto& [key, bytes] : aws.objects) {
        if (spoil == 0) bytes = seen.begin()->second;
        if (spoil == 1) bytes = "{\"event\":1}";
        if (spoil == 2) bytes.pop_back();
      }
      server->receive(text);
    };
    auto const reply = invoke(call(ids.bytes(size)));
    EXPECT_EQ(reply.error_type, "Live.Protocol") << spoil << reply.payload;
    EXPECT_TRUE(dropped.back().find("payload") != std::string::npos) << dropped.back();
  }
  EXPECT_EQ(echo.calls.size(), 2u);
}

TEST_F(RelayTest, AnAnswersObjectThatWasSwappedIsAnErrorAndNotAnAnswer) {
  echo.instead = [this](Invocation) -> Async<Reply> {
    co_return Reply{Reply::Outcome::success, ids.bytes(300'000), ""};
  };
  auto const honest = aws.connections["stub="];
  std::string first;
  auto const spoil = [&](std::string text) {
    for (auto& [key, bytes] : aws.objects) {
      if (first.empty()) first = bytes;
      bytes = first;
    }
    honest(text);
  };
  aws.connections["stub="] = spoil;
  EXPECT_EQ(invoke(call("1")).outcome, Reply::Outcome::success);
  auto const reply = invoke(call("2"));
  EXPECT_EQ(reply.error_type, "Live.Protocol") << reply.payload.substr(0, 200);
}

TEST_F(RelayTest, FailuresOfTheBucketAreRetried) {
  aws.failing_puts = 2;
  aws.failing_gets = 2;
  auto const event = ids.bytes(200'000);
  EXPECT_TRUE(invoke(call(event)).payload == event);
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

// A handler that streams what the test writes.
class StreamingRelayTest : public RelayTest {
 protected:
  std::unique_ptr<StreamWriter> writer = std::make_unique<StreamWriter>(io.get_executor());
  Reply reply;
  std::shared_ptr<CallLog> log;

  void begin() {
    echo.instead = [this](Invocation invocation) -> Async<Reply> {
      log = invocation.log;
      Reply given;
      given.stream = writer->reader();
      given.content_type = "text/event-stream";
      co_return given;
    };
  }
  template <class T>
  T run(Async<T> work) {
    std::optional<T> result;
    auto const keep = [](Async<T> work, std::optional<T>& result) -> Async<void> {
      result.emplace(co_await std::move(work));
    };
    asio::co_spawn(io, keep(std::move(work), result), asio::detached);
    auto const until = std::chrono::steady_clock::now() + 20s;
    while (!result && std::chrono::steady_clock::now() < until) io.run_one_for(100ms);
    return std::move(result.value());
  }
  std::string next() { return run(reply.stream->next()); }
  std::string rest() {
    std::string all;
    for (auto piece = next(); !piece.empty(); piece = next()) all += piece;
    return all;
  }
  void write(std::string bytes) { EXPECT_TRUE(run(writer->write(std::move(bytes)))); }
  void write_later(std::string bytes) {
    auto const put = [](StreamWriter& writer, std::string bytes) -> Async<void> {
      for (size_t at = 0; at < bytes.size(); at += 10'000) {
        auto const wanted = co_await writer.write(bytes.substr(at, 10'000));
        if (!wanted) co_return;
      }
      writer.end();
    };
    asio::co_spawn(io, put(*writer, std::move(bytes)), asio::detached);
  }
};

TEST_F(StreamingRelayTest, TheFirstBytesArriveWhileTheHandlerRuns) {
  begin();
  write("first");
  reply = invoke(call("{}"));
  ASSERT_TRUE(reply.stream) << reply.payload;
  EXPECT_EQ(reply.content_type, "text/event-stream");
  EXPECT_EQ(next(), "first");
  write("second");
  EXPECT_EQ(next(), "second");
  writer->end();
  EXPECT_EQ(next(), "");
  EXPECT_FALSE(reply.stream->error());
  settle_down();
  EXPECT_EQ(server->running(), 0u);
  EXPECT_EQ(echo.calls.size(), 1u);
}

TEST_F(StreamingRelayTest, AnErrorOnTheWayFollowsTheBytes) {
  begin();
  write("some");
  writer->end(StreamError{"RangeError", "{}"});
  reply = invoke(call("{}"));
  EXPECT_EQ(rest(), "some");
  ASSERT_TRUE(reply.stream->error());
  EXPECT_EQ(reply.stream->error()->type, "RangeError");
}

TEST_F(StreamingRelayTest, WhatIsPrintedWhileItStreamsIsThereBeforeItsEnd) {
  begin();
  write("some");
  reply = invoke(call("{}"));
  EXPECT_EQ(next(), "some");
  log->add("while it streams");
  log->close("LIVE figures");
  writer->end();
  EXPECT_EQ(next(), "");
  EXPECT_EQ(printed, "while it streams\nLIVE figures\n");
}

TEST_F(StreamingRelayTest, MoreLogThanAMessageHoldsComesBeforeTheEnd) {
  begin();
  write("some");
  reply = invoke(call("{}"));
  std::string all;
  for (int i = 0; i < 3000; ++i) {
    auto const line = std::to_string(i) + hex(ids.bytes(100));
    log->add(line);
    all += line + "\n";
  }
  log->close("LIVE figures");
  writer->end();
  EXPECT_EQ(rest(), "some");
  EXPECT_TRUE(printed == all + "LIVE figures\n");
}

TEST_F(StreamingRelayTest, AnEmptyStreamIsAnAnswer) {
  begin();
  writer->end();
  reply = invoke(call("{}"));
  ASSERT_TRUE(reply.stream) << reply.payload;
  EXPECT_EQ(rest(), "");
  EXPECT_FALSE(reply.stream->error());
}

TEST_F(StreamingRelayTest, ALongStreamIsWholeThoughPostsFailAndComeTwice) {
  auto const sent = ids.bytes(3'000'000);
  aws.connections["stub="] = [this](std::string text) {
    remote->receive(text);
    if (aws.texts.size() % 5 == 0) remote->receive(text);
  };
  begin();
  write_later(sent);
  reply = invoke(call("{}"));
  for (int i = 0; i < 20; ++i) {
    aws.scripted.push_back(i % 3 ? Outcome::delivered : i % 2 ? Outcome::throttled : Outcome::unreachable);
  }
  EXPECT_TRUE(rest() == sent);
  EXPECT_FALSE(reply.stream->error());
}

TEST_F(StreamingRelayTest, ASlowReaderHoldsTheHandlerBack) {
  auto const sent = ids.bytes(3'000'000);
  begin();
  write_later(sent);
  reply = invoke(call("{}"));
  settle_down();
  size_t posted = 0;
  for (auto const& text : aws.texts) posted += text.size();
  EXPECT_LT(posted, 2 * kStreamWindow);
  EXPECT_TRUE(rest() == sent);
}

TEST_F(StreamingRelayTest, WhatALostConnectionSwallowedComesByTheNextOne) {
  begin();
  write("first");
  reply = invoke(call("{}"));
  EXPECT_EQ(next(), "first");
  aws.connections["stub="] = [](std::string) {};  // half open: takes everything, brings nothing
  write("second");
  settle_down();
  remote->link_is_down("lost");
  aws.connections.erase("stub=");
  aws.connections["stub2="] = [this](std::string text) { remote->receive(text); };
  remote->link_is_up("stub2=");
  EXPECT_EQ(next(), "second");
  writer->end();
  EXPECT_EQ(next(), "");
  EXPECT_FALSE(reply.stream->error());
}

TEST_F(StreamingRelayTest, AClientThatFallsSilentBreaksTheStreamOff) {
  begin();
  write("first");
  reply = invoke(call("{}"));
  EXPECT_EQ(next(), "first");
  server.reset();
  aws.connections["client="] = [](std::string) {};
  EXPECT_EQ(next(), "");
  ASSERT_TRUE(reply.stream->error());
  EXPECT_EQ(reply.stream->error()->type, "Live.ClientSilent");
}

TEST_F(StreamingRelayTest, AStreamEndsAtTheDeadline) {
  begin();
  write("first");
  auto late = call("{}");
  late.deadline = clock.now() + 1s;
  reply = invoke(std::move(late));
  EXPECT_EQ(next(), "first");
  EXPECT_EQ(next(), "");
  ASSERT_TRUE(reply.stream->error());
  EXPECT_EQ(reply.stream->error()->type, "Sandbox.Timedout");
}

TEST_F(StreamingRelayTest, ASmallStreamTakesTwoPostsBesideTheInvocation) {
  begin();
  write("all");
  writer->end();
  reply = invoke(call("{}"));
  EXPECT_EQ(rest(), "all");
  settle_down();
  EXPECT_EQ(aws.texts.size(), 3u);  // invoke, the chunk with the end, its receipt
}

TEST_F(StreamingRelayTest, AStreamThatLambdaTakesNoMoreIsOverForTheStub) {
  begin();
  write("first");
  reply = invoke(call("{}"));
  EXPECT_EQ(next(), "first");
  reply.stream.reset();
  settle_down();
  auto const posted = aws.texts.size();
  write("second");
  settle_down();
  EXPECT_EQ(aws.texts.size(), posted + 1) << "no receipt for it";
  EXPECT_EQ(dropped.back(), "a message for a call that has ended");
}

TEST_F(StreamingRelayTest, WhoeverGoesAwayBreaksTheStreamOff) {
  begin();
  write("first");
  reply = invoke(call("{}"));
  EXPECT_EQ(next(), "first");
  remote.reset();
  EXPECT_EQ(next(), "");
  EXPECT_EQ(reply.stream->error()->type, "Live.Stopped");
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
