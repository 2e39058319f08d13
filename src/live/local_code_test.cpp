#include "live/local_code.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::HasSubstr;

// Changes are what the test says.
class TestWatch final : public Watch {
 public:
  TestWatch(Executor executor, std::set<std::filesystem::path>& watched)
      : said_(executor, asio::steady_timer::time_point::max()), watched_(watched) {}
  void add(const std::filesystem::path& file) override { watched_.insert(file); }
  void add_folder(const std::filesystem::path& folder, std::vector<std::string>) override {
    watched_.insert(folder);
  }
  void remove(const std::filesystem::path&) override {}
  Async<Result<Changes>> next() override {
    boost::system::error_code ignored;
    while (!changes_) co_await said_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    auto const changes = *std::exchange(changes_, std::nullopt);
    co_return changes;
  }
  Async<Changes> pending() override { co_return std::exchange(changes_, std::nullopt).value_or(Changes{}); }
  const std::string& shortage() const override { return shortage_; }
  void say(const std::filesystem::path& changed) {
    changes_ = Changes{.paths = {changed}};
    said_.cancel();
  }

 private:
  asio::steady_timer said_;
  std::set<std::filesystem::path>& watched_;
  std::optional<Changes> changes_;
  std::string shortage_;
};

struct Told final : Observer {
  void received(const LocalFunction&, const Invocation&) override {}
  void queued(const LocalFunction&, const Invocation&, size_t) override {}
  void printed(const LocalFunction&, std::string_view, Process::Stream, std::string_view) override {}
  void answered(const LocalFunction&, const Invocation&, const Reply&, const Timing&) override {}
  void rebuilt(const LocalFunction&, std::chrono::microseconds) override { ++rebuilds; }
  void build_failed(const LocalFunction&, std::string_view text) override { errors = text; }
  int rebuilds = 0;
  std::string errors;
};

class LocalCodeTest : public testing::Test {
 protected:
  // A builder whose n-th build (from 1, over all its lives) is `answer`: JavaScript that gives a result.
  void builder(const std::string& answer) {
    std::string const script = R"(
      import { createInterface } from "node:readline";
      import { appendFileSync, readFileSync } from "node:fs";
      createInterface({ input: process.stdin }).on("line", (line) => {
        const { id, method, params } = JSON.parse(line);
        if (method === "split") return process.stdout.write(JSON.stringify({ id, result: { dependencies: "/out/dependencies.cjs" } }) + "\n");
        appendFileSync(new URL("builds", import.meta.url), ".");
        const n = readFileSync(new URL("builds", import.meta.url)).length;
        const ok = (more) => ({ outfile: "/out/index.cjs", handler: "index.handler", changed: true, inputs: [params.entry], missing: [], errors: [], warnings: [], ...more });
        const result = ()" + answer +
                               R"();
        process.stdout.write(JSON.stringify({ id, result }) + "\n");
      }).on("close", () => process.exit());)";
    ASSERT_TRUE(write_file(folder_.path() / "src" / "builder.mjs", script));
    host_ = std::make_unique<Host>(context_.get_executor(), Host::Options{.folder = folder_.path()});
    auto watch = std::make_unique<TestWatch>(context_.get_executor(), watched_);
    watch_ = watch.get();
    code_ =
        std::make_unique<LocalCode>(context_.get_executor(), *host_, told_, std::move(watch),
                                    LocalCode::Surroundings{.app = folder_.path(), .state = folder_.path()});
    code_->on_changed([this](const std::string&) { ++changes_; });
    code_->on_dependencies([this](auto&, auto& file) { dependencies_.push_back(file); });
  }
  static LocalFunction function() {
    LocalFunction one;
    one.name = one.construct_path = "Api";
    one.source = LocalFunction::Source::bundle;
    one.path = "/app/api.ts";
    one.handler = "handler";
    return one;
  }
  using Answers = std::vector<Result<Code::Ready>>;
  static Async<void> ask(LocalCode& code, LocalFunction of, Answers& answers) {
    answers.push_back(co_await code.ready(std::move(of)));
  }
  Result<Code::Ready> call(LocalFunction of) {
    Answers answers;
    asio::co_spawn(context_, ask(*code_, std::move(of), answers), asio::detached);
    run([&] { return answers.size() == 1; });
    return answers.front();
  }
  // So many calls at once; gives how many steps the loop took.
  int call(size_t calls, Answers& answers) {
    for (size_t i = 0; i < calls; ++i)
      asio::co_spawn(context_, ask(*code_, function(), answers), asio::detached);
    int steps = 0;
    run([&] { return ++steps, answers.size() == calls; });
    return steps;
  }
  Result<Code::Ready> call() { return call(function()); }
  void run(const std::function<bool()>& until) {
    while (!until() && context_.run_one_for(std::chrono::seconds(20)) > 0) {
    }
  }

  asio::io_context context_;
  TempDir folder_ = std::move(TempDir::create("local-code-test")).value();
  std::set<std::filesystem::path> watched_;
  TestWatch* watch_ = nullptr;
  Told told_;
  int changes_ = 0;
  std::vector<std::filesystem::path> dependencies_;
  std::unique_ptr<Host> host_;
  std::unique_ptr<LocalCode> code_;
};

