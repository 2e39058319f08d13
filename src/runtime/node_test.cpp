// The Node runtime in real processes: what a handler sees, and what comes of it.
#include "runtime/testing.h"

namespace live {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(NodeTest, RunsACommonJsHandlerWarm) {
  write("index.js", "let n = 0; exports.handler = async (event) => ({ got: event.x, n: ++n })");
  auto worker = start(node("index.handler"));
  EXPECT_EQ(invoke(*worker, R"({"x":"ä"})").payload, R"({"got":"ä","n":1})");
  Reply second = invoke(*worker, R"({"x":2})");
  EXPECT_EQ(second.payload, R"({"got":2,"n":2})");
  EXPECT_EQ(second.outcome, Reply::Outcome::success);
  EXPECT_TRUE(worker->alive());
  EXPECT_FALSE(worker->busy());
  EXPECT_GT(worker->init_duration(), 0ms);
  EXPECT_GT(worker->max_memory_mb(), 20);
}

TEST_F(NodeTest, RunsEsModulesWithTopLevelAwait) {
  write("src/api.mjs",
        "const later = await new Promise((r) => setTimeout(r, 5, 'later')); export const handler = async () "
        "=> later");
  EXPECT_EQ(invoke(*start(node("src/api.handler"))).payload, R"("later")");
  write("package.json", R"({"type":"module"})");
  write("lib/typed.js", "export const handler = async () => import.meta.url.endsWith('typed.js')");
  EXPECT_EQ(invoke(*start(node("lib/typed.handler"))).payload, "true");
  write("lib/old.cjs", "exports.a = { b: { run: async () => typeof require } }");
  EXPECT_EQ(invoke(*start(node("lib/old.a.b.run"))).payload, R"("function")");
}

TEST_F(NodeTest, ARequestToAnApisOwnHostReachesTheEmbeddedAws) {
  write("index.js", R"(
    const { createServer } = require('node:http')
    const https = require('node:https')
    const textOf = (response) => new Promise((resolve) => response.on('data', (bytes) => resolve(String(bytes))))
    exports.handler = async () => {
      const server = createServer((request, answer) => answer.end(`${request.method} ${request.headers.host} ${request.url}`))
      await new Promise((listening) => server.listen(0, '127.0.0.1', listening))
      process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${server.address().port}`
      const host = 'abc.execute-api.us-east-1.amazonaws.com'
      const asked = { host, path: '/prod/%40connections/x', method: 'POST', agent: new https.Agent() }
      const posted = await new Promise((resolve) => https.request(asked, resolve).end()).then(textOf)
      const got = await new Promise((resolve) => https.get(`https://${host}/prod?a=b`, resolve)).then(textOf)
      server.close()
      return [posted, got]
    })");
  auto program = node("index.handler");
  program.variables.emplace_back("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
  EXPECT_EQ(invoke(*start(program)).payload,
            R"(["POST abc.execute-api.us-east-1.amazonaws.com /prod/%40connections/x",)"
            R"("GET abc.execute-api.us-east-1.amazonaws.com /prod?a=b"])");
}

TEST_F(NodeTest, AnInitThatFailsHasItsTimeToo) {
  write("index.js", "throw new Error('at load')");
  auto const worker = start(node("index.handler"));
  EXPECT_EQ(member(invoke(*worker), "errorMessage"), "at load");
  EXPECT_GT(worker->init_duration(), 0ms);
}

TEST_F(NodeTest, ACallbackAnswersOnceTheEventLoopIsEmpty) {
  write("index.js", R"(
    exports.waits = (event, context, callback) => { setTimeout(() => console.log('after'), 20); callback(null, 1) }
    exports.hurries = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = false
      setInterval(() => {}, 1000)
      callback(null, 2)
    }
    exports.fails = (event, context, callback) => callback(new RangeError('no'))
    exports.forgets = () => 'a value that is not a promise')");
  auto waits = start(node("index.waits"));
  EXPECT_EQ(invoke(*waits).payload, "1");
  EXPECT_EQ(invoke(*waits).payload, "1");
  EXPECT_THAT(lines, ElementsAre("r1|after", "r2|after"));
  auto hurries = start(node("index.hurries"));
  EXPECT_EQ(invoke(*hurries).payload, "2");
  EXPECT_EQ(invoke(*hurries).payload, "2");
  EXPECT_EQ(invoke(*start(node("index.fails"))).error_type, "RangeError");
  EXPECT_EQ(invoke(*start(node("index.forgets"))).payload, "null");
}

// As AWS's client does.
TEST_F(NodeTest, WhatSettlesACallFirstCounts) {
  write("index.js", R"(
    const fail = () => { throw new RangeError('too late') }
    const ways = {
      callback: (context, callback) => { callback(null, 1); callback(null, 2); callback(new RangeError('too late')) },
      promise: (context, callback) => { callback(null, 1); return Promise.reject(new RangeError('too late')) },
      thrown: (context, callback) => { callback(null, 1); fail() },
      hurried: (context) => { context.succeed(1); fail() },
      thenable: () => ({ then(succeed) { succeed(1); fail() } }),
      nothing: () => { throw null },
    }
    exports.handler = ({ way }, context, callback) => ways[way](context, callback)
    exports.rejects = () => Promise.reject())");
  auto const worker = start(node("index.handler"));
  for (auto const* way : {"callback", "promise", "thrown", "hurried", "thenable"})
    EXPECT_EQ(invoke(*worker, fmt::format(R"({{"way":"{}"}})", way)).payload, "1") << way;
  EXPECT_EQ(invoke(*worker, R"({"way":"nothing"})").payload, "null");
  EXPECT_EQ(member(invoke(*start(node("index.rejects"))), "errorMessage"), "handled");
}

TEST_F(NodeTest, ConsolePrintsWhateverTheHandlerHasDoneToItsOutput) {
  write("index.js", R"(exports.handler = async (way) => {
    if (way === 'close') require('fs').closeSync(1)
    else process.stdout[way]()
    console.log('printed after ' + way)
  })");
  for (auto const* way : {"end", "destroy", "close"})
    EXPECT_EQ(invoke(*start(node("index.handler")), fmt::format(R"("{}")", way)).payload, "null") << way;
  EXPECT_THAT(lines,
              ElementsAre("r1|printed after end", "r2|printed after destroy", "r3|printed after close"));
}

