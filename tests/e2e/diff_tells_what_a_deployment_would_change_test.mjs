// `live diff`: what `live deploy` would change. That functions run live is one fact, not a change of each.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const hello = { handler: "f.handler", environment: { GREETING: "one" }, alias: "prod" };
const lab = new Lab({ Hello: hello }, { "src/f.js": "exports.handler = async () => 1;" });
const diff = (...args) => lab.run("diff", "--local", "--stage", "e2e", ...args);
const objects = (text) => text.trim().split("\n").map((line) => JSON.parse(line));
const found = async (...args) => objects((await diff("--json", ...args)).text).find(({ type }) => type === "diff");
after(() => lab.dispose());

test("before the first deployment everything is new, and nothing is deployed", async () => {
  const { code, text } = await diff();
  assert.equal(code, 0, text);
  assert.match(text, /Stack e2e-lab-lab \(new\)/);
  assert.match(text, /\+ AWS::Lambda::Function Hello/);
  await assert.rejects(lab.formation("DescribeStacks", { StackName: "e2e-lab-lab" }), /does not exist/);
});

test("once it is deployed there are no differences", async () => {
  await lab.must("deploy", "--local", "--stage", "e2e");
  const { code, text } = await diff("--fail");
  assert.equal(code, 0, text);
  assert.match(text, /No differences/);
  assert.equal((await found()).differs, false);
});

test("a change is shown, --fail exits with 1, and --json has its parts", async () => {
  lab.describe({ Hello: { ...hello, environment: { GREETING: "two" }, memory: 256 } });
  const { code, text } = await diff("--fail");
  assert.equal(code, 1);
  assert.match(text, /Stack e2e-lab-lab\n[^]*~ AWS::Lambda::Function Hello: Environment, MemorySize/);
  assert.equal((await diff()).code, 0);
  const { differs, stacks } = await found();
  assert.equal(differs, true);
  const change = stacks[0].resources.find(({ construct }) => construct === "lab/Hello");
  assert.deepEqual([change.kind, change.resource_type, change.loses_data], ["changed", "AWS::Lambda::Function", false]);
  assert.ok(change.properties.some(({ name, from, to }) => name === "MemorySize" && from === "" && to === "256"), JSON.stringify(change));
});

test("in a session: that functions run live is said once, and the app's own change is shown", async () => {
  const session = await lab.go();
  const same = await diff();
  assert.equal(same.code, 0, same.text);
  assert.match(same.text, /1 function runs live at stage e2e: lab\/Hello\. `live deploy` puts back its own code and settings\./);
  assert.doesNotMatch(same.text, /AWS::|Permissions|debug-stack/);
  assert.deepEqual((await found()).run_live, ["lab/Hello"]);
  lab.describe({ Hello: { ...hello, environment: { GREETING: "three" }, memory: 256 } });
  const other = await diff();
  assert.match(other.text, /~ AWS::Lambda::Function Hello: Environment .*two.* → .*three/);
  await session.stop();
});

test("one stack may be named", async () => {
  assert.equal((await diff("lab")).code, 0);
  const { code, text } = await diff("lob");
  assert.equal(code, 1);
  assert.match(text, /there is no stack "lob"/);
});
