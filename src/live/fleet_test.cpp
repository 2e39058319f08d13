#include "live/fleet.h"

#include <sys/resource.h>

#include <csignal>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

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
    void queued(const LocalFunction&, const Invocation& one, size_t workers) override {
      say(fmt::format("queued {} behind {}", one.request_id, workers));
    }
    void printed(const LocalFunction&, std::string_view, Process::Stream, std::string_view line) override {
      say("printed " + std::string(line));
    }
    void answered(const LocalFunction&, const Invocation& one, const Reply&, const Timing& timing) override {
      say("answered " + one.request_id +
          (timing.streamed ? fmt::format(" {} bytes", timing.streamed->bytes) : ""));
    }
    void ignored(const LocalFunction&, std::string_view variable) override {
      say("ignored " + std::string(variable));
    }
    void note(std::string_view request_id, std::string_view text) override {
      say(fmt::format("note {} {}", request_id, text));
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
    auto other = one;
    other.name = "other";
    fleet.use({{"fn", one}, {"other", other}});
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
      context.get_executor(),
      clock,
      ids,
      ready,
      told,
      FleetOptions{.runtimes = LIVE_SOURCE_DIR "/runtimes", .most_workers = 3, .most_of_one_function = 2}};
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

TEST_F(FleetTest, VariablesThatChangeTheStartComeFromTheAppAndNotFromTheRemoteEnvironment) {
  code(1,
       "exports.handler = async () => ({ options: process.env.NODE_OPTIONS, preload: process.env.LD_PRELOAD,"
       " path: process.env.PATH, bash: process.env.BASH_ENV, home: process.env.HOME, stranger: "
       "globalThis.stranger });");
  auto table = fleet.functions();
  table.at("fn").start_variables = {{"NODE_OPTIONS", "--max-http-header-size=9000"},
                                    {"PATH", "/var/task/bin"}};
  fleet.use(table);
  auto one = call("one");
  one.variables.insert(one.variables.end(),
                       {{"NODE_OPTIONS", "--import=data:text/javascript,globalThis.stranger=1"},
                        {"LD_PRELOAD", "/tmp/planted.so"},
                        {"BASH_ENV", "/tmp/planted.sh"},
                        {"HOME", "/tmp/planted"},
                        {"PATH", "/tmp/planted"}});
  auto const reply = run(fleet.invoke(std::move(one)));
  EXPECT_EQ(member(reply, "options"), "--max-http-header-size=9000");
  EXPECT_EQ(member(reply, "preload"), "(missing)");
  EXPECT_EQ(member(reply, "bash"), "(missing)");
  EXPECT_EQ(member(reply, "stranger"), "(missing)");
  EXPECT_EQ(member(reply, "home"), getenv("HOME"));
  EXPECT_EQ(member(reply, "path"), "/var/task/bin:" + std::string(getenv("PATH")));
  EXPECT_THAT(told.facts, testing::IsSupersetOf({"ignored NODE_OPTIONS", "ignored LD_PRELOAD",
                                                 "ignored BASH_ENV", "ignored HOME", "ignored PATH"}));
}

TEST_F(FleetTest, AVariableThatTheAppHasWithTheSameValueIsNotSaidToBeIgnored) {
  auto table = fleet.functions();
  table.at("fn").start_variables = {{"NODE_OPTIONS", "--max-http-header-size=9000"}};
  fleet.use(table);
  auto one = call("one");
  one.variables.emplace_back("NODE_OPTIONS", "--max-http-header-size=9000");
  run(fleet.invoke(std::move(one)));
  EXPECT_THAT(told.facts, testing::Not(testing::Contains(HasSubstr("ignored"))));
}

TEST_F(FleetTest, OtherCredentialsMeanAFreshWorker) {
  auto const first = pid("one", "AKIA1");
  EXPECT_NE(pid("one", "AKIA2"), first);
  EXPECT_EQ(fleet.workers(), 1u);
}

