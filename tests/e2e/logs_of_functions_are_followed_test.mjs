// `live logs`: what the deployed functions have written, in the order of time, each line once, and what they write
// from then on; also where a function has a log group of its own making.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { Lab, client, sdk, until } from "../support/lab.mjs";

const lab = new Lab({ One: { handler: "f.handler" }, Two: { handler: "f.handler" } }, { "src/f.js": "exports.handler = async ({ say }) => console.log(say);" });
lab.write(
  "lib/index.js",
  lab.read("lib/index.js").replace(
    "environment,\n    retryAttempts",
    'environment,\n    logGroup: id === "Two" ? new groups.LogGroup(stack, "TwoLog", { logGroupName: `/own/${app.stage}`, removalPolicy: cdk.RemovalPolicy.DESTROY }) : undefined,\n    retryAttempts',
  ).replace('import { NodejsFunction', 'import * as groups from "aws-cdk-lib/aws-logs";\nimport { NodejsFunction'),
);
const local = ["--local", "--stage", "e2e"];
let written;
before(async () => {
  await lab.must("deploy", ...local);
  written = await client(lab, "cloudwatch-logs", "CloudWatchLogsClient");
  for (const [id, say] of [["One", "first"], ["Two", "second"], ["One", "third"]]) await lab.invoke(id, { say });
});
after(() => lab.dispose());

/** A `live logs` that goes on: its lines of standard output. */
function logs(...args) {
  const child = spawn(lab.live, ["logs", ...local, ...args], { cwd: lab.app, env: lab.env, stdio: ["ignore", "pipe", "pipe"] });
  lab.sessions.push({ kill: () => child.kill("SIGKILL") });
  const found = { child, out: "", told: "", code: new Promise((resolve) => child.on("close", resolve)) };
  child.stdout.setEncoding("utf8").on("data", (text) => (found.out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (found.told += text));
  return found;
}
async function ended(...args) {
  const found = logs(...args);
  const code = await found.code;
  return { ...found, code };
}
const said = (text) => [...text.matchAll(/^\S+ (\S+) +(?:\S+Z\t\S+\t\S+\t)?(first|second|third|say .*)$/gm)].map(([, name, line]) => `${name} ${line}`);

test("the functions' lines come in the order of time, under their names, whichever group they are in", async () => {
  await until("all lines", async () => said((await ended()).out).length >= 3, { timeout: 60_000 });
  const { out, code } = await ended();
  assert.equal(code, 0);
  assert.deepEqual(said(out), ["One first", "Two second", "One third"]);
  assert.match(out, /^\d\d:\d\d:\d\d\.\d{3} One START RequestId: /m);
});

test("chosen functions, a filter, and a time in the past", async () => {
  assert.deepEqual(said((await ended("Two")).out), ["Two second"]);
  assert.deepEqual(said((await ended("--filter", "third")).out), ["One third"]);
  const { out, told, code } = await ended("--filter", "nobody", "--since", "2h");
  assert.deepEqual([out, code], ["", 0]);
  assert.match(told, /Nothing was logged that the filter matches since 2h/);
  const wrong = await ended("--since", "yesterday");
  assert.equal(wrong.code, 1);
  assert.match(wrong.told, /--since: "yesterday" is neither a time ago \(30s, 10m, .*\) nor a time/);
  assert.match((await ended("Tow")).told, /there is no function "Tow" in this app \(did you mean "Two"\?\)/);
});

test("--json is one object a line", async () => {
  const { out } = await ended("--json", "Two");
  const events = out.trim().split("\n").map((line) => JSON.parse(line)).filter(({ type }) => type === "log-event");
  const second = events.find(({ message }) => message.includes("second"));
  assert.deepEqual([second.function, second.name, second.log_group], ["lab/Two", "e2e-Two", "/own/e2e"]);
  assert.match(second.log_stream, /^\d{4}\/\d\d\/\d\d\/e2e-Two\[\$LATEST\]\[[0-9a-f]{32}\]$/, "as Lambda names it in a group of one's choice");
  assert.match(second.at, /^\d{4}-.*Z$/);
});

test("what is written from then on is shown once each, late ones too, until Ctrl-C", async () => {
  const following = logs("--follow", "--since", "1s");
  const put = async (n, ago = 0) => {
    const { PutLogEventsCommand } = sdk("cloudwatch-logs");
    await written.send(new PutLogEventsCommand({ logGroupName: "/own/e2e", logStreamName: "hand", logEvents: [{ timestamp: Date.now() - ago, message: `say ${n}` }] }));
  };
  const { CreateLogStreamCommand } = sdk("cloudwatch-logs");
  await written.send(new CreateLogStreamCommand({ logGroupName: "/own/e2e", logStreamName: "hand" }));
  for (let n = 0; n < 5; ++n) {
    await put(n);
    await until(`line ${n}`, () => following.out.includes(`say ${n}\n`), { timeout: 60_000 });
  }
  await put("one\nof two lines");
  await until("both lines, each under the function's name", () => /^\S+ Two say one\n\S+ Two of two lines$/m.test(following.out), { timeout: 60_000 });
  await put("late", 300);
  await until("the late line", () => following.out.includes("say late"), { timeout: 60_000 });
  for (let n = 5; n < 25; ++n) await put(n);
  await until("the last line", () => following.out.includes("say 24\n"), { timeout: 60_000 });
  following.child.kill("SIGINT");
  assert.equal(await following.code, 0, following.told);
  const lines = said(following.out).filter((line) => line.startsWith("Two say"));
  assert.deepEqual(lines.map((line) => line.slice(8)).sort(), [...Array.from({ length: 25 }, (_, n) => String(n)), "late", "one"].sort());
});

test("a function that was never invoked has nothing to say", async () => {
  lab.describe({ ...JSON.parse(lab.read("functions.json")), Silent: { handler: "f.handler" } });
  await lab.must("deploy", ...local);
  const { code, told } = await ended("Silent");
  assert.equal(code, 0, told);
  assert.match(told, /Nothing was logged since 10m; --since 1d looks further back/);
});