TEST_F(LocalCodeTest, CallsAtOnceShareOneBuildAndWaitAtRest) {
  builder("ok({ inputs: ['/app/n' + n] })");
  Answers answers;
  int const steps = call(3, answers);
  for (auto const& one : answers) EXPECT_EQ(one.value().generation, answers.front().value().generation);
  EXPECT_TRUE(watched_.contains("/app/n1"));
  EXPECT_FALSE(watched_.contains("/app/n2"));
  EXPECT_LT(steps, 300);
}

TEST_F(LocalCodeTest, AFileSavedBetweenItsReadingAndItsWatchIsBuiltAgain) {
  auto const file = (folder_.path() / "input.ts").string();
  auto const saved =
      fmt::format("(n === 1 && appendFileSync('{0}', 'new'), ok({{ inputs: ['{0}'] }}))", file);
  builder(saved);
  EXPECT_TRUE(call().has_value());
  EXPECT_EQ(read_file(folder_.path() / "src" / "builds").value(), "..");
}

TEST_F(LocalCodeTest, ABuilderThatDiedIsTriedAgainByTheNextCall) {
  builder("n === 1 ? process.exit(9) : ok()");
  auto const first = call();
  ASSERT_TRUE(first.has_error());
  EXPECT_THAT(first.error().message, HasSubstr("exit status 9"));
  EXPECT_TRUE(call().has_value());
}

TEST_F(LocalCodeTest, ErrorsOfTheCodeStayUntilASaveAndAreToldOnce) {
  builder(
      "n === 1 ? ok({ errors: [{ text: 'no such thing', file: '/app/api.ts', line: 3, column: 4 }] }) : "
      "ok()");
  EXPECT_THAT(call().error().message, HasSubstr("/app/api.ts:3:5: no such thing"));
  EXPECT_THAT(told_.errors, HasSubstr("no such thing"));
  EXPECT_TRUE(call().has_error());
  watch_->say("/app/api.ts");
  run([this] { return told_.rebuilds == 1; });
  EXPECT_TRUE(call().has_value());
  EXPECT_EQ(changes_, 1);
}

TEST_F(LocalCodeTest, ACallThatIsHeardOfTogetherWithASaveIsAnsweredByItsCode) {
  builder("ok({ outfile: `/out${n}/index.cjs` })");
  EXPECT_EQ(call().value().task_root, "/out1");
  watch_->say("/app/api.ts");  // who follows it has not run yet
  EXPECT_EQ(call().value().task_root, "/out2");
}

TEST_F(LocalCodeTest, AnErrorWhileASaveIsStillUnderWayIsNobodys) {
  builder("n === 2 ? ok({ errors: [{ text: 'Could not resolve', file: '/app/api.ts' }] }) : ok()");
  auto const first = call().value().generation;
  watch_->say("/app/api.ts");
  run([this] { return read_file(folder_.path() / "src" / "builds").value() == ".."; });
  watch_->say("/app/api.ts");
  EXPECT_EQ(call().value().generation, first + 1);
  EXPECT_EQ(told_.errors, "");
}

TEST_F(LocalCodeTest, InputsThatAreKnownAreNotToldAgainAndStillFollowed) {
  builder(
      "ok({ inputs: params.known_inputs ? undefined : ['/app/other.ts'], inputs_id: 'one', "
      "missing: n === 2 ? ['/app/later.ts'] : [], errors: n === 2 ? [{ text: 'not there' }] : [], "
      "outfile: '/out/' + (params.changed?.join() ?? 'unknown') + '/index.cjs' })");
  EXPECT_EQ(call().value().task_root, "/out/unknown");
  for (const char* changed : {"/app/api.ts", "/app/later.ts", "/app/other.ts", "/app/other.ts"}) {
    auto const builds = read_file(folder_.path() / "src" / "builds").value().size();
    watch_->say(changed);
    run([&] { return read_file(folder_.path() / "src" / "builds").value().size() > builds; });
    auto const answer = call();
    EXPECT_EQ(answer.has_error(), builds == 1) << changed;
    if (answer) EXPECT_EQ(answer.value().task_root, fmt::format("/out/{}", changed));
  }
}

