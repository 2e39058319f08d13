#include "process/mounts.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "process/process.h"
#include "process/spawn.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct MountsTest : testing::Test {
  void SetUp() override {
    if (auto const why = why_no_mounts()) GTEST_SKIP() << "this user may mount nothing here: " << *why;
    std::ofstream(from.path() / "file") << "inside\n";
    std::filesystem::permissions(from.path(), std::filesystem::perms(0755));
  }

  Command shell(std::string script, std::vector<Mount> mounts) {
    return {.arguments = {"sh", "-c", std::move(script)},
            .inherits_environment = true,
            .mounts = std::move(mounts)};
  }

  std::vector<std::string> run(Command command) {
    asio::io_context context;
    std::vector<std::string> lines;
    auto process = Process::start(context.get_executor(), std::move(command),
                                  [&](Process::Stream, std::string_view line) { lines.emplace_back(line); });
    EXPECT_TRUE(process) << process.error().message;
    if (!process) return lines;
    asio::co_spawn(context, process.value()->wait(), asio::detached);
    context.run();
    return lines;
  }

  TempDir from = std::move(TempDir::create("from").value()), at = std::move(TempDir::create("at").value());
  std::string const read = "cat " + (at.path() / "file").string();
};

bool become_nobody() {  // and may look at itself, as after an exec
  return ::setgid(65534) == 0 && ::setuid(65534) == 0 && ::prctl(PR_SET_DUMPABLE, 1) == 0;
}

// In a child of ours that is somebody else, as most developers are: its exit status is what `does` gives.
int as_nobody(const std::function<int()>& does) {
  pid_t const child = ::fork();
  if (child == 0) ::_exit(become_nobody() ? does() : 99);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

TEST_F(MountsTest, AProcessAndItsChildrenFindAFolderElsewhereAndNobodyElseDoes) {
  auto const lines = run(shell(read + "; sh -c '" + read + "'", {{from.path(), at.path()}}));
  EXPECT_THAT(lines, ElementsAre("inside", "inside"));
  EXPECT_FALSE(std::filesystem::exists(at.path() / "file"));
}

TEST_F(MountsTest, WhatMayNotBeThereIsLeftOutAndWhatMustBeIsNamed) {
  auto const absent = from.path() / "absent";
  EXPECT_THAT(run(shell("echo runs", {{absent, at.path(), Mount::Need::may}})), ElementsAre("runs"));
  auto const failed = spawn(shell("echo runs", {{absent, at.path()}}));
  ASSERT_FALSE(failed);
  EXPECT_THAT(failed.error().message, HasSubstr("with folders of its own: No such file"));
}

TEST_F(MountsTest, AFolderCanBeReadOnlyForAProcessWhileItIsNotForUs) {
  Mount const read_only{from.path(), from.path(), Mount::Need::must, Mount::Access::read_only};
  auto const write = "cat file; touch new 2>/dev/null || echo refused";
  auto const attempt = [&] {
    auto command = shell(write, {read_only});
    command.folder = from.path();
    return run(std::move(command));
  };
  EXPECT_THAT(attempt(), ElementsAre("inside", "refused"));
  std::ofstream(from.path() / "ours") << "";
  EXPECT_TRUE(std::filesystem::exists(from.path() / "ours"));
  std::filesystem::permissions(from.path(), std::filesystem::perms(0777));
  if (::geteuid() != 0 || as_nobody([] { return why_no_mounts() ? 1 : 0; }) != 0) return;
  EXPECT_EQ(as_nobody([&] { return attempt() == std::vector<std::string>{"inside", "refused"} ? 0 : 1; }), 0);
}

TEST_F(MountsTest, WhoIsNotRootMayToo) {
  if (::geteuid() != 0) GTEST_SKIP() << "every other test here runs as somebody else";
  if (as_nobody([] { return why_no_mounts() ? 1 : 0; }) != 0) GTEST_SKIP() << "the kernel lets root alone";
  int const status = as_nobody([&] {
    auto const lines = run(shell(read + "; id -u", {{from.path(), at.path()}}));
    return lines == std::vector<std::string>{"inside", "65534"} ? 0 : 1;
  });
  EXPECT_EQ(status, 0);
}

TEST_F(MountsTest, AProcessWithFoldersOfItsOwnEndsWithUs) {
  if (::geteuid() == 0 && as_nobody([] { return why_no_mounts() ? 1 : 0; }) != 0)
    GTEST_SKIP() << "the kernel lets root alone";
  int pids[2];
  ASSERT_EQ(::pipe(pids), 0);
  std::filesystem::permissions(at.path(), std::filesystem::perms(0755));
  as_nobody([&] {
    auto spawned = spawn(shell("sleep 1000", {{from.path(), at.path()}}));
    if (!spawned) return 1;
    return ::write(pids[1], &spawned.value().pid, sizeof(pid_t)) == sizeof(pid_t) ? 0 : 1;
  });
  pid_t pid = 0;
  ASSERT_EQ(::read(pids[0], &pid, sizeof pid), ssize_t(sizeof pid));
  ::close(pids[0]);
  ::close(pids[1]);
  int const pidfd = int(::syscall(SYS_pidfd_open, pid, 0));
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  EXPECT_TRUE(pidfd < 0 || ::poll(&ended, 1, 10'000) == 1) << "it lives on";
  if (pidfd >= 0) ::close(pidfd);
}

}  // namespace
}  // namespace live
