#include "runtime/memory_watch.h"

#include <unistd.h>

#include "runtime/testing.h"

namespace live {
namespace {

struct MemoryWatchTest : WorkerTest {
  std::unique_ptr<Process> sh(std::string script) {
    auto started = Process::start(
        context.get_executor(), {.arguments = {"sh", "-c", std::move(script)}, .inherits_environment = true},
        [this](Process::Stream, std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(started);
    return std::move(started.value());
  }
};

TEST_F(MemoryWatchTest, OfAProcessAndOfWhatItsChildrenHave) {
  EXPECT_GT(memory_mb_of(getpid()), 0);
  EXPECT_EQ(memory_mb_of(-1), 0);
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  auto const parent =
      sh("python3 -c 'x = bytearray(60_000_000); print(1, flush=True); import time; time.sleep(60)' & wait");
  run_until([this] { return !lines.empty(); });
  EXPECT_GT(memory_mb_of(parent->pid()), 57);
}

TEST_F(MemoryWatchTest, WhoExceedsItIsToldOnce) {
  auto const process = sh("sleep 60");
  std::vector<long> told;
  MemoryWatch watch(
      context.get_executor(), 0, [&](long used) { told.push_back(used); }, 1ms);
  watch.begin(process->pid());
  run_until([&] { return !told.empty(); });
  context.run_for(20ms);
  ASSERT_EQ(told.size(), 1);
  EXPECT_GT(told.front(), 0);
}

TEST_F(MemoryWatchTest, NobodyIsToldAfterItsEnd) {
  auto const process = sh("sleep 60");
  bool told = false;
  {
    MemoryWatch watch(
        context.get_executor(), 0, [&](long) { told = true; }, 1ms);
    watch.begin(process->pid());
    watch.end();
    context.run_for(20ms);
    watch.begin(process->pid());
  }
  context.run_for(20ms);
  EXPECT_FALSE(told);
}

}  // namespace
}  // namespace live
