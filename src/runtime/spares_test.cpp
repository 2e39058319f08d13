#include "runtime/spares.h"

#include "runtime/launch.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;

struct SparesTest : NodeTest {
  SparesTest() { spares.prepare(spare); }
  const Command spare = node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(128, Limits::enforced));
  Spares spares{context.get_executor()};
};

TEST_F(SparesTest, ASpareBecomesTheFunctionWithNothingOfItsOwn) {
  write("index.js", R"(
    const loaded = process.env.AWS_LAMBDA_FUNCTION_NAME
    exports.handler = async () => {
      console.log('hello')
      const input = require('fs').readFileSync(0, 'utf8')
      return { loaded, own: process.env.OWN, folder: process.cwd() === process.env.LAMBDA_TASK_ROOT,
               names: Object.keys(process.env).length, input, modules: String(Object.keys(require.cache)),
               main: [require.main, 'mainModule' in process].join() }
    })");
  Program program = node("index.handler");
  program.variables.emplace_back("OWN", "line\nbreak");
  auto fresh = start(program), spare = start(program, &spares);
  Reply from_fresh = invoke(*fresh), from_spare = invoke(*spare);
  EXPECT_EQ(from_spare.outcome, Reply::Outcome::success);
  EXPECT_EQ(from_spare.payload, from_fresh.payload);
  EXPECT_EQ(member(from_spare, "own"), "line\nbreak");
  EXPECT_EQ(member(from_spare, "modules"), (folder.path() / "index.js").string());
  EXPECT_EQ(member(from_spare, "main"), ",false");
  EXPECT_THAT(lines, ElementsAre("r1|hello", "r2|hello"));
}

TEST_F(SparesTest, OneTakenIsReplacedAndAllAreDifferentProcesses) {
  write(
      "index.js",
      "exports.handler = async () => process.pid + (process.argv[1].endsWith('spare.cjs') ? ' spare' : '')");
  auto first = start(node("index.handler"), &spares);
  EXPECT_EQ(spares.waiting(spare), 0);
  auto second = start(node("index.handler"), &spares);  // none waits yet: a fresh one
  EXPECT_EQ(invoke(*first).payload, fmt::format("\"{} spare\"", first->pid()));
  EXPECT_EQ(invoke(*second).payload, fmt::format("\"{}\"", second->pid()));
  run_until([&] { return spares.waiting(spare) > 0; });
  auto third = start(node("index.handler"), &spares);
  EXPECT_EQ(invoke(*third).payload, fmt::format("\"{} spare\"", third->pid()));
}

TEST_F(SparesTest, WhereOneWasTooFewTwoWaitNextTime) {
  write("index.js", "exports.handler = async () => process.argv[1].endsWith('spare.cjs')");
  std::vector<std::string> payloads;
  for (int round = 0; round < 2; ++round) {
    auto one = start(node("index.handler"), &spares), another = start(node("index.handler"), &spares);
    payloads.push_back(invoke(*one).payload + invoke(*another).payload);
    run_until([&] { return spares.waiting(spare) == 2; });
  }
  EXPECT_THAT(payloads, ElementsAre("truefalse", "truetrue"));
}

TEST_F(SparesTest, TwoWaitWhileSeveralFunctionsHaveYetToBeCalled) {
  write("index.js", "exports.handler = async () => process.argv[1].endsWith('spare.cjs')");
  spares.prepare(spare, 3);
  std::string payloads;
  for (auto const& [names, waiting] :
       std::vector<std::pair<std::vector<std::string>, size_t>>{{{"one"}, 2}, {{"two", "three"}, 1}}) {
    run_until([&] { return spares.waiting(spare) == 2; });
    std::vector<std::unique_ptr<Worker>> started;
    for (auto const& name : names) {
      auto program = node("index.handler");
      program.function = name;
      started.push_back(start(std::move(program), &spares));
    }
    for (auto const& worker : started) payloads += invoke(*worker).payload;
    run_until([&, most = waiting] { return spares.waiting(spare) == most; });
  }
  EXPECT_EQ(payloads, "truetruetrue");
}

TEST_F(SparesTest, WhatNodeReadsOnlyAtItsStartNeedsAFreshProcess) {
  write("index.js", "exports.handler = async () => process.execArgv.length + process.env.NODE_OPTIONS");
  Program program = node("index.handler");
  program.variables.emplace_back("NODE_OPTIONS", "--max-old-space-size=100");
  auto worker = start(program, &spares);
  EXPECT_EQ(invoke(*worker).payload, R"("4--max-old-space-size=100")");
}

