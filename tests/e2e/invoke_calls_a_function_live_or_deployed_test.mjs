// `live invoke`: by any name of a function, with any event, whether it runs here or as it is deployed.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { InTerminal } from "../support/terminal.mjs";

const lab = new Lab(
  { Echo: { handler: "f.echo" }, Fail: { handler: "f.fail" }, Other: { handler: "f.echo", alias: "prod" } },
  {
    "src/f.js": `
      exports.echo = async (event) => { console.log("told", process.env.IS_LOCAL ?? "deployed"); return { event, local: process.env.IS_LOCAL === "true" }; };
      exports.fail = async () => { throw new TypeError("no luck"); };`,
  },
);
lab.write("resources.json", JSON.stringify({ Orders: { type: "AWS::SNS::Topic", properties: { TopicName: "orders" } } }));
const local = ["--local", "--stage", "e2e"];
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

/** {code, out, told}: standard output and standard error apart. */
function invoke(args, { input } = {}) {
  const child = spawn(lab.live, ["invoke", ...args], { cwd: lab.app, env: lab.env });
  const said = { out: "", told: "" };
  child.stdout.setEncoding("utf8").on("data", (text) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (said.told += text));
  child.stdin.end(input ?? "");
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, ...said })));
}
const answer = async (args, options) => {
  const { code, out, told } = await invoke([...args, ...local], options);
  assert.equal(code, 0, told);
  return JSON.parse(out);
};

test("the answer is all that is on standard output, and the session runs it", async () => {
  assert.deepEqual(await answer(["Echo"]), { event: {}, local: true });
  await session.line(/lab.*told true|told true/, "the handler's line");
});

test("any name of it will do", async () => {
  for (const name of ["e2e-Echo", "lab/Echo", "Ech", "*cho"]) assert.equal((await answer([name])).local, true, name);
});

test("an unknown and an ambiguous name say which there are", async () => {
  const unknown = await invoke(["Ecko", ...local]);
  assert.equal(unknown.code, 1);
  assert.match(unknown.told, /there is no function "Ecko" in this app \(did you mean "Echo"\?\); it has lab\/Echo, lab\/Fail, lab\/Other/);
  assert.equal(unknown.out, "");
  assert.match((await invoke(["lab/*", ...local])).told, /"lab\/\*" may be lab\/Echo or lab\/Fail or lab\/Other: write more of its name/);
});

test("the event comes from a file, from standard input, or from the command line", async () => {
  lab.write("event.json", '{ "from": "file" }');
  assert.deepEqual((await answer(["Echo", "--event", "event.json"])).event, { from: "file" });
  assert.deepEqual((await answer(["Echo", "--event", "-"], { input: '["a", 1]' })).event, ["a", 1]);
  assert.deepEqual((await answer(["Echo", "--event", '{"from": "here"}'])).event, { from: "here" });
});

test("an event that is no JSON is told with its place, and nothing is invoked", async () => {
  lab.write("broken.json", '{\n  "a": 1,\n  b: 2\n}\n');
  const { code, told } = await invoke(["Echo", "--event", "broken.json", ...local]);
  assert.equal(code, 1);
  assert.match(told, /broken\.json:3:\d+: not JSON/);
  assert.match((await invoke(["Echo", "--event", "absent.json", ...local])).told, /absent\.json/);
});

test("a sample is as AWS sends it, of the app's own account, region and resources", async () => {
  const { event } = await answer(["Echo", "--sample", "sns"]);
  assert.match(event.Records[0].Sns.TopicArn, /^arn:aws:sns:us-east-1:\d{12}:orders$/);
  await session.line(/SNS orders/, "the trigger");
  const { told, code } = await invoke(["Echo", "--sample", "sms", ...local]);
  assert.equal(code, 2);
  assert.match(told, /sms/);
});

test("--print shows a sample and invokes nothing", async () => {
  const { code, out } = await invoke(["--sample", "sqs", "--print"]);
  assert.equal(code, 0);
  assert.equal(JSON.parse(out).Records[0].eventSource, "aws:sqs");
});

test("an error of the function is an exit code, with its type, message and stack", async () => {
  const { code, out, told } = await invoke(["Fail", ...local]);
  assert.equal(code, 1);
  assert.equal(JSON.parse(out).errorType, "TypeError");
  assert.match(told, /✗ lab\/Fail: TypeError: no luck\n\s+at .*f\.js:3/);
});

test("--json is one object with all of it", async () => {
  const { code, out } = await invoke(["Fail", "--json", ...local]);
  assert.equal(code, 1);
  const answer = out.trim().split("\n").map((line) => JSON.parse(line)).find(({ type }) => type === "answer");
  assert.deepEqual([answer.function, answer.name, answer.status, answer.error], ["lab/Fail", "e2e-Fail", 200, "Unhandled"]);
  assert.equal(answer.payload.errorMessage, "no luck");
});

test("--async does not wait, and the function runs", async () => {
  const from = session.lines.length;
  const { code, told, out } = await invoke(["Echo", "--async", ...local]);
  assert.equal(code, 0, told);
  assert.match(told, /lab\/Echo will run: request [0-9a-f-]{36}/);
  assert.equal(out, "");
  await session.line(/told true/, "the handler's line", { from });
});

test("in a terminal the answer is laid out to be read", async () => {
  const live = new InTerminal(lab, ["invoke", "Echo", ...local]);
  await live.shows(/\{\r?\n  "event": \{\},?\r?\n  "local": true\r?\n\}/);
  assert.equal(await live.code, 0);
});

test("a function whose code is its own is invoked too, with the tail of its log for --verbose", async () => {
  await session.stop();
  await lab.must("deploy", ...local);
  assert.equal((await answer(["Echo"])).local, false);
  const { told } = await invoke(["Echo", "--verbose", ...local]);
  assert.match(told, /told deployed/);
  assert.match(told, /REPORT RequestId/);
  assert.equal((await answer(["Other", "--qualifier", "prod"])).local, false);
  assert.match((await invoke(["Other", "--qualifier", "gone", ...local])).told, /ResourceNotFoundException/);
});

test("what is not deployed says so", async () => {
  const { code, told } = await invoke(["Echo", "--local", "--stage", "nowhere"]);
  assert.equal(code, 1);
  assert.match(told, /nothing of lab is deployed at stage nowhere .*: run `live start` or `live deploy`/);
  lab.describe({ ...JSON.parse(lab.read("functions.json")), Fresh: { handler: "f.echo" } });
  assert.match((await invoke(["Fresh", ...local])).told, /lab\/Fresh is not deployed at stage e2e/);
});

test("wrong usage is exit code 2", async () => {
  for (const args of [[], ["Echo", "--print"], ["Echo", "--event", "x", "--sample", "sns"]]) assert.equal((await invoke(args)).code, 2, args.join(" "));
});
