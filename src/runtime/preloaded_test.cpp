#include "runtime/preloaded.h"

#include <ranges>

#include "base/json.h"
#include "runtime/launch.h"
#include "runtime/spare_process.h"
#include "runtime/spares.h"
#include "runtime/testing.h"

namespace live {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A function with two packages, of which `outer` needs `inner`.
struct PreloadedTest : NodeTest {
  PreloadedTest() {
    program.loaded = folder.path() / "loaded" / "fn.json";
    for (auto const* name : {"outer", "inner"})
      std::filesystem::create_directories(folder.path() / "node_modules" / name);
    package("inner", "exports.at = performance.now()");
    package("outer", "exports.inner = require('inner'); exports.at = performance.now()");
    handler("");
    spares.prepare(spare);
  }

  void package(const std::string& name, const std::string& code) {
    write("node_modules/" + name + "/index.js", code);
  }
  // Answers whether its packages are older than its own code, and what `answer` gives.
  void handler(const std::string& before, const std::string& answer = "null") {
    write("index.js", "const began = performance.now();" + before +
                          ";const outer = require('outer');"
                          "exports.handler = async () => ({ ahead: outer.at < began, answer: " +
                          answer + " })");
  }
  std::string answer() {
    auto worker = start(program, &spares);
    return invoke(*worker).payload;
  }
  // Two where it was started twice within a moment.
  void until_one_is_preloaded() {
    run_until([this] { return spares.preloaded() >= 1; });
  }
  std::string answer_of_one_preloaded() {
    until_one_is_preloaded();
    return answer();
  }

  const Command spare = node_spare(LIVE_SOURCE_DIR "/runtimes", NodeHeap::of(128, Limits::enforced));
  Program program = node("index.handler");
  Spares spares{context.get_executor()};
};

TEST_F(PreloadedTest, PackagesOfAFunctionAreEvaluatedBeforeItsNextWorkerNeedsThem) {
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":null})");
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":true,"answer":null})");
  handler("", "'saved'");
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":true,"answer":"saved"})");
}

TEST_F(PreloadedTest, ModulesAreInTheCacheAsTheyAlwaysAre) {
  const std::string looks =
      R"([began.toFixed().length > 0, Object.keys(require.cache), module.children.map((one) => one.id),
    module.children[0].parent === module, module.children[0] === require.cache[require.resolve('outer')],
    module.children[0].children[0].parent.id, require('outer') === outer, require('inner') === outer.inner])";
  handler("exports.before = Object.keys(require.cache)", "[exports.before, ..." + looks + "]");
  auto fresh = start(program);
  auto expected = invoke(*fresh).payload;
  EXPECT_THAT(expected, HasSubstr(R"("ahead":false)"));
  EXPECT_EQ(answer(), expected);
  expected.replace(expected.find("false"), 5, "true");
  EXPECT_EQ(answer_of_one_preloaded(), expected);
}

TEST_F(PreloadedTest, AModuleOfEcmaScriptImportsWhatIsLoadedAhead) {
  write(
      "index.mjs",
      "import * as outer from 'outer'; import { inner } from 'outer'; const began = performance.now();"
      "export const handler = async () => [typeof outer.at, outer.default.inner === inner, typeof inner.at]");
  std::filesystem::remove(folder.path() / "index.js");
  EXPECT_EQ(answer(), R"(["number",true,"number"])");
  EXPECT_EQ(answer_of_one_preloaded(), R"(["number",true,"number"])");
}

TEST_F(PreloadedTest, WhatThePackageHasReadOfItsEnvironmentIsOfThisWorker) {
  package("inner", "exports.key = process.env.AWS_ACCESS_KEY_ID");
  handler("", "outer.inner.key");
  program.variables.emplace_back("AWS_ACCESS_KEY_ID", "first");
  answer();
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":true,"answer":"first"})");
  until_one_is_preloaded();
  program.variables.back().second = "second";
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":"second"})");
}

TEST_F(PreloadedTest, ItIsForTheFunctionAsItIsConfigured) {
  package("inner", "exports.setting = process.env.SETTING");
  handler("", "outer.inner.setting");
  program.variables.emplace_back("SETTING", "old");
  answer();
  until_one_is_preloaded();
  program.variables.back().second = "new";
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":"new"})");
}