TEST_F(NodeTest, AModuleThatEndsTheProcessLeavesNothingUnsettled) {
  write("ends.js", "process.exit()");
  write("waits.mjs", "await new Promise(() => {}); export const handler = async () => 1");
  auto const reason = [&](std::string handler) {
    return member(invoke(*start(node(std::move(handler)))), "errorMessage");
  };
  EXPECT_THAT(reason("ends.handler"), HasSubstr("Runtime exited without providing a reason"));
  EXPECT_THAT(reason("waits.handler"), HasSubstr("exit status 13"));
}

TEST_F(NodeTest, FromNodejs24OnThereIsNoCallback) {
  write("index.js", R"(
    exports.plain = (event, context) => ({ done: typeof context.done, waits: 'callbackWaitsForEmptyEventLoop' in context })
    exports.old = (event, context, callback) => callback(null, 1))");
  auto run_as_24 = [&](std::string handler) {
    Program program = node(std::move(handler));
    program.runtime = "nodejs24.x";
    return invoke(*start(std::move(program)));
  };
  EXPECT_EQ(run_as_24("index.plain").payload, R"({"done":"undefined","waits":false})");
  EXPECT_EQ(run_as_24("index.old").error_type, "Runtime.CallbackHandlerDeprecated");
}

// Newer versions of Node can, and Lambda's own switch it off.
TEST_F(NodeTest, UntilNodejs24CommonJsRequiresNoEsModule) {
  if (std::system("node -e 'process.exit(process.features.require_module ? 0 : 1)'") != 0)
    GTEST_SKIP() << "the node on PATH cannot";
  write("named.mjs", "export const name = 'named'");
  write("scoped/package.json", R"({"type":"module"})");
  write("scoped/index.js", "export const name = 'scoped'; export default 1");
  write("detected.js", "export const name = 'detected'");
  write("index.js", "exports.handler = async (file) => require(file).name");
  auto required = [&](std::string runtime, std::string file, std::string options = "") {
    auto program = of(std::move(runtime), "index.handler");
    if (!options.empty()) program.variables.emplace_back("NODE_OPTIONS", options);
    auto const reply = invoke(*start(std::move(program)), "\"./" + file + "\"");
    return reply.outcome == Reply::Outcome::success ? reply.payload : member(reply, "errorMessage");
  };
  EXPECT_THAT(required("nodejs22.x", "named.mjs"), HasSubstr("require() of ES Module"));
  EXPECT_THAT(required("nodejs20.x", "scoped/index.js"), HasSubstr("require() of ES Module"));
  EXPECT_EQ(required("nodejs22.x", "detected.js"), "Unexpected token 'export'");
  EXPECT_EQ(required("nodejs22.x", "named.mjs", "--experimental-require-module"), R"("named")");
  EXPECT_EQ(required("nodejs24.x", "named.mjs"), R"("named")");
  EXPECT_EQ(required("nodejs24.x", "scoped/index.js"), R"("scoped")");
  EXPECT_EQ(required("nodejs24.x", "detected.js"), R"("detected")");
}

