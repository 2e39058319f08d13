// Answers of Node handlers that stream: how they travel, are held back, and end.
#include <sys/stat.h>

#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A handler that waits until the test has seen what it has written so far: a line on a pipe lets it go on.
constexpr const char* kGate = R"(
    const { once } = require('node:events')
    const gate = require('node:fs').createReadStream('gate')
    const opened = once(gate, 'data')
)";

TEST_F(NodeTest, TheFirstBytesOfAStreamComeWhileTheHandlerRuns) {
  ASSERT_EQ(mkfifo((folder.path() / "gate").c_str(), 0600), 0);
  write("index.js", std::string(kGate) + R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.setContentType('text/plain')
      stream.write('first')
      await opened
      stream.end(', last')
    }))");
  auto worker = start(node("index.handler"));
  auto reply = invoke(*worker);
  ASSERT_TRUE(reply.stream) << reply.payload;
  EXPECT_EQ(reply.content_type, "text/plain");
  EXPECT_EQ(next(reply), "first");
  EXPECT_TRUE(worker->busy());
  FILE* gate = fopen((folder.path() / "gate").c_str(), "w");
  fputs("go\n", gate);
  fclose(gate);
  EXPECT_EQ(rest(reply), ", last");
  EXPECT_FALSE(reply.stream->error());
  EXPECT_FALSE(worker->busy());
}

TEST_F(NodeTest, AStreamThatNobodyReadsHoldsItsHandlerBack) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.size === undefined) return stream.end(String(globalThis.waited))
      globalThis.waited = 0
      for (let left = event.size; left > 0; left -= 1e6) {
        if (!stream.write(Buffer.alloc(1e6, 'x'))) {
          globalThis.waited++
          await new Promise((go) => stream.once('drain', go))
        }
        if (left <= 20e6) console.log('nearly done')
      }
      stream.end()
    }))");
  auto worker = start(node("index.handler"));
  auto reply = invoke(*worker, R"({"size":40000000})");
  ASSERT_TRUE(reply.stream) << reply.payload;
  context.restart();
  context.run_for(300ms);
  EXPECT_THAT(lines, ElementsAre());  // what the sockets hold is less than half of it
  size_t total = 0;
  for (auto piece = next(reply); !piece.empty(); piece = next(reply)) total += piece.size();
  EXPECT_EQ(total, 40'000'000u);
  EXPECT_FALSE(reply.stream->error());
  auto second = invoke(*worker);
  EXPECT_GT(std::stoi(rest(second)), 20);
}

TEST_F(NodeTest, APreludeGoesAheadOfTheFirstBytes) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream = awslambda.HttpResponseStream.from(stream, { statusCode: 201 })
      if (event.write) stream.write('a')
      stream.end()
    }))");
  auto worker = start(node("index.handler"));
  auto reply = invoke(*worker, R"({"write":true})");
  EXPECT_EQ(reply.content_type, "application/vnd.awslambda.http-integration-response");
  EXPECT_EQ(rest(reply), std::string(R"({"statusCode":201})") + std::string(8, '\0') + "a");
  reply = invoke(*worker);
  EXPECT_EQ(rest(reply), "");  // as AWS's own runtime has it
}

TEST_F(NodeTest, AnErrorOnTheWayFollowsTheBytes) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      if (event.first) stream.write('some')
      if (event.crash) setTimeout(() => { throw new RangeError('crash') }, 1)
      else throw new RangeError('no more')
      await new Promise(() => {})
    }))");
  auto worker = start(node("index.handler"));
  for (auto const* event : {R"({"first":true})", "{}"}) {
    auto reply = invoke(*worker, event);
    ASSERT_TRUE(reply.stream) << reply.payload;
    EXPECT_EQ(rest(reply), std::string_view(event) == "{}" ? "" : "some");
    ASSERT_TRUE(reply.stream->error());
    EXPECT_EQ(reply.stream->error()->type, "RangeError");
    EXPECT_THAT(reply.stream->error()->body, HasSubstr(R"("errorMessage":"no more")"));
    EXPECT_TRUE(run(worker->ready()));
  }
  auto reply = invoke(*worker, R"({"first":true,"crash":true})");
  EXPECT_EQ(rest(reply), "some");
  ASSERT_TRUE(reply.stream->error());
  EXPECT_EQ(reply.stream->error()->type, "RangeError");
  EXPECT_FALSE(run(worker->ready()));
}

TEST_F(NodeTest, AContentTypeThatNoHeaderMayHaveIsTheHandlersError) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.setContentType(event.type)
      stream.end('sent')
    }))");
  auto worker = start(node("index.handler"));
  for (auto const* event :
       {R"({"type":"text/plain\r\nX-Own: 1"})", R"({"type":"a\nb"})", R"({"type":"\u20ac"})"}) {
    auto reply = invoke(*worker, event);
    ASSERT_TRUE(reply.stream) << reply.payload;
    EXPECT_EQ(rest(reply), "");
    ASSERT_TRUE(reply.stream->error()) << event;
    EXPECT_EQ(reply.stream->error()->type, "TypeError");
    EXPECT_THAT(reply.stream->error()->body, HasSubstr("Invalid character in header content"));
    EXPECT_TRUE(run(worker->ready()));
  }
  auto reply = invoke(*worker, R"({"type":"text/html; charset=utf-8"})");
  EXPECT_EQ(reply.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(rest(reply), "sent");
}

TEST_F(NodeTest, AStreamEndsAtTheDeadlineAndWithItsProcess) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      stream.write('some')
      if (event.exit) setTimeout(() => process.exit(3), 10)
      setInterval(() => {}, 1000)
      await new Promise(() => {})
    }))");
  auto worker = start(node("index.handler"));
  auto late = invoke(*worker, "{}", 1s);
  EXPECT_EQ(rest(late), "some");
  ASSERT_TRUE(late.stream->error());
  EXPECT_EQ(late.stream->error()->type, "Sandbox.Timedout");
  EXPECT_THAT(late.stream->error()->body, HasSubstr("Task timed out after 1.00 seconds"));
  worker = start(node("index.handler"));
  auto gone = invoke(*worker, R"({"exit":true})");
  EXPECT_EQ(rest(gone), "some");
  ASSERT_TRUE(gone.stream->error());
  EXPECT_EQ(gone.stream->error()->type, "Runtime.ExitError");
}

TEST_F(NodeTest, WhoStopsReadingDoesNotStopTheHandler) {
  write("index.js", R"(
    exports.handler = awslambda.streamifyResponse(async (event, stream) => {
      for (let i = 0; i < 20; i++)
        if (!stream.write(Buffer.alloc(1e6))) await new Promise((go) => stream.once('drain', go))
      stream.end()
      console.log('done')
    }))");
  auto worker = start(node("index.handler"));
  auto reply = invoke(*worker);
  EXPECT_NE(next(reply), "");
  reply.stream.reset();
  run_until([&] { return !lines.empty() && !worker->busy(); });
  EXPECT_THAT(lines, ElementsAre("r1|done"));
}

}  // namespace
}  // namespace live
