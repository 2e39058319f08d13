// `live bench` without --local, on an embedded AWS that somebody else has started: it measures there, says what it does
// before it does it, and leaves nothing behind, however it ends.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";
import { Session } from "../support/live.mjs";

const lab = new Lab({ Hello: { handler: "hello.handler" } });
let aws;
before(async () => {
  await lab.cloud();
  aws = await lab.aws();
  // A session's own state is not the cloud's; the CDK remembers by key whose account it is.
  lab.env = { ...aws, CDK_HOME: `${lab.folder}/cdk` };
});
after(() => lab.dispose());

async function assertNothingIsLeft() {
  const { StackSummaries } = await lab.formation("ListStacks", {});
  const there = StackSummaries.filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE").map(({ StackName }) => StackName);
  assert.deepEqual(there.filter((name) => name !== "CDKToolkit"), []);
  const { Functions } = await (await client(lab, "lambda", "LambdaClient")).send(new (sdk("lambda").ListFunctionsCommand)({}));
  assert.deepEqual(Functions.map(({ FunctionName }) => FunctionName), []);
  const logs = await client(lab, "cloudwatch-logs", "CloudWatchLogsClient");
  const { logGroups } = await logs.send(new (sdk("cloudwatch-logs").DescribeLogGroupsCommand)({}));
  assert.deepEqual(logGroups.map(({ logGroupName }) => logGroupName), []);
}

async function refused(env, args, ...said) {
  const usual = lab.env;
  lab.env = { ...usual, ...env };
  try {
    const { code, text } = await lab.run("bench", ...args);
    assert.equal(code > 0 && code < 126, true, text);
    for (const pattern of said) assert.match(text, pattern);
  } finally {
    lab.env = usual;
  }
  await assertNothingIsLeft();
}

test("without a terminal and --yes it says what it would deploy, and where, and deploys nothing", () =>
  refused({}, ["--stage", "figures"], /figures-live-bench-functions/, /account 000000000000, region us-east-1/, /\$0\.\d\d/, /nothing was deployed/, /--yes/));

test("keys that are not valid are told before anything is asked", () =>
  refused({ AWS_SECRET_ACCESS_KEY: "wrong" }, ["--yes"], /asking AWS who we are/, /SignatureDoesNotMatch|signature/));

test("an endpoint where nobody answers is told", () => refused({ AWS_ENDPOINT_URL: "http://127.0.0.1:9" }, ["--yes"], /127\.0\.0\.1:9|ECONNREFUSED/));

test("a stage that is too long is told", () => refused({}, ["--yes", "--stage", "s".repeat(49)], /too long/, /48/, /--stage/));

test("the pages of docs/ are of the embedded AWS alone", () => refused({}, ["--write", "--yes"], /--write/, /--local/));

test("its figures are those of the account, and what an account cannot tell is null with a reason", { timeout: 400_000 }, async () => {
  const { code, text } = await lab.run("bench", "--yes", "--json", "--quick", "--stage", "figures");
  assert.equal(code, 0, text);
  const figures = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  for (const key of ["warm_p50_ms", "warm_p99_ms", "eight_p50_ms", "kb100_p50_ms", "mb5_p50_ms", "mb5_echo_p50_ms", "first_call_ms", "raw_loop_p50_ms", "save_to_live_p50_ms", "start_first_ms", "start_unchanged_ms"])
    assert.ok(figures[key] > 0.01 && figures[key] < 120_000, `${key} is ${figures[key]}`);
  for (const key of ["client_rss_mb", "worker_rss_mb", "client_rss_after_5_mb"]) assert.ok(figures[key] > 1 && figures[key] < 4_000, `${key} is ${figures[key]}`);
  for (const key of ["stub_ready_ms", "stub_rss_mb", "cloud_start_ms", "cloud_rss_mb", "hop10_p50_ms", "client_rss_500_mb", "billed_per_call"]) {
    assert.equal(figures[key], null, key);
    assert.ok(figures.absent[key].length > 10, `no reason for ${key}`);
  }
  assert.deepEqual(figures.place, { account: "000000000000", region: "us-east-1", endpoint: aws.AWS_ENDPOINT_URL, stage: "figures" });
  assert.equal(figures.lost, 0);
  await assertNothingIsLeft();
});

test("Ctrl-C removes what was deployed", { timeout: 200_000 }, async () => {
  const bench = new Session(lab, ["bench", "--yes"]);
  lab.sessions.push(bench);
  await bench.line(/✓ first calls/, "first measurement");
  const { code } = await bench.stop();
  assert.equal(code, 130, bench.tail());
  assert.match(bench.tail(), /Interrupted: removing/);
  assert.match(bench.tail(), /Removed what was deployed/);
  await assertNothingIsLeft();
});

test("Ctrl-C while it deploys removes what was deployed", { timeout: 200_000 }, async () => {
  const bench = new Session(lab, ["bench", "--yes", "--verbose"]);
  lab.sessions.push(bench);
  await bench.line(/Debug stack .* deployed/, "debug stack");
  const { code } = await bench.stop();
  assert.equal(code, 130, bench.tail());
  await assertNothingIsLeft();
});

test("what cannot be removed is named, and the command that is told removes it", { timeout: 300_000 }, async () => {
  const bench = new Session(lab, ["bench", "--yes", "--stage", "stuck"]);
  lab.sessions.push(bench);
  await bench.line(/✓ first calls/, "first measurement");
  await lab.ownCloud.stop();
  const { code } = await bench.ended;
  assert.equal(code, 1, bench.tail());
  const [left] = bench.lines.filter((line) => /^Left in account 000000000000/.test(line));
  assert.match(left ?? bench.tail(), /stuck-live-bench-debug-stack, stuck-live-bench-functions/);
  const [, folder, command] = /Remove it: cd (\S+) && \S+live (remove .*)$/.exec(left);

  lab.ownCloud = new Session(lab, ["cloud", "--port", new URL(aws.AWS_ENDPOINT_URL).port]);
  await lab.ownCloud.line(/Embedded AWS ready/, "embedded AWS");
  const { app } = lab;
  lab.app = folder;
  await lab.must(...command.split(" "), "--yes");
  lab.app = app;
  rmSync(path.dirname(folder), { recursive: true });
  await assertNothingIsLeft();
});
