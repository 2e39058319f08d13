#include "live/fleet.h"

#include "base/timer.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct FleetTest : NodeTest {
  struct TestCode final : Code {
    explicit TestCode(const Executor& executor) : built(executor) { built.never_expire(); }
    Async<Result<Ready>> ready(LocalFunction) override {
      while (building) co_await built.wait();
      auto const now = answer;
      co_return now;
    }
    void finish() {
      building = false;
      built.cancel();
    }
    Result<Ready> answer = fault("not set");
    bool building = false;
    Timer built;
  };
  struct Told final : Observer {
    void received(const LocalFunction&, const Invocation& one) override { say("received " + one.request_id); }
    void printed(const LocalFunction&, std::string_view, Process::Stream, std::string_view line) override {
      say("printed " + std::string(line));
    }
    void answered(const LocalFunction&, const Invocation& one, const Reply&, const Timing& timing) override {
      say("answered " + one.request_id +
          (timing.streamed ? fmt::format(" {} bytes", timing.streamed->bytes) : ""));
    }
    void rebuilt(const LocalFunction&, std::chrono::microseconds) override {}
    void build_failed(const LocalFunction&, std::string_view) override {}
    void say(std::string fact) { facts.push_back(std::move(fact)); }
    std::vector<std::string> facts;
  };

  void SetUp() override {
    NodeTest::SetUp();
    code(1,
         "exports.handler = async (event) => ({ pid: String(process.pid), key: process.env.AWS_ACCESS_KEY_ID,"
         " local: process.env.IS_LOCAL, variable: process.env.MINE });");
    LocalFunction one;
    one.name = "fn";
    one.construct_path = "stack/Fn";
    one.runtime = "nodejs22.x";
    one.handler = "index.handler";
    fleet.use({{"fn", one}});
  }
  void code(uint64_t generation, std::string_view text) {
    write("index.js", text);
    ready.answer = Code::Ready{folder.path(), "index.handler", generation};
  }
  Invocation call(std::string environment, std::string key = "AKIA1") {
    auto one = invocation();
    one.environment_id = std::move(environment);
    one.variables = {{"AWS_ACCESS_KEY_ID", std::move(key)}, {"MINE", "yes"}};
    return one;
  }
  std::string pid(std::string environment, std::string key = "AKIA1") {
    return member(run(fleet.invoke(call(std::move(environment), std::move(key)))), "pid");
  }

  TestCode ready{context.get_executor()};
  Told told;
  Fleet fleet{
      context.get_executor(), clock, ids, ready, told, FleetOptions{.runtimes = LIVE_SOURCE_DIR "/runtimes"}};
};

TEST_F(FleetTest, AnEnvironmentKeepsItsWorkerAndAnotherHasItsOwn) {
  auto const first = pid("one");
  EXPECT_EQ(pid("one"), first);
  EXPECT_NE(pid("two"), first);
  EXPECT_EQ(fleet.workers(), 2u);
}

TEST_F(FleetTest, TheHandlerHasTheRemoteEnvironmentsVariables) {
  auto const reply = run(fleet.invoke(call("one", "AKIA7")));
  EXPECT_EQ(member(reply, "key"), "AKIA7");
  EXPECT_EQ(member(reply, "variable"), "yes");
  EXPECT_EQ(member(reply, "local"), "true");
}

TEST_F(FleetTest, OtherCredentialsMeanAFreshWorker) {
  auto const first = pid("one", "AKIA1");
  EXPECT_NE(pid("one", "AKIA2"), first);
  EXPECT_EQ(fleet.workers(), 1u);
}

TEST_F(FleetTest, ARunningCallFinishesOnTheOldCodeAndTheNextRunsTheNew) {
  code(1,
       "exports.handler = async () => { console.log('begun'); await new Promise((r) => setTimeout(r, 200));"
       " return { version: 'old' }; };");
  std::optional<Reply> old;
  asio::co_spawn(context, keep(fleet.invoke(call("one")), old), asio::detached);
  run_until([this] { return told.facts.size() == 2; });
  EXPECT_EQ(told.facts.back(), "printed begun");
  code(2, "exports.handler = async () => ({ version: 'new' });");
  fleet.changed("fn");
  EXPECT_EQ(member(run(fleet.invoke(call("two"))), "version"), "new");
  run_until([&] { return old.has_value(); });
  EXPECT_EQ(member(*old, "version"), "old");
  EXPECT_EQ(member(run(fleet.invoke(call("one"))), "version"), "new");
}