TEST_F(FleetTest, AClientOfTheSdkThatIsKeptAcrossCallsHasTheRotatedCredentials) {
  code(1,
       "const { STSClient } = require('@aws-sdk/client-sts'); const client = new STSClient({ region: "
       "'us-east-1' });"
       "exports.handler = async () => ({ key: (await client.config.credentials()).accessKeyId });");
  auto const signed_by = [this](std::string key) {
    auto one = call("one", std::move(key));
    one.variables.emplace_back("AWS_SECRET_ACCESS_KEY", "secret");
    return member(run(fleet.invoke(std::move(one))), "key");
  };
  EXPECT_EQ(signed_by("AKIA1"), "AKIA1");
  EXPECT_EQ(signed_by("AKIA1"), "AKIA1");
  EXPECT_EQ(signed_by("AKIA2"), "AKIA2");
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

TEST_F(FleetTest, TheWorkerOfFormerCodeEndsThoughNothingWaitsForThat) {
  auto const former = std::stoi(pid("one"));
  ready.answer = Code::Ready{folder.path(), "index.handler", 2};
  fleet.changed("fn");
  EXPECT_NE(std::stoi(pid("one")), former);
  run_until([former] { return ::kill(former, 0) != 0; });
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

TEST_F(FleetTest, ItIsCallsThatManyGiveWayForAndNotWorkersThatRest) {
  code(1,
       "exports.handler = async ({ file }) => { while (file && "
       "!require('fs').existsSync(file)) await new Promise((go) => setTimeout(go, 5));"
       " return { nice: String(require('os').getPriority()) }; };");
  auto const many = Starts::for_this_machine() + 2;
  Fleet fleet{context.get_executor(),
              clock,
              ids,
              ready,
              told,
              FleetOptions{.runtimes = LIVE_SOURCE_DIR "/runtimes", .most_workers = 2 * many}};
  fleet.use(this->fleet.functions());
  auto const ours = std::to_string(::getpriority(PRIO_PROCESS, 0));
  auto const in = [&](size_t environment, std::string event) {
    auto one = call(std::to_string(environment));
    one.event = std::move(event);
    return fleet.invoke(std::move(one));
  };
  for (size_t n = 0; n < many; ++n) EXPECT_EQ(member(run(in(n, "{}")), "nice"), ours);
  std::vector<std::string> at_once;
  auto const gate = folder.path() / "gate";
  for (size_t n = 0; n < many; ++n) {
    auto const keep = [&](Async<Reply> one) -> Async<void> {
      at_once.push_back(member(co_await std::move(one), "nice"));
    };
    asio::co_spawn(context, keep(in(many + n, fmt::format(R"({{"file":"{}"}})", gate.string()))),
                   asio::detached);
  }
  run_until([&] { return fleet.workers() == 2 * many; });
  write("gate", "");
  run_until([&] { return at_once.size() == many; });
  EXPECT_THAT(at_once, testing::Contains("10"));
  EXPECT_THAT(at_once, testing::Contains(ours));
}

TEST_F(FleetTest, AFunctionThatItDoesNotKnowIsNamedWithTheNextStep) {
  auto unknown = call("one");
  unknown.function = "stranger";
  auto const reply = run(fleet.invoke(std::move(unknown)));
  EXPECT_EQ(reply.error_type, "Live.UnknownFunction");
  EXPECT_THAT(reply.payload, testing::AllOf(HasSubstr("stranger"), HasSubstr("live start")));
}

TEST_F(FleetTest, WhileADeploymentRunsACallWaitsForTheTableThatHasItsFunction) {
  auto whole = fleet.functions();
  fleet.use({}, Fleet::Table::partial);
  std::optional<Reply> reply;
  auto const wait = [](Fleet& fleet, Invocation call, std::optional<Reply>& reply) -> Async<void> {
    reply = co_await fleet.invoke(std::move(call));
  };
  asio::co_spawn(context, wait(fleet, call("one"), reply), asio::detached);
  context.poll();
  EXPECT_FALSE(reply);
  EXPECT_THAT(told.facts, testing::IsEmpty());
  fleet.use(std::move(whole));
  EXPECT_NE(pid("two"), "");
  while (!reply && context.run_one() > 0) {
  }
  EXPECT_EQ(reply->outcome, Reply::Outcome::success) << reply->payload;
}

TEST_F(FleetTest, WorkersOfFunctionsThatAreGoneEnd) {
  pid("one");
  fleet.use({});
  EXPECT_EQ(fleet.workers(), 0u);
}

TEST_F(FleetTest, AFunctionWithOtherMemoryHasAFreshWorkerAndOthersKeepTheirs) {
  auto const first = pid("one");
  auto table = fleet.functions();
  table.at("other").memory_mb = 256;
  fleet.use(table);
  EXPECT_EQ(pid("one"), first);
  table.at("fn").memory_mb = 256;
  fleet.use(table);
  EXPECT_NE(pid("one"), first);
}

TEST_F(FleetTest, EveryCallIsToldOfOnceInOrder) {
  pid("one");
  EXPECT_THAT(told.facts, ElementsAre("received r1", "answered r1"));
}

TEST_F(FleetTest, PackagesFromAboveTheFolderThatIsDeployedAreToldOnce) {
  for (auto const* name : {"node_modules/above", "node_modules/of-it", "app/node_modules/beside"})
    write(std::string(name) + "/index.js", "try { require('of-it') } catch {}");
  for (auto const* environment : {"e1", "e2"}) {
    write("app/index.js", "require('above'); require('beside'); exports.handler = async () => 1");
    ready.answer = Code::Ready{folder.path() / "app", "index.handler", 1};
    EXPECT_EQ(run(fleet.invoke(call(environment))).payload, "1");
  }
  auto const notes = std::ranges::count_if(told.facts, [](auto& fact) { return fact.starts_with("note "); });
  EXPECT_EQ(notes, 1);
  EXPECT_THAT(told.facts, testing::Contains(HasSubstr("it has above from a folder above ")));
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

struct FleetLimits : FleetTest {
  void SetUp() override {
    FleetTest::SetUp();
    code(1,
         "exports.handler = async ({ ms = 0, file }) => {"
         " do await new Promise((r) => setTimeout(r, ms)); while (file && !require('fs').existsSync(file));"
         " return { pid: String(process.pid) }; };");
  }
  void begin(std::string environment, int ms, std::chrono::milliseconds limit = 10s,
             std::string function = "fn") {
    begin_with(std::move(environment), fmt::format(R"({{"ms":{}}})", ms), limit, std::move(function));
  }
  void begin_until_there(std::string environment, const std::filesystem::path& file) {
    begin_with(std::move(environment), fmt::format(R"({{"ms":5,"file":"{}"}})", file.string()), 60s, "fn");
  }
  void begin_with(std::string environment, std::string event, std::chrono::milliseconds limit,
                  std::string function) {
    auto one = call(std::move(environment));
    one.function = std::move(function);
    one.deadline = clock.now() + limit;
    one.event = std::move(event);
    asio::co_spawn(context, collect(fleet.invoke(std::move(one))), asio::detached);
    context.restart();
    context.poll();
  }
  Async<void> collect(Async<Reply> answer) { answers.push_back(co_await std::move(answer)); }
  void finish(size_t count) {
    run_until([this, count] { return answers.size() == count; });
  }
  std::vector<Reply> answers;
};

TEST_F(FleetLimits, ACallAboveTheLimitWaitsItsTurnAndIsToldOf) {
  for (auto const* environment : {"one", "two", "three", "four"}) begin(environment, 30);
  finish(4);
  EXPECT_THAT(told.facts, testing::IsSupersetOf({"queued r3 behind 2", "queued r4 behind 2"}));
  for (auto const& one : answers) EXPECT_EQ(one.outcome, Reply::Outcome::success) << one.payload;
  EXPECT_LE(fleet.workers(), 2u);
}

TEST_F(FleetLimits, AnotherFunctionIsNotHeldUpByOneAtItsLimit) {
  auto const done = folder.path() / "done";
  for (auto const* environment : {"one", "two", "three"}) begin_until_there(environment, done);
  begin("four", 0, 30s, "other");
  finish(1);
  EXPECT_EQ(told.facts.back(), "answered r4");
  ASSERT_TRUE(write_file(done, ""));
  finish(4);
}

TEST_F(FleetLimits, AnIdleWorkerGivesWayToACallOfAnotherEnvironment) {
  auto const first = pid("one");
  EXPECT_NE(pid("two"), first);
  EXPECT_NE(pid("three"), first);
  EXPECT_EQ(fleet.workers(), 2u);
  EXPECT_NE(pid("one"), first);  // it was the one used longest ago
  EXPECT_EQ(std::count_if(told.facts.begin(), told.facts.end(),
                          [](auto& fact) { return fact.starts_with("queued"); }),
            0);
}

TEST_F(FleetLimits, WorkersOfFormerCodeGiveWayToCallsOfTheNew) {
  EXPECT_NE(pid("one"), pid("two"));
  ready.answer = Code::Ready{folder.path(), "index.handler", 2};
  fleet.changed("fn");
  EXPECT_NE(pid("three"), pid("four"));
  EXPECT_THAT(told.facts, testing::Not(testing::Contains(HasSubstr("queued"))));
}

TEST_F(FleetLimits, ATimeoutIsTheWholeTimeThoughTheWorkerGotLessOfIt) {
  begin("one", 300);
  begin("two", 300);
  begin("three", 5'000, 1'200ms);
  finish(3);
  EXPECT_THAT(answers.back().payload, HasSubstr("Task timed out after 2.00 seconds"));
}

TEST_F(FleetLimits, AQueuedCallWhoseDeadlinePassesIsATimeout) {
  begin("one", 300);
  begin("two", 300);
  begin("three", 0, 50ms);
  finish(1);
  EXPECT_EQ(answers.front().error_type, "Sandbox.Timedout");
  EXPECT_EQ(told.facts.back(), "answered r3");
  finish(3);
}

}  // namespace
}  // namespace live
