#include "live/host.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"

namespace live {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* source = LIVE_SOURCE_DIR;

template <class T>
Async<> keep(Async<T> work, std::optional<T>& result) {
  result.emplace(co_await std::move(work));
}

template <class T>
T run(asio::io_context& context, Async<T> work) {
  std::optional<T> result;
  asio::co_spawn(context, keep(std::move(work), result), asio::detached);
  context.restart();
  while (!result && context.run_one() > 0) {
  }
  return std::move(*result);
}

class HostProcessTest : public testing::Test {
 protected:
  // A child with these methods, written in JavaScript.
  HostProcess child(std::string_view methods) {
    auto script = folder_.path() / "child.mjs";
    auto text = "import { serve, HostError } from '" + std::string(source) +
                "/host/src/protocol.mjs';\nserve({" + std::string(methods) + "});\n";
    EXPECT_TRUE(write_file(script, text));
    return HostProcess(context_.get_executor(), {.script = script, .name = "the child"});
  }
  Result<json::object> call(HostProcess& child, std::string method, json::object params = {},
                            HostCall how = {}) {
    if (how.deadline.count() == 0) how.deadline = std::chrono::seconds(20);
    return run(context_, child.call(std::move(method), std::move(params), std::move(how)));
  }
  asio::io_context context_;
  TempDir folder_ = std::move(TempDir::create("host-test")).value();
};

TEST_F(HostProcessTest, AnAnswerBelongsToItsCallAndEventsComeBeforeIt) {
  HostProcess echo =
      child("say: (p, { emit }) => { emit({ event: 'hm', word: p.word }); return { said: p.word }; }");
  std::vector<std::string> words;
  HostCall how{.on_event = [&](const json::object& e) { words.push_back(string_or(e, "word")); }};
  auto answer = call(echo, "say", {{"word", "one"}}, how);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(string_or(answer.value(), "said"), "one");
  EXPECT_THAT(words, ElementsAre("one"));
}

TEST_F(HostProcessTest, AnAnswerLongerThanAPipeLineArrivesWhole) {
  HostProcess large = child("large: () => ({ text: 'é\"'.repeat(400_000) })");
  auto answer = call(large, "large");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(string_or(answer.value(), "text").size(), 1'200'000u);
}

TEST_F(HostProcessTest, WhatTheUsersCodePrintsDoesNotBreakTheProtocol) {
  HostProcess noisy =
      child("print: () => { console.log('{\"id\":1,\"result\":{}}'); return { fine: true }; }");
  auto answer = call(noisy, "print");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(find_bool(answer.value(), "fine"), true);
}

TEST_F(HostProcessTest, AnErrorIsAFaultAndItsPlaceAnEvent) {
  HostProcess bad =
      child("fail: () => { throw new HostError('no such thing', { file: '/a.js', line: 3 }); }");
  json::object seen;
  HostCall how{.on_event = [&](const json::object& e) { seen = e; }};
  auto answer = call(bad, "fail", {}, how);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().message, "no such thing");
  EXPECT_EQ(string_or(seen, "event"), "error");
  EXPECT_EQ(string_or(seen, "file"), "/a.js");
}

TEST_F(HostProcessTest, AChildThatDiesSaysItsLastWordsAndIsStartedAgain) {
  HostProcess mortal = child(
      "die: () => { console.error('out of luck'); process.exit(7); }, live: () => ({ pid: process.pid })");
  auto died = call(mortal, "die");
  ASSERT_FALSE(died);
  EXPECT_EQ(died.error().kind, Fault::Kind::closed);
  EXPECT_THAT(died.error().message,
              AllOf(HasSubstr("the child"), HasSubstr("exit status 7"), HasSubstr("out of luck")));
  EXPECT_TRUE(call(mortal, "live"));
}

TEST_F(HostProcessTest, AStoppedCallEndsAtOnceAndTheChildHearsOfIt) {
  HostProcess slow = child(
      "wait: (p, { signal }) => new Promise(() => signal.addEventListener('abort', () => { globalThis.heard "
      "= true; })),"
      "heard: () => ({ heard: globalThis.heard === true })");
  auto stop = std::make_shared<Stop>();
  asio::steady_timer soon(context_, std::chrono::milliseconds(1));
  ASSERT_TRUE(call(slow, "heard"));  // it has started
  soon.async_wait([&](boost::system::error_code) { stop->now(); });
  auto answer = call(slow, "wait", {}, {.stop = stop});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::cancelled);
  auto heard = call(slow, "heard");
  ASSERT_TRUE(heard);
  EXPECT_EQ(find_bool(heard.value(), "heard"), true);
}