TEST_F(NodeTest, TheContextIsLambdas) {
  write("index.js", R"(exports.handler = async (event, context) => ({
    ...context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID,
    handler: process.env._HANDLER, root: process.env.LAMBDA_TASK_ROOT === process.cwd(),
    runtime: process.env.AWS_EXECUTION_ENV, tz: process.env.TZ, done: typeof context.done }))");
  auto worker = start(node("index.handler"));
  Invocation call = invocation("{}", 3s);
  call.client_context = R"({"custom":{"a":1}})";
  call.cognito_identity = R"({"cognitoIdentityId":"i"})";
  Reply reply = run(worker->invoke(std::move(call)));
  json::object seen = parse_json_object(reply.payload).value();
  int64_t left = find_int(seen, "left").value_or(-1);
  EXPECT_GT(left, 1000);
  EXPECT_LE(left, 3000);
  seen.erase("left");
  EXPECT_EQ(canonical_json(seen), canonical_json(parse_json(R"({
    "callbackWaitsForEmptyEventLoop": true, "functionVersion": "$LATEST", "functionName": "fn",
    "memoryLimitInMB": "128", "logGroupName": "/aws/lambda/fn", "logStreamName": "2026/11/23/[$LATEST]0",
    "clientContext": {"custom":{"a":1}}, "identity": {"cognitoIdentityId":"i"},
    "invokedFunctionArn": "arn:aws:lambda:eu-west-1:000000000000:function:fn", "awsRequestId": "r1",
    "trace": "Root=1-2-3", "handler": "index.handler", "root": true, "runtime": "AWS_Lambda_nodejs22.x",
    "tz": ":UTC", "done": "function"})")
                                                     .value()));
}

TEST_F(NodeTest, AnErrorKeepsTypeMessageAndTrace) {
  write("index.js", R"(
    class OwnError extends Error { constructor(m) { super(m); this.name = 'OwnError' } }
    exports.throws = () => { throw new OwnError('sync') }
    exports.rejects = async () => { throw new TypeError('async') }
    exports.text = async () => { throw 'just text' }
    exports.circular = async () => { const a = {}; a.a = a; return a })");
  Reply thrown = invoke(*start(node("index.throws")));
  EXPECT_EQ(thrown.outcome, Reply::Outcome::function_error);
  EXPECT_EQ(thrown.error_type, "OwnError");
  EXPECT_EQ(member(thrown, "errorMessage"), "sync");
  EXPECT_THAT(thrown.payload, HasSubstr("index.js:3:"));
  auto rejecting = start(node("index.rejects"));
  EXPECT_EQ(invoke(*rejecting).error_type, "TypeError");
  EXPECT_EQ(invoke(*rejecting).error_type, "TypeError");
  EXPECT_TRUE(rejecting->alive());
  EXPECT_EQ(invoke(*start(node("index.text"))).payload,
            R"({"errorType":"string","errorMessage":"just text","trace":[]})");
  Reply circular = invoke(*start(node("index.circular")));
  EXPECT_EQ(member(circular, "errorMessage"), "Unable to stringify response body");
}

TEST_F(NodeTest, WhatNobodyCatchesEndsTheProcessAfterTheAnswer) {
  write("index.js", R"(
    exports.rejection = () => { Promise.reject(new Error('lost')); return new Promise(() => setTimeout(() => {}, 9000)) }
    exports.exception = () => new Promise(() => setTimeout(() => { throw new SyntaxError('late') }, 1)))");
  auto rejecting = start(node("index.rejection"));
  Reply rejection = invoke(*rejecting);
  EXPECT_EQ(rejection.error_type, "Runtime.UnhandledPromiseRejection");
  EXPECT_EQ(member(rejection, "errorMessage"), "Error: lost");
  run_until([&] { return exits == 1; });
  EXPECT_FALSE(rejecting->alive());
  EXPECT_EQ(invoke(*start(node("index.exception"))).error_type, "SyntaxError");
}

