// The CDK validates templates while it synthesises, which takes seconds: once for what is deployed, and not for a start
// that deploys nothing.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const queue = (VisibilityTimeout) => JSON.stringify({ Queue: { type: "AWS::SQS::Queue", properties: { VisibilityTimeout } } });
const validated = { CDK_VALIDATION: "true" };
const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async () => 1;", "resources.json": queue("a while") }, { env: validated });
after(() => lab.dispose());

async function started() {
  const session = lab.start("--stage", "e2e");
  await session.listening();
  await session.stop();
  return { text: session.lines.join("\n"), syntheses: session.lines.filter((line) => /App synthesised/.test(line)).map((line) => line.replace(/ \(.*/, "")) };
}

test("a stage that is new is synthesised once, validated, and what is found is told", async () => {
  const { text, syntheses } = await started();
  assert.deepEqual(syntheses, ["✓ App synthesised, templates validated"]);
  assert.match(text, /VisibilityTimeout: 'a while' is not of type 'integer'/);
});

test("nothing is validated when nothing is deployed", async () => {
  const { text, syntheses } = await started();
  assert.deepEqual(syntheses, ["✓ App synthesised"]);
  assert.doesNotMatch(text, /VisibilityTimeout/);
});

test("what has changed is validated before it is deployed", async () => {
  lab.write("resources.json", queue("an hour"));
  const { text, syntheses } = await started();
  assert.deepEqual(syntheses, ["✓ App synthesised", "✓ App synthesised, templates validated"]);
  assert.match(text, /VisibilityTimeout: 'an hour' is not of type 'integer'/);
});

test("CDK_VALIDATION=false leaves it out, and the line says so", async () => {
  lab.write("resources.json", queue("a day"));
  lab.env.CDK_VALIDATION = "false";
  const { text, syntheses } = await started();
  assert.deepEqual(syntheses, ["✓ App synthesised", "✓ App synthesised"]);
  assert.doesNotMatch(text, /VisibilityTimeout/);
});
