#include "invocation/reply_stream.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "invocation/invocation.h"

namespace live {
namespace {

struct ReplyStreamTest : testing::Test {
  asio::io_context loop;
  std::unique_ptr<StreamWriter> writer = std::make_unique<StreamWriter>(loop.get_executor(), 4);
  ReplyStreamPtr reader = writer->reader();

  template <class T>
  static Async<void> keep(Async<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
  }
  template <class T>
  void start(Async<T> work, std::optional<T>& result) {
    asio::co_spawn(loop, keep(std::move(work), result), asio::detached);
    go();
  }
  template <class T>
  std::optional<T> now(Async<T> work) {  // nothing: it waits
    std::optional<T> result;
    start(std::move(work), result);
    return result;
  }
  void go() {
    loop.restart();
    loop.poll();
  }
};

TEST_F(ReplyStreamTest, TheWriterWaitsForTheReaderOnceItIsFarEnoughAhead) {
  std::optional<bool> first, second;
  start(writer->write("abc"), first);
  EXPECT_EQ(first, true);
  start(writer->write("def"), second);
  EXPECT_EQ(second, std::nullopt);
  EXPECT_EQ(now(reader->next()), "abcdef");
  EXPECT_EQ(second, true);
}

TEST_F(ReplyStreamTest, TheReaderWaitsForTheWriter) {
  std::optional<std::string> bytes;
  start(reader->next(), bytes);
  EXPECT_EQ(bytes, std::nullopt);
  EXPECT_EQ(now(writer->write("a")), true);
  EXPECT_EQ(bytes, "a");
}

TEST_F(ReplyStreamTest, WhatWasWrittenComesBeforeTheEndAndItsError) {
  EXPECT_EQ(now(writer->write("a")), true);
  writer->end(StreamError{"Error", "{}"});
  writer->end();
  EXPECT_EQ(now(reader->next()), "a");
  EXPECT_EQ(now(reader->next()), "");
  EXPECT_EQ(reader->error()->type, "Error");
  EXPECT_EQ(now(writer->write("b")), false);
}

TEST_F(ReplyStreamTest, AWriterThatIsGoneWithoutAnEndBrokeOff) {
  writer.reset();
  EXPECT_EQ(now(reader->next()), "");
  EXPECT_EQ(reader->error()->type, "Runtime.TruncatedResponse");
}

TEST_F(ReplyStreamTest, AWriterWhoseReaderIsGoneLearnsIt) {
  std::optional<bool> waiting;
  start(writer->write("abcdef"), waiting);
  EXPECT_EQ(waiting, std::nullopt);
  reader.reset();
  go();
  EXPECT_EQ(waiting, false);
}

TEST_F(ReplyStreamTest, AWatchedStreamRunsToItsEndThoughNobodyReads) {
  std::optional<size_t> ended;
  auto watching = watched(loop.get_executor(), std::move(reader),
                          [&](size_t bytes, const std::optional<StreamError>&) { ended = bytes; });
  EXPECT_EQ(now(writer->write("abc")), true);
  EXPECT_EQ(now(watching->next()), "abc");
  watching.reset();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(now(writer->write("defghi")), true);
  EXPECT_EQ(ended, std::nullopt);
  writer->end();
  go();
  EXPECT_EQ(ended, 63u);
}

TEST_F(ReplyStreamTest, AWatchedStreamKeepsItsMakerWaitingForASlowReader) {
  auto const watching = watched(loop.get_executor(), std::move(reader), [](size_t, auto&) {});
  std::optional<bool> written;
  for (int i = 0; i < 10 && (i == 0 || written); ++i) {
    written.reset();
    start(writer->write("abcdef"), written);
  }
  EXPECT_EQ(written, std::nullopt);
}

TEST_F(ReplyStreamTest, ACollectedStreamIsOnePayloadOrOneError) {
  Reply const too_large = function_error("Large", "");
  Reply reply;
  reply.stream = reader;
  now(writer->write("abc"));
  writer->end();
  EXPECT_EQ(now(collected(reply, 3, too_large))->payload, "abc");
  for (bool const large : {true, false}) {
    StreamWriter other(loop.get_executor());
    reply.stream = other.reader();
    now(other.write("abcd"));
    other.end(large ? std::nullopt : std::optional(StreamError{"Error", "{}"}));
    auto const got = now(collected(reply, 3, too_large));
    EXPECT_EQ(got->error_type, large ? "Large" : "Error");
    EXPECT_EQ(got->outcome, Reply::Outcome::function_error);
  }
}

}  // namespace
}  // namespace live
