#include "process/cgroup.h"

#include <fcntl.h>
#include <sys/file.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "process/cgroup_testing.h"
#include "process/process.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::EndsWith;

struct CgroupsTest : CgroupTest {
  std::shared_ptr<Cgroups> create() { return std::move(Cgroups::create(view(), tree).value()); }
};

TEST_F(CgroupsTest, WeGoIntoAChildWhereWhoGivesMemoryMayHaveNoProcesses) {
  auto const all = create();
  EXPECT_EQ(text_of(scope() / "live/cgroup.procs"), "0");
  EXPECT_EQ(text_of(scope() / "cgroup.subtree_control"), "+memory");
  EXPECT_EQ(text_of(all->folder() / "cgroup.subtree_control"), "+memory");
  EXPECT_EQ(all->folder().parent_path(), scope());
}

TEST_F(CgroupsTest, AllOfOneEndTogetherAndHaveNoSwap) {
  auto const one = create()->make().value();
  ASSERT_TRUE(one->limit_memory(128));
  EXPECT_EQ(text_of(one->folder() / "memory.max"), "128M");
  EXPECT_EQ(text_of(one->folder() / "memory.oom.group"), "1");
  EXPECT_EQ(text_of(one->folder() / "memory.swap.max"), "0");
}

TEST_F(CgroupsTest, ALimitThatTheKernelDoesNotTakeIsAnError) {
  auto const one = create()->make().value();
  std::filesystem::remove(one->folder() / "memory.max");
  EXPECT_THAT(one->limit_memory(128).error().message, EndsWith("memory.max: No such file or directory"));
}

TEST_F(CgroupsTest, EndedForTheMachinesSakeItHasNotRunOutOfItsOwnMemory) {
  auto const one = create()->make().value();
  EXPECT_FALSE(one->ran_out_of_memory());
  write(one->folder() / "memory.events", "low 0\nmax 0\noom 0\noom_kill 1\n");
  EXPECT_FALSE(one->ran_out_of_memory());
  write(one->folder() / "memory.events", "low 0\nmax 17\noom 1\noom_kill 2\n");
  EXPECT_TRUE(one->ran_out_of_memory());
}

TEST_F(CgroupsTest, NothingIsLeftAtTheEnd) {
  auto all = create();
  auto const folder = all->folder();
  auto one = all->make().value();
  all.reset();
  EXPECT_TRUE(std::filesystem::exists(one->folder()));
  one.reset();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(CgroupsTest, OneWhoseProcessesAreStillEndingIsRemovedLater) {
  auto all = create();
  auto one = all->make().value();
  auto const folder = one->folder();
  tree.populated.insert(folder);
  one.reset();
  EXPECT_TRUE(std::filesystem::exists(folder));
  tree.populated.clear();
  auto const next = all->make();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

TEST_F(CgroupsTest, WhatAKilledOneHasLeftTheNextOneRemoves) {
  tree.make(scope() / "live-workers-dead");
  tree.make(scope() / "live-workers-dead/1");
  tree.make(scope() / "of others");
  tree.make(scope() / "live-workers-busy");
  int const lock = ::open((scope() / "live-workers-busy").c_str(), O_RDONLY | O_DIRECTORY);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  auto const all = create();
  EXPECT_FALSE(std::filesystem::exists(scope() / "live-workers-dead"));
  EXPECT_TRUE(std::filesystem::exists(scope() / "of others"));
  EXPECT_TRUE(std::filesystem::exists(scope() / "live-workers-busy"));
  ::close(lock);
}

// On a kernel that lets us: scripts/cgroups has one.
struct KernelCgroups : testing::Test {
  void SetUp() override {
    auto made = Cgroups::create(CgroupView::of_this_process());
    if (!made) GTEST_SKIP() << made.error().message;
    all = std::move(made.value());
    group = all->make().value();
  }

  ExitStatus run(std::string script) {
    auto started = Process::start(
        context.get_executor(),
        {.arguments = {"sh", "-c", std::move(script)}, .inherits_environment = true, .cgroup = group},
        [this](Process::Stream, std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(started) << started.error().message;
    auto const wait = [](Process& process, ExitStatus& status) -> Async<void> {
      status = co_await process.wait();
    };
    ExitStatus status;
    asio::co_spawn(context, wait(*started.value(), status), asio::detached);
    context.run();
    return status;
  }

  asio::io_context context;
  std::shared_ptr<Cgroups> all;
  std::shared_ptr<Cgroup> group;
  std::vector<std::string> lines;
};

TEST_F(KernelCgroups, AProcessBeginsThere) {
  EXPECT_TRUE(run("grep ^0: /proc/self/cgroup").ok());
  EXPECT_THAT(lines, ElementsAre(EndsWith(fmt::format("{}/{}", all->folder().filename().string(),
                                                      group->folder().filename().string()))));
}

TEST_F(KernelCgroups, WhoUsesMoreIsEndedWithAllItsProcesses) {
  ASSERT_TRUE(group->limit_memory(32));
  auto const status = run("tail /dev/zero | wait; sleep 1000");
  EXPECT_EQ(status.signal, SIGKILL);
  EXPECT_TRUE(group->ran_out_of_memory());
}

TEST_F(KernelCgroups, WhomAnotherEndsHasNotRunOutOfMemory) {
  ASSERT_TRUE(group->limit_memory(32));
  EXPECT_EQ(run("kill -9 $$").signal, SIGKILL);
  EXPECT_FALSE(group->ran_out_of_memory());
}

TEST_F(KernelCgroups, WhatItLeavesBehindEndsWithIt) {
  EXPECT_TRUE(run("setsid sleep 1000 > /dev/null 2>&1 &").ok());
  auto const folder = all->folder();
  group.reset();
  all.reset();
  EXPECT_FALSE(std::filesystem::exists(folder));
}

}  // namespace
}  // namespace live