TEST_F(SparesTest, TheMachinesOwnCertificatesAreNoReasonForAFreshProcess) {
  write("ca.pem", "");
  write("index.js", "exports.handler = async () => process.argv[1].endsWith('spare.cjs')");
  const auto* before = getenv("NODE_EXTRA_CA_CERTS");
  const std::string kept = before ? before : "", file = (folder.path() / "ca.pem").string();
  setenv("NODE_EXTRA_CA_CERTS", file.c_str(), 1);
  Spares with_certificates(context.get_executor());
  with_certificates.prepare(spare);
  Program program = node("index.handler");
  program.variables.emplace_back("NODE_EXTRA_CA_CERTS", file);
  auto same = start(program, &with_certificates);
  program.variables.back().second = "/elsewhere";
  auto other = start(program, &spares);
  before ? setenv("NODE_EXTRA_CA_CERTS", kept.c_str(), 1) : unsetenv("NODE_EXTRA_CA_CERTS");
  EXPECT_EQ(invoke(*same).payload, "true");
  EXPECT_EQ(invoke(*other).payload, "false");
}

TEST_F(SparesTest, DependenciesAreCompiledAheadAndEvaluatedNoSooner) {
  write("dependencies.cjs",
        "module.exports = () => ({ value: () => (globalThis.evaluated = process.env.OWN) })");
  write("index.js", R"(
    const file = require.resolve('./dependencies.cjs')
    const compiled = file in require.cache, evaluated = globalThis.evaluated
    const value = require(file)().value()
    exports.handler = async () => [compiled, evaluated ?? null, value])");
  Program program = node("index.handler");
  program.variables.emplace_back("OWN", "own");
  spares.compile_ahead(spare, folder.path() / "dependencies.cjs");
  auto first = start(program, &spares);
  EXPECT_EQ(invoke(*first).payload, R"([true,null,"own"])");
  run_until([&] { return spares.waiting(spare) > 0; });
  auto next = start(program, &spares);
  EXPECT_EQ(invoke(*next).payload, R"([true,null,"own"])");
}

TEST_F(SparesTest, DependenciesThatDoNotCompileFailWhereTheyAreLoaded) {
  write("dependencies.cjs", "syntax error");
  write("index.js", "exports.handler = async () => require('./dependencies.cjs')");
  spares.compile_ahead(spare, folder.path() / "dependencies.cjs");
  auto worker = start(node("index.handler"), &spares);
  EXPECT_EQ(invoke(*worker).error_type, "SyntaxError");
}

struct LoadedPackages : SparesTest {
  LoadedPackages() {
    program.variables.emplace_back("OWN", "own");
    program.loaded = folder.path() / "loaded" / "fn.json";
    std::filesystem::create_directories(folder.path() / "node_modules" / "pack");
    package("'one'");
    write("index.js", R"(
      const known = Object.getOwnPropertyNames(require.cache).some((file) => file.includes('/pack/'))
      console.log(known ? 'compiled ahead' : 'compiled now', 'node_modules/pack' in require.cache)
      const pack = require('pack')
      exports.handler = async () => ({ ...pack, cached: Object.keys(require.cache), children: module.children.length,
                                       again: require('pack') === pack }))");
  }
  void package(const std::string& version) {
    write("node_modules/pack/index.js",
          R"(
      globalThis.evaluated = (globalThis.evaluated ?? 0) + 1
      Object.assign(exports, { version: )" +
              version + R"(, evaluated, setting: process.env.OWN, stack: new Error().stack,
        module: Object.keys(module), parent: module.parent.filename, required: String(require), names: Object.keys(require),
        place: [__filename, __dirname, arguments.length, this === exports] }))");
  }
  // By a waiting process that has been told what this function loads.
  std::string next_answer() {
    lines.clear();
    run_until([this] { return spares.waiting(spare) > 0; });
    auto worker = start(program, &spares);
    return invoke(*worker).payload;
  }
  Program program = node("index.handler");
};

TEST_F(LoadedPackages, AreCompiledAheadAndNothingTells) {
  auto fresh = start(program);
  const std::string expected = invoke(*fresh).payload;
  EXPECT_THAT(expected, testing::HasSubstr("at Module._compile (node:internal"));
  EXPECT_EQ(next_answer(), expected);
  EXPECT_THAT(lines, ElementsAre("|compiled now false"));
  EXPECT_EQ(next_answer(), expected);
  EXPECT_THAT(lines, ElementsAre("|compiled ahead false"));
}

TEST_F(LoadedPackages, AreLoadedAsTheyAreWhenTheyHaveChanged) {
  next_answer();
  run_until([this] { return spares.waiting(spare) > 0; });
  package("'two'");
  EXPECT_THAT(next_answer(), testing::HasSubstr(R"("version":"two")"));
  write("node_modules/pack/index.js", "syntax error");
  EXPECT_THAT(next_answer(), testing::HasSubstr("SyntaxError"));
}

TEST_F(SparesTest, AFailedInitOfASpareIsToldLikeAnyOther) {
  write("index.js", "syntax error");
  auto worker = start(node("index.handler"), &spares);
  EXPECT_EQ(invoke(*worker).error_type, "Runtime.UserCodeSyntaxError");
}

}  // namespace
}  // namespace live