TEST_F(HostProcessTest, ACallPastItsDeadlineTimesOut) {
  HostProcess slow = child("wait: () => new Promise(() => {})");
  auto answer = call(slow, "wait", {}, {.deadline = std::chrono::milliseconds(300)});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::timeout);
  EXPECT_THAT(answer.error().message, HasSubstr("the child"));
}

TEST_F(HostProcessTest, AWaitingCallIsToldWhenItsHostGoes) {
  std::unique_ptr<HostProcess> slow(new HostProcess(child("wait: () => new Promise(() => {})")));
  asio::steady_timer soon(context_, std::chrono::milliseconds(1));
  soon.async_wait([&](boost::system::error_code) { slow.reset(); });
  auto answer = call(*slow, "wait");
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, Fault::Kind::closed);
}

TEST_F(HostProcessTest, AMissingNodeIsNamed) {
  HostProcess none(context_.get_executor(),
                   {.node = "/nowhere/node", .script = "x.mjs", .name = "the child"});
  auto answer = call(none, "say");
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("/nowhere/node"));
}

class HostTest : public testing::Test {
 protected:
  std::filesystem::path write(std::string_view name, std::string_view text) {
    auto file = folder_.path() / name;
    EXPECT_TRUE(write_file(file, text));
    return file;
  }
  Build build(BuildRequest request) {
    auto found = run(context_, host_.build(std::move(request)));
    EXPECT_TRUE(found) << found.error().message;
    return found ? found.value() : Build{};
  }
  asio::io_context context_;
  TempDir folder_ = std::move(TempDir::create("host-test")).value();
  Host host_{context_.get_executor(), {.folder = std::filesystem::path(source) / "host"}};
};

TEST_F(HostTest, ABundleKnowsItsInputsAndItsPlace) {
  write("package.json", "{}");
  auto entry = write("src/list.ts", "import { one } from './one'; export const handler = async () => one;");
  auto other = write("src/one.ts", "export const one: number = 1;");
  BuildRequest request{.function = "Items/List", .entry = entry, .handler = "handler"};
  Build built = build(request);
  EXPECT_TRUE(built.errors.empty());
  EXPECT_TRUE(built.changed);
  EXPECT_EQ(built.handler, "index.handler");
  EXPECT_TRUE(std::filesystem::exists(built.outfile));
  EXPECT_THAT(built.inputs, AllOf(Contains(entry), Contains(other)));
  EXPECT_FALSE(build(request).changed);
}

TEST_F(HostTest, AMissingImportIsAnErrorWithAPlaceAndPathsThatWouldMendIt) {
  write("package.json", "{}");
  auto entry = write("api.ts", "import './later';\nexport const handler = 1;");
  BuildRequest request{.function = "Api", .entry = entry, .handler = "handler"};
  Build broken = build(request);
  ASSERT_EQ(broken.errors.size(), 1u);
  EXPECT_EQ(broken.errors[0].file, entry.string());
  EXPECT_EQ(broken.errors[0].line, 1);
  EXPECT_THAT(broken.missing, Contains(folder_.path() / "later.ts"));
  write("later.ts", "export {};");
  EXPECT_TRUE(build(request).errors.empty());
}

TEST_F(HostTest, KeysOfTheEnvironmentAreFound) {
  Host host(context_.get_executor(),
            {.folder = std::filesystem::path(source) / "host",
             .environment = {{"AWS_ACCESS_KEY_ID", "test"}, {"AWS_SECRET_ACCESS_KEY", "secret"}}});
  auto found = run(context_, host.credentials({}));
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found.value().access_key, "test");
  EXPECT_EQ(found.value().secret_key, "secret");
}

TEST_F(HostTest, TheToolkitIsNotStartedForABuild) {
  write("package.json", "{}");
  build({.function = "Api", .entry = write("api.js", "exports.handler = 1;"), .handler = "handler"});
  EXPECT_EQ(host_.toolkit().pid(), 0);
  EXPECT_NE(host_.builder().pid(), 0);
}

TEST_F(HostTest, ASyntaxErrorInTheAppNamesFileAndLine) {
  auto main = write("lib/index.js", "export default function main(app) {\n  const = 1;\n}\n");
  json::object seen;
  HostCall how{.on_event = [&](const json::object& e) { seen = e; }};
  SynthRequest request{.folder = folder_.path(),
                       .form = "main",
                       .main = main,
                       .stage = "dev",
                       .app = "x",
                       .region = "us-east-1",
                       .outdir = folder_.path() / "out"};
  auto found = run(context_, host_.synth(request, {}, how));
  ASSERT_FALSE(found);
  EXPECT_THAT(found.error().message, HasSubstr("lib/index.js:2:"));
  EXPECT_THAT(string_or(seen, "file"), EndsWith("lib/index.js"));
}

}  // namespace
}  // namespace live