TEST_F(NodeTest, ExitingIsARuntimeError) {
  write("index.js", R"(
    exports.three = async () => { console.log('bye'); process.exit(3) }
    exports.zero = async () => process.exit(0)
    exports.killed = async () => { process.kill(process.pid, 'SIGKILL'); await new Promise((r) => setTimeout(r, 9000)) })");
  auto worker = start(node("index.three"));
  Reply three = invoke(*worker);
  EXPECT_EQ(three.error_type, "Runtime.ExitError");
  EXPECT_EQ(member(three, "errorMessage"), "RequestId: r1 Error: Runtime exited with error: exit status 3");
  EXPECT_THAT(lines, ElementsAre("r1|bye"));
  EXPECT_EQ(exits, 1);
  EXPECT_FALSE(worker->alive());
  EXPECT_EQ(invoke(*worker).error_type, "Runtime.ExitError");
  EXPECT_EQ(member(invoke(*start(node("index.zero"))), "errorMessage"),
            "RequestId: r3 Error: Runtime exited without providing a reason");
  EXPECT_EQ(member(invoke(*start(node("index.killed"))), "errorMessage"),
            "RequestId: r4 Error: Runtime exited with error: signal: killed");
}

TEST_F(NodeTest, AFailedInitAnswersWhoWaitsAndWhoComesLater) {
  write("syntax.js", "exports.handler = async () => {\n  return }}\n");
  write("missing.js", "require('no-such-package'); exports.handler = async () => 1");
  write("index.js", "exports.notAFunction = 1");
  write("throws.js", "throw new Error('at load')");
  auto type_of = [&](std::string handler) {
    auto worker = start(node(std::move(handler)));
    Reply first = invoke(*worker), second = invoke(*worker);
    EXPECT_EQ(first.payload, second.payload);
    EXPECT_FALSE(worker->alive());
    return first.error_type + ": " + member(first, "errorMessage");
  };
  EXPECT_THAT(type_of("syntax.handler"),
              HasSubstr("Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token '}'"));
  EXPECT_THAT(type_of("missing.handler"),
              HasSubstr("Runtime.ImportModuleError: Error: Cannot find module 'no-such-package'"));
  EXPECT_THAT(type_of("nowhere.handler"),
              HasSubstr("Runtime.ImportModuleError: Error: Cannot find module 'nowhere'"));
  EXPECT_EQ(type_of("index.other"), "Runtime.HandlerNotFound: index.other is undefined or not exported");
  EXPECT_EQ(type_of("index.notAFunction"), "Runtime.HandlerNotFound: index.notAFunction is not a function");
  EXPECT_EQ(type_of("index"), "Runtime.MalformedHandlerName: Bad handler");
  EXPECT_THAT(type_of("../index.handler"),
              HasSubstr("Runtime.MalformedHandlerName: '../index.handler' is not"));
  EXPECT_EQ(type_of("throws.handler"), "Error: at load");
}