TEST_F(FleetTest, ACrashCostsItsOwnCallAndTheNextHasANewWorker) {
  code(1,
       "exports.handler = async (event) => { if (event.crash) process.exit(3); return { pid: 'fine' }; };");
  auto crash = call("one");
  crash.event = R"({"crash":true})";
  EXPECT_EQ(run(fleet.invoke(std::move(crash))).error_type, "Runtime.ExitError");
  EXPECT_EQ(pid("one"), "fine");
}

TEST_F(FleetTest, CodeThatDoesNotBuildIsTheAnswer) {
  ready.answer = fault("api.ts:3:5: no such thing");
  auto const reply = run(fleet.invoke(call("one")));
  EXPECT_EQ(reply.error_type, "Live.BuildError");
  EXPECT_THAT(reply.payload, HasSubstr("no such thing"));
  EXPECT_EQ(fleet.workers(), 0u);
}

TEST_F(FleetTest, ACallWaitsForABuildUntilItsDeadlineAndTheNextOneHasTheCode) {
  ready.building = true;
  auto impatient = call("one");
  impatient.deadline = clock.now() + 20ms;
  auto const reply = run(fleet.invoke(std::move(impatient)));
  EXPECT_EQ(reply.error_type, "Sandbox.Timedout");
  EXPECT_EQ(fleet.workers(), 0u);
  std::optional<Reply> next;
  asio::co_spawn(context, keep(fleet.invoke(call("one")), next), asio::detached);
  context.restart();
  context.poll();
  EXPECT_FALSE(next);
  ready.finish();
  run_until([&] { return next.has_value(); });
  EXPECT_EQ(member(*next, "variable"), "yes");
}

TEST_F(FleetTest, AFunctionThatItDoesNotKnowIsNamedWithTheNextStep) {
  auto unknown = call("one");
  unknown.function = "other";
  auto const reply = run(fleet.invoke(std::move(unknown)));
  EXPECT_EQ(reply.error_type, "Live.UnknownFunction");
  EXPECT_THAT(reply.payload, testing::AllOf(HasSubstr("other"), HasSubstr("live start")));
}

TEST_F(FleetTest, WorkersOfFunctionsThatAreGoneEnd) {
  pid("one");
  fleet.use({});
  EXPECT_EQ(fleet.workers(), 0u);
}

TEST_F(FleetTest, EveryCallIsToldOfOnceInOrder) {
  pid("one");
  EXPECT_THAT(told.facts, ElementsAre("received r1", "answered r1"));
}

TEST_F(FleetTest, AStreamIsToldAtItsEndAndKeepsItsWorker) {
  code(1, R"(exports.handler = awslambda.streamifyResponse(async (event, stream) => {
    stream.write(String(process.pid))
    stream.end()
  }))");
  auto reply = run(fleet.invoke(call("one")));
  ASSERT_TRUE(reply.stream) << reply.payload;
  auto const pid = rest(reply);
  EXPECT_THAT(told.facts, ElementsAre("received r1", fmt::format("answered r1 {} bytes", pid.size())));
  auto again = run(fleet.invoke(call("one")));
  EXPECT_EQ(rest(again), pid);
}

TEST_F(FleetTest, AStreamThatNobodyReadsRunsToItsEnd) {
  code(1, R"(exports.handler = awslambda.streamifyResponse(async (event, stream) => {
    for (let i = 0; i < 20; i++)
      if (!stream.write(Buffer.alloc(1e6))) await new Promise((go) => stream.once('drain', go))
    stream.end()
  }))");
  auto reply = run(fleet.invoke(call("one")));
  EXPECT_NE(next(reply), "");
  reply.stream.reset();
  run_until([&] { return told.facts.size() == 2; });
  EXPECT_EQ(told.facts.back(), "answered r1 20000000 bytes");
}

}  // namespace
}  // namespace live
