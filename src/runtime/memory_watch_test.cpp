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

  std::unique_ptr<Process> python(std::string_view script) {
    return sh(fmt::format("exec python3 -c '{}\nprint(1, flush=True)\nimport time\ntime.sleep(60)'", script));
  }

  MemoryWatch watch(const Process& process, long limit_mb) {
    return {context.get_executor(),
            process.pid(),
            limit_mb,
            {.is_wanted =
                 [this] {
                   ++looks;
                   return is_wanted;
                 },
             .on_exceeded = [this](long used) { told.push_back(used); }}};
  }

  bool is_wanted = true;
  int looks = 0;
  std::vector<long> told;
};

TEST_F(MemoryWatchTest, WhatTheChildrenHaveCounts) {
  EXPECT_EQ(memory_mb_of(-1), 0);
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  auto const parent =
      sh("python3 -c 'x = bytearray(60_000_000); print(1, flush=True); import time; time.sleep(60)' & wait");
  run_until([this] { return !lines.empty(); });
  EXPECT_GT(memory_mb_of(parent->pid()), 57);
  EXPECT_GT(exact_memory_mb_of(parent->pid()), 57);
}

TEST_F(MemoryWatchTest, WhatIsMappedOfAFileDoesNotCount) {
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  auto const file = folder.path() / "mapped";
  write("mapped", std::string(60'000'000, 'x'));
  auto const process =
      python(fmt::format("import mmap\nf = open(\"{}\", \"r+b\")\nm = mmap.mmap(f.fileno(), 0, "
                         "access=mmap.ACCESS_READ)\nsum(m[i] for i in range(0, len(m), 4096))",
                         file.string()));
  run_until([this] { return !lines.empty(); });
  EXPECT_LT(memory_mb_of(process->pid()), 30);
}

TEST_F(MemoryWatchTest, WhatAChildHasInheritedCountsOnceInTheEnd) {
  if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
  auto const process = python(
      "import os, time\nx = bytearray(b\"x\" * 60_000_000)\nfor _ in range(2):\n  if os.fork() == 0:\n"
      "    time.sleep(60)");
  run_until([this] { return !lines.empty(); });
  EXPECT_LT(exact_memory_mb_of(process->pid()), 100);
  auto one = watch(*process, 100);
  one.wake();
  run_until([this] { return looks > 1; });
  EXPECT_TRUE(told.empty());
}

TEST_F(MemoryWatchTest, WhoExceedsItIsToldOnce) {
  auto const process = sh("sleep 60");
  auto one = watch(*process, -1);
  one.wake();
  run_until([this] { return !told.empty(); });
  one.wake();
  context.restart();
  context.poll();
  EXPECT_EQ(told.size(), 1);
  EXPECT_EQ(looks, 1);
}

TEST_F(MemoryWatchTest, ItRestsWhileNothingRuns) {
  auto const process = sh("sleep 60");
  auto one = watch(*process, 1000);
  is_wanted = false;
  one.wake();
  run_until([this] { return looks == 1; });
  is_wanted = true;
  one.wake();
  run_until([this] { return looks == 3; });
}

TEST(UntilNextLook, TheNearerTheLimitTheSooner) {
  EXPECT_EQ(until_next_look(0, 3008), 250ms);
  EXPECT_EQ(until_next_look(40, 128), 88ms);
  EXPECT_EQ(until_next_look(127, 128), 20ms);
  EXPECT_EQ(until_next_look(500, 128), 20ms);
}

TEST(MemoryWatchPace, WhereManyAreWatchedEachIsLookedAtLessOften) {
  EXPECT_EQ(until_paid(100us, 1), 10ms);
  EXPECT_EQ(until_paid(100us, 50), 500ms);
  EXPECT_EQ(until_paid(100us, 500), 1s);
}

}  // namespace
}  // namespace live
