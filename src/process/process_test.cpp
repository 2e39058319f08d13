#include "process/process.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "process/descriptor.h"

namespace live {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

struct ProcessTest : testing::Test {
  asio::io_context context;
  std::vector<std::string> out, err;
  Process::OnLine on_line = [this](Process::Stream stream, std::string_view line) {
    (stream == Process::Stream::out ? out : err).emplace_back(line);
  };

  std::unique_ptr<Process> start(Command command) {
    auto started = Process::start(context.get_executor(), std::move(command), on_line);
    EXPECT_TRUE(started) << started.error().message;
    return std::move(started.value());
  }
  std::unique_ptr<Process> shell(std::string script) {
    return start({.arguments = {"sh", "-c", std::move(script)}, .inherits_environment = true});
  }
  template <class T>
  static Async<void> keep(Async<T> work, std::optional<T>& result) {
    result.emplace(co_await std::move(work));
  }
  template <class T>
  T run(Async<T> work) {
    std::optional<T> result;
    asio::co_spawn(context, keep(std::move(work), result), asio::detached);
    context.restart();
    while (!result && context.run_one_for(20s) > 0) {
    }
    EXPECT_TRUE(result.has_value()) << "nothing came in 20 seconds";
    return std::move(*result);
  }
};

TEST_F(ProcessTest, GivesItsOutputInLinesAndItsExitStatus) {
  auto process = shell("echo one; echo two >&2; printf three; exit 3");
  ExitStatus status = run(process->wait());
  EXPECT_EQ(status.code, 3);
  EXPECT_EQ(to_string(status), "exit status 3");
  EXPECT_THAT(out, ElementsAre("one", "three"));
  EXPECT_THAT(err, ElementsAre("two"));
  EXPECT_FALSE(process->running());
}

TEST_F(ProcessTest, OfOneOutputWhatItWritesKeepsItsOrder) {
  auto process = start({.arguments = {"sh", "-c", "for i in 1 3 5 7; do echo $i; echo $((i + 1)) >&2; done"},
                        .inherits_environment = true,
                        .one_output = true});
  run(process->wait());
  EXPECT_THAT(out, ElementsAre("1", "2", "3", "4", "5", "6", "7", "8"));
  EXPECT_THAT(err, testing::IsEmpty());
}

TEST_F(ProcessTest, OneThatBeginsStoppedDoesNothingUntilItIsLetGo) {
  auto process = start({.arguments = {"echo", "here"}, .inherits_environment = true, .begins_stopped = true});
  auto const state = read_file(fmt::format("/proc/{}/stat", process->pid()));
  ASSERT_TRUE(state);
  EXPECT_THAT(state.value(), HasSubstr(") T "));
  process->signal(SIGCONT);
  EXPECT_TRUE(run(process->wait()).ok());
  EXPECT_THAT(out, ElementsAre("here"));
}

TEST_F(ProcessTest, GivesAllItWroteHoweverMuch) {
  auto process = shell("seq 1 200000");
  run(process->wait());
  ASSERT_EQ(out.size(), 200'000u);
  EXPECT_EQ(out.back(), "200000");
}

TEST_F(ProcessTest, SaysWhichSignalEndedIt) {
  auto process = shell("kill -9 $$");
  ExitStatus status = run(process->wait());
  EXPECT_EQ(to_string(status), "signal: killed");
  EXPECT_FALSE(status.ok());
}

TEST_F(ProcessTest, AnyNumberMayWaitAndAlsoAfterwards) {
  auto process = shell("exit 7");
  int ended = 0;
  for (int i = 0; i < 3; ++i)
    asio::co_spawn(context, process->wait(),
                   [&](std::exception_ptr, ExitStatus status) { ended += status.code; });
  run(process->wait());
  context.poll();
  EXPECT_EQ(ended, 21);
  EXPECT_EQ(run(process->wait()).code, 7);
}

TEST_F(ProcessTest, NamesTheProgramThatIsNotThere) {
  auto missing = Process::start(context.get_executor(), {.arguments = {"no-such-program"}}, on_line);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, Fault::Kind::not_found);
  EXPECT_THAT(missing.error().message, HasSubstr("no-such-program"));
  auto folder =
      Process::start(context.get_executor(), {.arguments = {"/bin/true"}, .folder = "/no/such"}, on_line);
  ASSERT_FALSE(folder);
  EXPECT_THAT(folder.error().message, HasSubstr("/no/such"));
}

TEST_F(ProcessTest, SaysWhyAFileThatIsThereIsNotStarted) {
  auto dir = TempDir::create();
  auto const file = dir.value().path() / "bootstrap";
  auto const failure_of = [&](std::string_view text) {
    EXPECT_TRUE(write_file(file, text));
    std::filesystem::permissions(file, std::filesystem::perms(0755));
    auto started = Process::start(context.get_executor(), {.arguments = {file.string()}}, on_line);
    return started ? "started" : started.error().message;
  };
  EXPECT_THAT(failure_of("#!/bin/sh\r\necho\r\n"), HasSubstr("bootstrap: its lines end as on Windows"));
  EXPECT_THAT(failure_of("#! /no/such/shell -e\necho\n"),
              HasSubstr("bootstrap: /no/such/shell, which its first line names, is not there"));
  EXPECT_THAT(failure_of("\xEF\xBB\xBF#!/bin/sh\n"), HasSubstr("byte order mark"));
  EXPECT_THAT(failure_of("echo\n"), HasSubstr("has no first line that names one"));
}

TEST_F(ProcessTest, GetsExactlyTheEnvironmentAndFolderGiven) {
  auto dir = TempDir::create();
  ASSERT_TRUE(dir);
  auto process = start(
      {.arguments = {"/bin/sh", "-c", "pwd -P; env | grep -v ^PWD= | grep -v ^_= | grep -v ^SHLVL= | sort"},
       .environment = {{"PATH", "/usr/bin:/bin"}, {"A", "1"}},
       .folder = dir.value().path()});
  run(process->wait());
  EXPECT_THAT(
      out, ElementsAre(std::filesystem::canonical(dir.value().path()).string(), "A=1", "PATH=/usr/bin:/bin"));
}

TEST_F(ProcessTest, ReplacesWhatItInherits) {
  ::setenv("LIVE_PROCESS_TEST", "ours", 1);
  ::setenv("LIVE_PROCESS_TEST_2", "kept", 1);
  auto process = start({.arguments = {"sh", "-c", "echo $LIVE_PROCESS_TEST $LIVE_PROCESS_TEST_2"},
                        .environment = {{"LIVE_PROCESS_TEST", "theirs"}},
                        .inherits_environment = true});
  run(process->wait());
  EXPECT_THAT(out, ElementsAre("theirs kept"));
}

TEST_F(ProcessTest, InheritsNoDescriptorButTheStandardOnes) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);  // without CLOEXEC
  auto process = start({.arguments = {"/bin/ls", "/proc/self/fd"}});
  run(process->wait());
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_THAT(out, ElementsAre("0", "1", "2", "3"));  // 3 is the folder that ls reads
}