TEST_F(LocalCodeTest, DependenciesAreBuiltApartWhereThatIsWorthItAndTold) {
  builder("ok(n === 1 ? { splittable: true } : { dependencies: '/out/dependencies.cjs' })");
  EXPECT_TRUE(call().has_value());
  run([this] { return dependencies_.size() == 1; });
  watch_->say("/app/api.ts");
  run([this] { return dependencies_.size() == 2; });
  EXPECT_EQ(dependencies_[0], dependencies_[1]);
  EXPECT_EQ(read_file(folder_.path() / "src" / "builds").value(), "..");
}

TEST_F(LocalCodeTest, ASaveThatChangesNothingKeepsTheWorkers) {
  builder("ok({ changed: n === 1 })");
  auto const before = call().value().generation;
  watch_->say("/app/api.ts");
  run([this] { return told_.rebuilds == 1; });
  EXPECT_EQ(call().value().generation, before);
  EXPECT_EQ(changes_, 0);
}

TEST_F(LocalCodeTest, WhatIsSavedDuringABuildIsToldWithIt) {
  builder("ok({ changed: n < 3 })");
  auto const before = call().value().generation;
  watch_->say("/app/api.ts");
  run([this] { return read_file(folder_.path() / "src" / "builds").value() == ".."; });
  watch_->say("/app/api.ts");
  EXPECT_EQ(call().value().generation, before + 1);
  run([this] { return read_file(folder_.path() / "src" / "builds").value() == "..."; });
  EXPECT_EQ(call().value().generation, before + 1);
  EXPECT_EQ(changes_, 1);
}

TEST_F(LocalCodeTest, AFolderRunsAsItLiesAndEverySaveIsOtherCode) {
  builder("ok()");
  LocalFunction plain = function();
  plain.source = LocalFunction::Source::folder;
  plain.path = "/app/src";
  auto const first = call(plain).value();
  EXPECT_EQ(first.task_root, "/app/src");
  EXPECT_TRUE(watched_.contains("/app/src"));
  watch_->say("/app/src/deep/file.js");
  run([this] { return changes_ == 1; });
  EXPECT_NE(call(plain).value().generation, first.generation);
}

TEST_F(LocalCodeTest, FilesThatAreSavedTogetherAreBuiltTogetherByATool) {
  builder("");
  auto const built = folder_.path() / "built";
  auto const rule = "bootstrap:\n\techo >> " + built.string() +
                    "; printf x > $(ARTIFACTS_DIR)/bootstrap; chmod +x $(ARTIFACTS_DIR)/bootstrap\n";
  ASSERT_TRUE(write_file(folder_.path() / "app" / "Makefile", rule));
  auto program = function();
  program.source = LocalFunction::Source::tool;
  program.runtime = "provided.al2023";
  program.path = folder_.path() / "app";
  ASSERT_TRUE(call(program)) << call(program).error().message;
  auto const builds = [&] { return read_file(built).value().size(); };
  EXPECT_EQ(builds(), 1u);
  for (auto const* file : {"a.cpp", "b.cpp", "c.cpp"}) {
    watch_->say(program.path / file);
    context_.poll();
  }
  ASSERT_TRUE(call(program));
  EXPECT_EQ(builds(), 2u);
}

TEST_F(LocalCodeTest, PackagesThatAreInstalledAreOtherCodeOfAFolder) {
  builder("ok()");
  LocalFunction plain = function();
  plain.source = LocalFunction::Source::folder;
  plain.runtime = "nodejs22.x";
  plain.path = folder_.path() / "src";
  auto const first = call(plain).value().generation;
  auto const own = plain.path / "node_modules/.package-lock.json";
  auto const apps = folder_.path() / "node_modules/.modules.yaml";
  EXPECT_TRUE(watched_.contains(own));
  watch_->say(own);
  run([this] { return changes_ == 1; });
  watch_->say(apps);
  run([this] { return changes_ == 2; });
  EXPECT_EQ(call(plain).value().generation, first + 2);
}

TEST_F(LocalCodeTest, ASaveInALayerIsOtherCodeAndNothingIsBuiltAnew) {
  builder("ok()");
  LocalFunction layered = function();
  layered.layers = {{.name = "Words", .source = folder_.path() / "words"}};
  ASSERT_TRUE(write_file(folder_.path() / "words" / "nodejs" / "words.js", ""));
  auto const before = call(layered).value().generation;
  watch_->say(folder_.path() / "words" / "nodejs" / "words.js");
  run([this] { return changes_ == 1; });
  EXPECT_EQ(told_.rebuilds, 1);
  EXPECT_NE(call(layered).value().generation, before);
  EXPECT_EQ(read_file(folder_.path() / "src" / "builds").value(), ".");
}

}  // namespace
}  // namespace live