TEST_F(PreloadedTest, WhatTheHandlerChangesBeforeItNeedsThemIsSeenByThem) {
  package("inner",
          "exports.seen = [globalThis.changed, typeof require('http').changed, process.env.CHANGED]");
  for (auto const* change :
       {"globalThis.changed = 1", "require('http').changed = 1", "process.env.CHANGED = '1'",
        "Array.prototype.changed = 1", "process.on('exit', () => {})"}) {
    SCOPED_TRACE(change);
    handler("");
    answer();
    handler(change, "outer.inner.seen");
    auto fresh = start(program);
    auto const expected = invoke(*fresh).payload;
    EXPECT_THAT(expected, HasSubstr(R"("ahead":false)"));
    EXPECT_EQ(answer_of_one_preloaded(), expected);
  }
}

TEST_F(PreloadedTest, WhatTheHandlerChangesOfAPackageIsSeenByThoseThatItLoadsThen) {
  package("inner", "exports.value = 'its own'");
  package("outer", "exports.seen = require('inner').value; exports.at = performance.now()");
  handler("require('inner')");
  answer();
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":true,"answer":null})");
  handler("require('inner').value = 'patched'", "outer.seen");
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":false,"answer":"patched"})");
}

TEST_F(PreloadedTest, WhoeverWatchesWhatIsRequiredSeesAllOfIt) {
  answer();
  handler(R"(const Module = require('module'), load = Module._load, seen = [];
             Module._load = function (...args) { seen.push(args[0]); return load.apply(this, args) })",
          "seen");
  EXPECT_EQ(answer_of_one_preloaded(), R"({"ahead":false,"answer":["outer","inner"]})");
}

TEST_F(PreloadedTest, HooksOfTheHandlerLoadThemAsEver) {
  answer();
  handler(R"(const seen = [];
             require('module').registerHooks?.({ load(url, ...rest) { seen.push(url); return rest[1](url, rest[0]) } }))",
          "seen");
  auto fresh = start(program);
  auto const seen = [](const std::string& payload) { return payload.substr(payload.find("answer")); };
  auto const expected = seen(invoke(*fresh).payload);
  EXPECT_EQ(seen(answer_of_one_preloaded()), expected);
}

TEST_F(PreloadedTest, APackageThatHasChangedOnDiskIsLoadedAsItIsNow) {
  answer();
  run_until([this] { return spares.preloaded() == 1; });
  package("inner", "exports.version = 'two'");
  handler("", "outer.inner.version");
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":"two"})");
  run_until([this] { return spares.preloaded() == 1; });
  write("node_modules/inner/package.json", R"({"main": "other.js"})");
  write("node_modules/inner/other.js", "exports.version = 'three'");
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":"three"})");
  run_until([this] { return spares.preloaded() == 1; });
  std::filesystem::create_directories(folder.path() / "node_modules/outer/node_modules/inner");
  write("node_modules/outer/node_modules/inner/index.js", "exports.version = 'nearer'");
  EXPECT_EQ(answer(), R"({"ahead":false,"answer":"nearer"})");
}

TEST_F(PreloadedTest, OnlyTheFunctionsThatWereStartedLastHaveOne) {
  write("plain.js", "exports.handler = async () => null");
  std::vector<Program> programs;
  for (auto const* name : {"one", "two", "three", "without packages"}) {
    programs.push_back(program);
    programs.back().loaded = folder.path() / "loaded" / name;
    if (std::string_view(name) == "without packages") programs.back().handler = "plain.handler";
    auto worker = start(programs.back(), &spares);
    invoke(*worker);
    run_until([this] { return spares.waiting(spare) > 0; });
  }
  run_until([this] { return spares.preloaded() == 2; });
  programs.pop_back();
  std::vector<std::string> payloads;
  for (auto const& one : std::views::reverse(programs)) {
    auto worker = start(one, &spares);
    payloads.push_back(invoke(*worker).payload.substr(0, 14));
  }
  EXPECT_THAT(payloads, ElementsAre(R"({"ahead":true,)", R"({"ahead":true,)", R"({"ahead":false)"));
}

TEST_F(PreloadedTest, AFunctionWithoutPackagesIsAwaitedInItsEnvironment) {
  write("index.js", R"(
    const { AWS_ACCESS_KEY_ID, OWN } = process.env
    exports.handler = async () => ({ AWS_ACCESS_KEY_ID, OWN, names: Object.keys(process.env).length, folder: process.cwd(),
                                     modules: Object.keys(require.cache).length, globals: Object.keys(globalThis).length,
                                     listeners: process.eventNames().length, main: require.main }))");
  program.variables = {{"OWN", "own"}, {"AWS_ACCESS_KEY_ID", "first"}};
  auto const first = answer();
  EXPECT_THAT(first, HasSubstr(R"("AWS_ACCESS_KEY_ID":"first")"));
  run_until([this] { return spares.preloaded() == 1 && spares.waiting(spare) == 1; });
  program.variables.back().second = "other";
  auto const other = answer();
  EXPECT_EQ(spares.waiting(spare), 1);  // those that may become any function are left
  EXPECT_EQ(other, std::string(first).replace(first.find("first"), 5, "other"));
  auto fresh = start(program);
  EXPECT_EQ(other, invoke(*fresh).payload);
}