TEST_F(NodeTest, AFailedInitIsToldWhateverItsErrorIsCalled) {
  write("index.js", "throw Object.assign(new Error('no'), { name: process.env.ITS_NAME })");
  for (auto const& name : {std::string("A\r\nX-Own: 1"), std::string("\u540d"), std::string(20'000, 'N')}) {
    auto program = node("index.handler");
    program.variables.emplace_back("ITS_NAME", name);
    auto worker = start(program);
    EXPECT_EQ(member(invoke(*worker), "errorType"), name);
    EXPECT_THAT(lines, Not(Contains(HasSubstr("unsettled"))));  // as Node says of what is left waiting
  }
}

TEST_F(NodeTest, TheDeadlineKillsAndIsSaidInLambdasWords) {
  write("index.js", "exports.handler = () => { console.log('started'); for (;;) {} }");
  auto worker = start(node("index.handler"));
  Invocation call = invocation("{}", 990ms);
  pid_t pid = worker->pid();
  Reply reply = run(worker->invoke(std::move(call)));
  EXPECT_EQ(reply.error_type, "Sandbox.Timedout");
  EXPECT_EQ(member(reply, "errorMessage"), "RequestId: r1 Error: Task timed out after 1.00 seconds");
  EXPECT_FALSE(worker->alive());
  EXPECT_THAT(lines, ElementsAre("r1|started"));
  run_until([&] { return exits == 1; });
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST_F(NodeTest, AnInitThatTakesTooLongIsATimeout) {
  write("index.mjs", "await new Promise((r) => setTimeout(r, 60000)); export const handler = async () => 1");
  Program program = node("index.handler");
  program.init_timeout = 300ms;
  auto worker = start(std::move(program));
  EXPECT_EQ(invoke(*worker).error_type, "Sandbox.Timedout");
  EXPECT_FALSE(worker->alive());
}

TEST_F(NodeTest, EveryByteOfLargeEventsAndAnswersArrives) {
  write("index.js", R"(
    exports.echo = async (event) => event
    exports.make = async (event) => 'x'.repeat(event.size))");
  auto echo = start(node("index.echo"));
  for (size_t size : {0, 1, 1000, 65'000, 66'000, 1'000'000, 6'000'000}) {
    std::string text = json::serialize(json::value(std::string(size, 'e') + "ü"));
    EXPECT_EQ(invoke(*echo, text).payload == text, true) << size;
  }
  auto make = start(node("index.make"));
  Reply largest = invoke(*make, R"({"size":6291554})");  // and two quotes
  EXPECT_EQ(largest.outcome, Reply::Outcome::success);
  EXPECT_EQ(largest.payload.size(), 6'291'556u);
  Reply larger = invoke(*make, R"({"size":6291555})");
  EXPECT_EQ(larger.error_type, "Function.ResponseSizeTooLarge");
  EXPECT_EQ(member(larger, "errorMessage"),
            "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).");
  EXPECT_EQ(invoke(*make, R"({"size":1})").payload, R"("x")");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_THAT(lines[0],
              testing::MatchesRegex(fmt::format(R"(r{}\|LAMBDA_RUNTIME .* code: 413.*)", requests - 1)))
      << "under the call whose answer it was";
}

TEST_F(NodeTest, LinesBelongToTheirRequestInTheirOrder) {
  write("index.js", R"(
    console.log('init')
    exports.handler = async (event) => {
      console.log('out ' + event); console.error('err ' + event); console.log({ a: [1, 2], event })
      process.stdout.write('no end')
    })");
  auto worker = start(node("index.handler"));
  invoke(*worker, "1");
  invoke(*worker, "2");
  EXPECT_THAT(lines, ElementsAre("|init", "r1|out 1", "r1|err 1", "r1|{ a: [ 1, 2 ], event: 1 }", "r1|no end",
                                 "r2|out 2", "r2|err 2", "r2|{ a: [ 1, 2 ], event: 2 }", "r2|no end"));
}

TEST_F(NodeTest, AStackPointsToTheSourceThatWasCompiled) {
  // index.js is compiled from source.ts, whose third line throws.
  write("index.js",
        "exports.handler = async () => {\n  throw new Error('mapped');\n};\n//# "
        "sourceMappingURL=index.js.map\n");
  write("index.js.map", R"({"version":3,"sources":["source.ts"],"names":[],"mappings":"AAAA;AAEA;AAAA"})");
  write("source.ts", "type A = string\n\nthrow new Error()\n");
  EXPECT_THAT(invoke(*start(node("index.handler"))).payload, HasSubstr("source.ts:3:"));
}

TEST_F(NodeTest, AStoppedWorkerEndsAndSaysSo) {
  write("index.js", "exports.handler = async () => 1");
  auto worker = start(node("index.handler"));
  invoke(*worker);
  bool stopped = false;
  asio::co_spawn(context, mark(worker->stop(), stopped), asio::detached);
  run_until([&] { return stopped && exits == 1; });
  EXPECT_FALSE(worker->alive());
}

TEST_F(NodeTest, DestroyingABusyWorkerAnswersItsInvocation) {
  write("index.js",
        "exports.handler = () => new Promise((r) => { console.log('in'); setTimeout(r, 60000) })");
  auto worker = start(node("index.handler"));
  std::optional<Reply> reply;
  asio::co_spawn(context, keep(worker->invoke(invocation()), reply), asio::detached);
  run_until([&] { return !lines.empty(); });
  worker.reset();
  run_until([&] { return reply.has_value(); });
  EXPECT_EQ(reply->error_type, "Runtime.ExitError");
  context.run();
  EXPECT_EQ(exits, 0);
}

}  // namespace
}  // namespace live
