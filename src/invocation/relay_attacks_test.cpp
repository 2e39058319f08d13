// What somebody gets who reads, forges, replays and trades messages and objects of the relay.
#include "base/json.h"
#include "invocation/relay_testing.h"

namespace live {
namespace {

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

}  // namespace
}  // namespace live