TEST_F(PreloadedTest, WhereTwoWereStartedAtOnceTwoAreNextTime) {
  answer();
  run_until([this] { return spares.preloaded() == 1; });
  for (auto const* expected : {R"("ahead":false)", R"("ahead":true)"}) {
    auto one = start(program, &spares), another = start(program, &spares);
    EXPECT_THAT(invoke(*one).payload, HasSubstr(R"("ahead":true)"));
    EXPECT_THAT(invoke(*another).payload, HasSubstr(expected));
    run_until([this] { return spares.preloaded() == 2; });
  }
}

// A process that is told to load a package ahead.
struct LoadsAhead : PreloadedTest {
  bool loads(const std::string& code) {
    package("inner", code);
    auto const file = (folder.path() / "node_modules/inner/index.js").string();
    EXPECT_TRUE(write_file(program.loaded, json::serialize(json::object{{"files", json::array{file}}})));
    bool is_loaded = false;
    auto process = SpareProcess::start(context.get_executor(), spare, {}, {},
                                       [&is_loaded](Process::Stream, std::string_view line) {
                                         is_loaded |= line.starts_with("\1live preloaded [");
                                       });
    auto told = launch(program, "127.0.0.1:1");
    EXPECT_TRUE(process->preload(told.value()));
    run_until([&] { return is_loaded || !process->running(); });
    return is_loaded;
  }
};

TEST_F(LoadsAhead, WhatOnlyDefinesItself) {
  for (auto const* code : {"exports.value = 1", "class A {} module.exports = class extends A {}",
                           "exports.now = Date.now()", "exports.region = process.env.AWS_REGION",
                           "exports.http = require('node:http'), require('fs/promises')",
                           "exports.text = require('fs').readFileSync(__filename, 'utf8')",
                           "exports.encoder = new TextEncoder()", "exports.stream = ReadableStream",
                           "module.exports = require('./package.json')",
                           "exports.awslambda = globalThis.awslambda = globalThis.awslambda || {}"}) {
    SCOPED_TRACE(code);
    write("node_modules/inner/package.json", "{}");
    EXPECT_TRUE(loads(code));
  }
}

TEST_F(LoadsAhead, NothingThatCouldBeTold) {
  write("config.json", "{}");
  for (auto const* code : {"globalThis.own = 1",
                           "Array.prototype.own = 1",
                           "delete globalThis.fetch",
                           "require('http').request = 1",
                           "require('stream').Readable.prototype.own = 1",
                           "process.on('exit', () => {})",
                           "process.title = 'own'; process.own = 1",
                           "process.env.OWN = 'set'",
                           "delete process.env.PATH",
                           "exports.all = { ...process.env }",
                           "setTimeout(() => {}, 10)",
                           "setInterval(() => {}, 10).unref()",
                           "setImmediate(() => {})",
                           "process.nextTick(() => {})",
                           "Promise.resolve().then(() => {})",
                           "exports.later = (async () => {})()",
                           "require('net').createServer().listen(0)",
                           "exports.file = require('fs').promises.readFile(__filename)",
                           "require('fs').readFileSync('config.json')",
                           "require('fs').existsSync('/nowhere')",
                           "require('fs').writeFileSync('written', '')",
                           "require('child_process').execSync('true')",
                           "exports.stack = new Error().stack",
                           "exports.parent = module.parent",
                           "throw new Error('at load')",
                           "require('module').register('data:text/javascript,')",
                           "require('module')._extensions['.own'] = () => {}",
                           "require('module').prototype.require = () => {}"}) {
    SCOPED_TRACE(code);
    EXPECT_FALSE(loads(code));
  }
}

TEST_F(LoadsAhead, NoEcmaScriptModules) {  // which cannot be taken back
  program.runtime = "nodejs24.x";
  write("node_modules/inner/module.mjs", "export const value = 1");
  EXPECT_FALSE(loads("exports.value = require('./module.mjs').value"));
}

TEST_F(LoadsAhead, APackageThatPrintsPrintsInItsOwnWorker) {
  package("inner", "console.log('at load')");
  answer();
  lines.clear();
  run_until([this] { return spares.waiting(spare) > 0; });
  answer();
  EXPECT_THAT(lines, ElementsAre("|at load"));
}

}  // namespace
}  // namespace live