TEST_F(ProcessTest, ReadsWhatIsWrittenToItInOrder) {
  auto process = start({.arguments = {"cat"}, .inherits_environment = true, .takes_input = true});
  std::string big(1 << 20, 'x');
  std::optional<Result<void>> first, second;
  asio::co_spawn(context, keep(process->write("first\n"), first), asio::detached);
  asio::co_spawn(context, keep(process->write("second\n"), second), asio::detached);
  EXPECT_TRUE(run(process->write(big + "\n")));
  EXPECT_TRUE(first && *first && second && *second);
  process->close_input();
  EXPECT_EQ(run(process->wait()).code, 0);
  ASSERT_EQ(out.size(), 6u);  // the long line in four pieces
  EXPECT_EQ(out[0], "first");
  EXPECT_EQ(out[1], "second");
  EXPECT_EQ(out[2], std::string(256 * 1024, 'x'));
}

TEST_F(ProcessTest, WritingToOneThatEndedIsAFault) {
  auto process = start({.arguments = {"/bin/true"}, .takes_input = true});
  run(process->wait());
  auto written = run(process->write("x"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, Fault::Kind::closed);
}

TEST_F(ProcessTest, StopsPolitelyAndThenNot) {
  auto polite = shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.01; done");
  while (out.empty()) context.run_one();
  EXPECT_EQ(run(polite->stop(10s)).code, 5);
  auto deaf = shell("trap '' TERM; echo deaf; while :; do sleep 0.01; done");
  while (out.size() < 2) context.run_one();
  EXPECT_EQ(run(deaf->stop(10ms)).signal, SIGKILL);
}

TEST_F(ProcessTest, EndsWithItsOwnerAndItsChildrenToo) {
  auto process = shell("sleep 1000 & echo $!; wait");
  while (out.empty()) context.run_one();
  pid_t leader = process->pid(), child = std::stoi(out[0]);
  int pidfd = static_cast<int>(::syscall(SYS_pidfd_open, child, 0));
  ASSERT_GE(pidfd, 0);
  ExitStatus seen;
  asio::co_spawn(context, process->wait(), [&](std::exception_ptr, ExitStatus status) { seen = status; });
  context.poll();
  process.reset();
  context.run();
  EXPECT_EQ(seen.signal, SIGKILL);
  EXPECT_EQ(::kill(leader, 0), -1);  // reaped
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 10'000), 1) << "the grandchild lives on";
  ::close(pidfd);
}

// Whether it ends, within ten seconds.
bool ends(int pidfd) {
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  return ::poll(&ended, 1, 10'000) == 1;
}

// Each tells the number of a process that is to be gone.
constexpr const char* kWaysToLeave[] = {
    "setsid sh -c 'echo $$; exec sleep 1000' &",                                         // as a browser
    "setsid sh -c 'sh -c \"echo \\$\\$; exec sleep 1000\" &' &",                         // as a daemon
    "setsid env -i /bin/sh -c '/bin/sh -c \"echo \\$\\$; exec /bin/sleep 1000\" &' &"};  // which knows
                                                                                         // nothing

struct Leaving : ProcessTest, testing::WithParamInterface<const char*> {
  // It goes on by `then` once the other one is there.
  std::unique_ptr<Process> leave(const std::string& then) {
    auto process = start({.arguments = {"sh", "-c", std::string(GetParam()) + "\nread go\n" + then},
                          .inherits_environment = true,
                          .takes_input = true,
                          .takes_all_along = true});
    while (out.empty()) context.run_one();
    left = Descriptor(int(::syscall(SYS_pidfd_open, std::stoi(out[0]), 0)));
    EXPECT_GE(left.number(), 0);
    return process;
  }
  Descriptor left;
};
INSTANTIATE_TEST_SUITE_P(Ways, Leaving, testing::ValuesIn(kWaysToLeave));

TEST_P(Leaving, EndsWithOneThatTakesAllAlongAndIsStopped) {
  for (auto const number : {SIGTERM, SIGKILL}) {
    out.clear();
    context.restart();
    auto process = leave("");
    process->signal(number);
    EXPECT_EQ(run(process->wait()).signal, number);
    EXPECT_TRUE(ends(left.number()));
  }
}

TEST_P(Leaving, EndsWithOneThatTakesAllAlongAndEndsByItself) {
  auto process = leave("exit 3");
  process->close_input();
  EXPECT_EQ(run(process->wait()).code, 3);
  EXPECT_TRUE(ends(left.number()));
}

TEST_P(Leaving, EndsWithTheOwnerThoughNobodyRunsTheExecutorAnyMore) {
  {
    asio::io_context shorter;
    auto process = Process::start(shorter.get_executor(),
                                  {.arguments = {"sh", "-c", std::string(GetParam()) + "\nexec sleep 1000"},
                                   .inherits_environment = true,
                                   .takes_all_along = true},
                                  on_line);
    ASSERT_TRUE(process);
    while (out.empty()) shorter.run_one();
    left = Descriptor(int(::syscall(SYS_pidfd_open, std::stoi(out[0]), 0)));
  }
  EXPECT_TRUE(ends(left.number()));
}

TEST_F(ProcessTest, OneThatTakesAllAlongLeavesOthersAlone) {
  auto bystander = shell("echo here; exec sleep 1000");
  while (out.empty()) context.run_one();
  auto other = start({.arguments = {"sleep", "1000"}, .inherits_environment = true, .takes_all_along = true});
  auto process = start({.arguments = {"true"}, .inherits_environment = true, .takes_all_along = true});
  EXPECT_TRUE(run(process->wait()).ok());
  for (auto* one : {bystander.get(), other.get()}) {
    siginfo_t ended{};
    ::waitid(P_PID, id_t(one->pid()), &ended, WEXITED | WNOHANG | WNOWAIT);
    EXPECT_EQ(ended.si_pid, 0);
    one->signal(SIGKILL);
    run(one->wait());
  }
}

TEST_F(ProcessTest, OneThatClearsAwayMayDoSoWhenItsOwnerGoes) {
  TempDir folder = std::move(TempDir::create("process-test")).value();
  auto const made = folder.path() / "made";
  std::string const script = "trap 'rm " + made.string() + "; exit 0' TERM; touch " + made.string() +
                             "; echo ready; while :; do sleep 0.01; done";
  auto process =
      start({.arguments = {"sh", "-c", script}, .inherits_environment = true, .clears_away = true});
  while (out.empty()) context.run_one();
  int const pidfd = int(::syscall(SYS_pidfd_open, process->pid(), 0));
  process.reset();
  pollfd ended{.fd = pidfd, .events = POLLIN, .revents = 0};
  EXPECT_EQ(::poll(&ended, 1, 20'000), 1);
  ::close(pidfd);
  EXPECT_FALSE(std::filesystem::exists(made));
}

TEST_F(ProcessTest, IsReapedEvenWhenNobodyRunsTheExecutorAnyMore) {
  pid_t pid;
  {
    asio::io_context shorter;
    auto process = Process::start(shorter.get_executor(), {.arguments = {"/bin/sleep", "1000"}}, on_line);
    ASSERT_TRUE(process);
    pid = process.value()->pid();
  }
  EXPECT_EQ(::waitpid(pid, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(ProcessTest, ABackgroundChildThatKeepsTheOutputOpenDoesNotDelayItsEnd) {
  auto process = shell("sleep 1000 & echo done");
  EXPECT_EQ(run(process->wait()).code, 0);
  EXPECT_THAT(out, ElementsAre("done"));
}

TEST_F(ProcessTest, GivesWhatIsPendingWhenAsked) {
  auto process = start({.arguments = {"sh", "-c", "printf 'a\nb'; echo >&2; cat"},
                        .inherits_environment = true,
                        .takes_input = true});
  while (err.empty()) context.run_one();
  process->read_pending();
  EXPECT_THAT(out, ElementsAre("a", "b"));
  process->close_input();
  run(process->wait());
  EXPECT_EQ(out.size(), 2u);
}

}  // namespace
}  // namespace live
