// --only, --except, --increase-timeout, --outputs-file and --no-deploy: which functions run here, with how much time,
// and a session on what is deployed already.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const common = { handler: "f.handler", timeout: 5 };
const lab = new Lab(
  { Api: common, Cron: common, CronSlow: { ...common, url: "BUFFERED" } },
  { "src/f.js": "exports.handler = async (event, context) => ({ local: process.env.IS_LOCAL === 'true', left: context.getRemainingTimeInMillis() });" },
);
const main = lab.read("lib/index.js");
lab.write("lib/index.js", main.replace("if (url) made.addFunctionUrl(", "if (url) new cdk.CfnOutput(stack, `${id}Arn`, { value: made.functionArn });\n  if (url) made.addFunctionUrl("));
after(() => lab.dispose());
const where = async () => {
  const found = [];
  for (const id of ["Api", "Cron", "CronSlow"]) {
    const { error, body, text } = await lab.invoke(id);
    assert.equal(error, undefined, text);
    if (body.local) found.push(id);
  }
  return found;
};
const fails = async (args, ...said) => {
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e", ...args);
  assert.equal(code, 1, text);
  for (const pattern of said) assert.match(text, pattern);
};

test("--no-deploy without a debug stack says what to run", () => fails(["--no-deploy"], /debug stack e2e-lab-debug-stack is not there: run `live start --stage e2e` once without --no-deploy/));

test("a glob that names no function is told with those that there are", () =>
  fails(["--only", "Corn"], /--only: "Corn" names no function \(did you mean "Cron"\?\); the app has lab\/Api, lab\/Cron, lab\/CronSlow/));

test("--no-deploy without stubs says what to run", async () => {
  await lab.must("deploy", "--local", "--stage", "e2e");
  await fails(["--no-deploy"], /no function of stage e2e is deployed as a stub: run `live start --stage e2e` once without --no-deploy/);
});

test("--only: these run here, the others where they are deployed, and are named", async () => {
  const session = await lab.go("--only", "Api", "--only", "lab/*Slow");
  assert.deepEqual(await where(), ["Api", "CronSlow"]);
  await session.line(/lab\/Cron keeps its deployed code: --only does not name it/, "word of it");
  await session.stop();
});

test("--except: all but these, in one that changes what ran live before", async () => {
  const session = await lab.go("--except", "Api");
  assert.deepEqual(await where(), ["Cron", "CronSlow"]);
  await session.line(/lab\/Api keeps its deployed code: --except names it \(Api\)/, "word of it");
  await session.stop();
});

test("live.json chooses too, and an option is stronger", async () => {
  lab.write("live.json", JSON.stringify({ live: { only: ["Cron*"], except: ["*Slow"] } }));
  let session = await lab.go();
  assert.deepEqual(await where(), ["Cron"]);
  await session.stop();
  session = await lab.go("--only", "Api");
  assert.deepEqual(await where(), ["Api"]);
  await session.stop();
  lab.write("live.json", "{}");
});

test("--no-deploy connects to what is deployed: nothing is deployed, and what is no stub is named", async () => {
  const before = lab.requests().length;
  const session = await lab.go("--no-deploy");
  assert.deepEqual(await where(), ["Api"]);
  await session.line(/lab\/Cron keeps its deployed code: it is not deployed as a stub/, "word of it");
  const asked = lab.requests().slice(before).filter((line) => /CreateChangeSet|ExecuteChangeSet|UpdateStack|CreateStack|UpdateFunction|PutObject/.test(line));
  assert.deepEqual(asked, []);
  assert.equal((await session.stop()).code, 0);
});

test("--increase-timeout: functions that run live have 15 minutes, there and here", async () => {
  const session = await lab.go("--increase-timeout", "--except", "Cron", "--outputs-file", "out/outputs.json");
  const lambda = await client(lab, "lambda", "LambdaClient");
  const timeout = async (id) => (await lambda.send(new (sdk("lambda").GetFunctionConfigurationCommand)({ FunctionName: `e2e-${id}` }))).Timeout;
  assert.deepEqual([await timeout("Api"), await timeout("Cron")], [900, 5]);
  const { body } = await lab.invoke("Api");
  assert.ok(body.local && body.left > 890_000 && body.left <= 900_000, JSON.stringify(body));
  await session.stop();
});

test("--outputs-file has the stacks' outputs, as the CDK writes it", () => {
  const written = JSON.parse(readFileSync(path.join(lab.app, "out/outputs.json"), "utf8"));
  assert.deepEqual(written, { "e2e-lab-lab": { CronSlowArn: "arn:aws:lambda:us-east-1:000000000000:function:e2e-CronSlow" } });
});

test("deployed again, timeouts are the app's", async () => {
  await lab.must("deploy", "--local", "--stage", "e2e", "--outputs-file", "out/again.json");
  const { left } = (await lab.invoke("Api")).body;
  assert.ok(left <= 5000, String(left));
  assert.equal(readFileSync(path.join(lab.app, "out/again.json"), "utf8"), readFileSync(path.join(lab.app, "out/outputs.json"), "utf8"));
});
