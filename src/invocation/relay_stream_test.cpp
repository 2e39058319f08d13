// Answers that stream, through both ends of the relay.
#include "base/encoding.h"
#include "invocation/relay_testing.h"

namespace live {
namespace {

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

}  // namespace
}  // namespace live
