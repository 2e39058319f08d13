// On a kernel that lets us make cgroups: scripts/cgroups has one.
#include "runtime/memory_limits.h"

#include <algorithm>

#include "runtime/launch.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;

struct KernelLimits : NodeTest {
  void SetUp() override {
    NodeTest::SetUp();
    if (!limits.cgroups) GTEST_SKIP() << limits.why_watched;
    write("index.js", R"(exports.handler = async ({ mb }) => {
  const taken = Buffer.alloc(mb * 1024 * 1024, 1)
  return { taken: taken.length, pid: process.pid, cgroup: require('fs').readFileSync('/proc/self/cgroup', 'utf8') }
})");
    program.cgroups = limits.cgroups.get();
    program.init_timeout = kPatience;
  }

  std::unique_ptr<Worker> begin(Spares* spares = nullptr) {
    auto told = events();
    told.on_memory_exceeded = [this](std::string_view request_id, long used_mb) {
      exceeded.push_back(fmt::format("{} {}", request_id, used_mb));
    };
    auto worker = Worker::start(context.get_executor(), clock, ids, program, std::move(told), spares);
    EXPECT_TRUE(worker) << worker.error().message;
    return std::move(worker.value());
  }

  // The kernels that let us are slow ones (scripts/cgroups), and take back what was read of files before they
  // end anybody.
  static constexpr auto kPatience = 28s;
  Reply take(int mb, Worker& worker) { return invoke(worker, fmt::format(R"({{"mb":{}}})", mb), kPatience); }

  size_t cgroups() const {
    std::filesystem::directory_iterator const all(limits.cgroups->folder());
    return size_t(std::ranges::count_if(all, [](auto& one) { return one.is_directory(); }));
  }

  MemoryLimits limits = MemoryLimits::of_this_machine();
  Program program = node("index.handler");
  std::vector<std::string> exceeded;
};

TEST_F(KernelLimits, WhoFitsAnswers) {
  auto const worker = begin();
  EXPECT_EQ(take(60, *worker).outcome, Reply::Outcome::success);
  EXPECT_TRUE(exceeded.empty());
}

TEST_F(KernelLimits, WhoDoesNotIsAnsweredInLambdasWordsAndIsGoneWithItsCgroup) {
  auto worker = begin();
  auto const reply = take(400, *worker);
  EXPECT_EQ(reply.error_type, "Runtime.ExitError");
  EXPECT_EQ(member(reply, "errorMessage"), "RequestId: r1 Error: Runtime exited with error: signal: killed");
  EXPECT_THAT(exceeded, ElementsAre("r1 128"));
  EXPECT_EQ(worker->max_memory_mb(), 128);
  EXPECT_FALSE(worker->alive());
  worker.reset();
  context.restart();
  context.poll();
  EXPECT_EQ(cgroups(), 0);
}

TEST_F(KernelLimits, AProcessThatWaitedHasTheFunctionsLimit) {
  Spares spares(context.get_executor(), {.cgroups = program.cgroups});
  auto const spare = node_spare(program.runtimes, NodeHeap::of(program.memory_mb, program.limits));
  spares.prepare(spare);
  run_until([&] { return spares.waiting(spare) > 0; });
  auto const worker = begin(&spares);
  EXPECT_EQ(take(60, *worker).outcome, Reply::Outcome::success);
  EXPECT_EQ(take(400, *worker).error_type, "Runtime.ExitError");
  EXPECT_THAT(exceeded, ElementsAre("r2 128"));
}

TEST_F(KernelLimits, WhoIsKilledOtherwiseHasNotRunOutOfMemory) {
  auto const worker = begin();
  take(1, *worker);
  auto answer = worker->invoke(invocation(R"({"mb":1})", kPatience));
  ::kill(worker->pid(), SIGKILL);
  EXPECT_EQ(run(std::move(answer)).error_type, "Runtime.ExitError");
  EXPECT_TRUE(exceeded.empty());
}

TEST_F(KernelLimits, LiftedItIsInNoCgroup) {
  program.limits = Limits::lifted;
  auto const worker = begin();
  EXPECT_EQ(take(200, *worker).outcome, Reply::Outcome::success);
  EXPECT_EQ(cgroups(), 0);
}

}  // namespace
}  // namespace live
