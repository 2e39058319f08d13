// A process that answers as .NET's does (toolchain/dotnet_client.cpp), and is stopped when a call says so.
#include "runtime/dotnet_probe.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "base/timer.h"
#include "process/descriptor.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using Hold = DebugPort::Hold;

constexpr std::string_view kProcess = R"py(#!/usr/bin/env python3
import os, threading, time, urllib.request

mode, folder = os.environ["LIVE_INSPECT"].split(":", 1)
root = os.environ["LAMBDA_TASK_ROOT"]
calls = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
questions, answers = open(folder + "/questions", "rb", 0), open(folder + "/answers", "wb", 0)
stopped = threading.Lock()

def answer():
    while questions.read(1):
        with stopped:
            answers.write(b"a")

def stop():
    with stopped:
        open(root + "/go").close()

def attach():
    return open(root + "/clr-debug-pipe-1-in", "w")

threading.Thread(target=answer, daemon=True).start()
if mode == "wait":
    open(root + "/go").close()
    answers.write(b"i")
while True:
    with urllib.request.urlopen(calls + "next") as given:
        id, event = given.headers["Lambda-Runtime-Aws-Request-Id"], given.read()
    if event == b"attach": debugger = attach()
    if event == b"detach": debugger.close()
    if event == b"stop": stop()
    if event == b"loop": time.sleep(3600)
    urllib.request.urlopen(urllib.request.Request(calls + id + "/response", b"1")).close()
)py";

struct DotnetProbeTest : WorkerTest {
  void SetUp() override {
    if (!program_on_path("python3")) GTEST_SKIP() << "there is no python3 on PATH";
    write("Fn.dll", "");
    write("bin/dotnet", kProcess, 0755);
    ASSERT_EQ(::mkfifo((folder.path() / "go").c_str(), 0600), 0);
  }

  Program program() {
    auto one = of("dotnet8", "Fn");
    one.variables.emplace_back("PATH", (folder.path() / "bin").string());
    one.debugger = "/made/LiveDebugger.dll";
    return one;
  }

  std::unique_ptr<Worker> start(Program program) {
    auto told = events();
    told.on_hold = [this](std::string_view, Hold hold) { holds.push_back(hold); };
    auto worker = Worker::start(context.get_executor(), clock, ids, std::move(program), std::move(told));
    EXPECT_TRUE(worker) << worker.error().message;
    return std::move(worker.value());
  }

  std::optional<Reply>& begin(Worker& worker, std::string event, std::chrono::milliseconds limit) {
    reply.reset();
    asio::co_spawn(context, keep(worker.invoke(invocation(std::move(event), limit)), reply), asio::detached);
    return reply;
  }

  void until_held_for(const Worker& worker, Hold hold, Steady::duration time) {
    run_until([&] { return !holds.empty() && holds.back() == hold && worker.held() > time; });
  }

  // It is at this end's opening that the other one's returns.
  void go() { Descriptor const opened(::open((folder.path() / "go").c_str(), O_WRONLY)); }

  std::vector<Hold> holds;
  std::optional<Reply> reply;
};

TEST_F(DotnetProbeTest, ADebuggerIsThereWhileItsPipeIs) {
  auto const pipe = folder.path() / "clr-debug-pipe-7-42-in";
  EXPECT_FALSE(has_dotnet_debugger(::getpid()));
  {
    std::ofstream const opened(pipe);
    EXPECT_TRUE(has_dotnet_debugger(::getpid()));
    std::filesystem::remove(pipe);
    EXPECT_FALSE(has_dotnet_debugger(::getpid())) << "it has left";
  }
  EXPECT_FALSE(has_dotnet_debugger(-1));
}

TEST_F(DotnetProbeTest, PausedForLongerThanItsTimeACallAnswersWhenItGoesOn) {
  auto const worker = start(program());
  ASSERT_EQ(invoke(*worker, "attach").payload, "1");
  auto const& answer = begin(*worker, "stop", 3s);
  until_held_for(*worker, Hold::paused, 3s);
  go();
  run_until([&] { return answer.has_value(); });
  EXPECT_EQ(answer->payload, "1");
  EXPECT_EQ(invoke(*worker, "detach").payload, "1");
  EXPECT_EQ(invoke(*worker, "loop", 500ms).error_type, "Sandbox.Timedout");
}

TEST_F(DotnetProbeTest, SilentWithoutADebuggerItIsOverItsTime) {
  auto const worker = start(program());
  EXPECT_EQ(invoke(*worker, "stop", 500ms).error_type, "Sandbox.Timedout");
  EXPECT_TRUE(holds.empty());
}

TEST_F(DotnetProbeTest, WithADebuggerThatLetsItRunItIsOverItsTime) {
  auto const worker = start(program());
  ASSERT_EQ(invoke(*worker, "attach").payload, "1");
  EXPECT_EQ(invoke(*worker, "loop", 500ms).error_type, "Sandbox.Timedout");
}

TEST_F(DotnetProbeTest, AnInitThatWaitsForItsDebuggerTakesNoTime) {
  auto one = program();
  one.init_waits = true;
  one.init_timeout = 2s;
  auto const worker = start(std::move(one));
  until_held_for(*worker, Hold::attaching, 2s);
  go();
  EXPECT_EQ(invoke(*worker, "").payload, "1");
  EXPECT_THAT(holds, ElementsAre(Hold::attaching, Hold::none));
}

}  // namespace
}  // namespace live
