#include "runtime/launch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::HasSubstr;

constexpr const char* kTakesMemory = R"(
  exports.handler = async ({ mb }) => {
    const taken = Buffer.alloc(mb * 1024 * 1024, 1)
    if (mb > 128) await new Promise((resolve) => setTimeout(resolve, 2000))
    return taken.length
  })";

struct LimitsTest : NodeTest {
  std::unique_ptr<Worker> start(Program program, Spares* spares = nullptr) {
    auto told = events();
    told.on_memory_exceeded = [this](std::string_view id, long used) { exceeded.emplace_back(id, used); };
    auto worker = Worker::start(context.get_executor(), clock, ids, std::move(program), told, spares);
    EXPECT_TRUE(worker);
    return std::move(worker.value());
  }
  std::vector<std::pair<std::string, long>> exceeded;
};

TEST_F(LimitsTest, MoreThanItsMemoryEndsAFunctionInLambdasWords) {
  write("index.js", kTakesMemory);
  auto worker = start(node("index.handler"));
  EXPECT_EQ(invoke(*worker, R"({"mb": 60})").payload, "62914560");
  auto const reply = invoke(*worker, R"({"mb": 300})");
  EXPECT_EQ(reply.error_type, "Runtime.ExitError");
  EXPECT_EQ(member(reply, "errorMessage"), "RequestId: r2 Error: Runtime exited with error: signal: killed");
  ASSERT_EQ(exceeded.size(), 1);
  EXPECT_EQ(exceeded[0].first, "r2");
  EXPECT_GT(exceeded[0].second, 128);
  EXPECT_FALSE(worker->alive());
}

TEST_F(LimitsTest, MemoryThatInitTakesCountsToo) {
  write("index.js", "globalThis.taken = Buffer.alloc(300 * 1024 * 1024, 1); for (;;);");
  auto worker = start(node("index.handler"));
  auto const reply = invoke(*worker);
  EXPECT_THAT(member(reply, "errorMessage"), HasSubstr("signal: killed"));
  EXPECT_EQ(exceeded.size(), 1);
}

TEST_F(LimitsTest, LiftedNeitherTimeNorMemoryEndsAFunction) {
  write("index.js", kTakesMemory);
  auto program = node("index.handler");
  program.limits = Limits::lifted;
  auto worker = start(program);
  EXPECT_EQ(invoke(*worker, R"({"mb": 300})", 1s).payload, "314572800");
  EXPECT_TRUE(exceeded.empty());
}

TEST_F(LimitsTest, LiftedAnInitMayTakeLonger) {
  write("index.mjs",
        "await new Promise((resolve) => setTimeout(resolve, 1000)); export const handler = async () => 1");
  auto program = node("index.handler");
  program.init_timeout = 100ms;
  program.limits = Limits::lifted;
  EXPECT_EQ(invoke(*start(program)).payload, "1");
}

TEST_F(LimitsTest, NodesHeapHasTheSizeThatLambdaGivesIt) {
  write("index.js",
        "exports.handler = async () => process.execArgv.filter((one) => !one.startsWith('--require')).join(' "
        "')");
  auto const heap = NodeHeap::of(1024, Limits::enforced);
  Spares spares(context.get_executor());
  spares.prepare(node_spare(LIVE_SOURCE_DIR "/runtimes", heap));
  auto program = node("index.handler");
  program.memory_mb = 1024;
  auto const* wanted = "\"--enable-source-maps --max-semi-space-size=51 --max-old-space-size=922\"";
  EXPECT_EQ(invoke(*start(program)).payload, wanted);
  EXPECT_EQ(invoke(*start(program, &spares)).payload, wanted);
}

TEST_F(LimitsTest, AProcessThatWaitsWithAnotherHeapIsNotTaken) {
  write("index.js", "exports.handler = async () => process.argv[1].endsWith('spare.cjs')");
  Spares spares(context.get_executor());
  spares.prepare(node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(512, Limits::enforced)));
  EXPECT_EQ(invoke(*start(node("index.handler"), &spares)).payload, "false");
}

TEST_F(LimitsTest, AHeapThatIsFullOfGarbageIsNoReasonToEnd) {
  write("index.js", R"(
    exports.handler = async () => {
      const kept = []
      for (let i = 0; i < 60; i++) kept.push(Array.from({ length: 10000 }, (_, j) => ({ i, j })))
      for (let i = 0; i < 400; i++) kept[i % 60] = Array.from({ length: 10000 }, (_, j) => ({ i, j }))
      return kept.length
    })");
  EXPECT_EQ(invoke(*start(node("index.handler")), "{}", 30s).payload, "60");
}

}  // namespace
}  // namespace live
