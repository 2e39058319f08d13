import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const source = (who) => `exports.handler = async (event) => {
  if (event.gate) await fetch(event.gate);
  return { who: "${who}", stage: process.env.AWS_LAMBDA_FUNCTION_NAME };
};`;
const functions = { Hello: { handler: "hello.handler", timeout: 60 } };
const ann = new Lab(functions, { "src/hello.js": source("ann") }, { stage: "dev", env: { USER: "ann" } });
// The same app, checked out by another developer, on the same cloud.
const ben = new Lab(functions, { "src/hello.js": source("ben") }, { stage: "dev", env: { USER: "ben", LIVE_HOME: ann.env.LIVE_HOME } });
let first, second;
before(async () => {
  first = await ann.go();
});
after(async () => {
  gate.close();
  await ben.dispose();
  await ann.dispose();
});
const who = async (event, options) => {
  const { error, text, body } = await ann.invoke("Hello", event, options);
  assert.equal(error, undefined, text);
  return body.who;
};

test("calls go to the first session", async () => assert.equal(await who(), "ann"));

test("a call that the first one runs is still answered by it", async () => {
  const running = who({ gate: gate.url });
  await gate.reached(1);
  second = ben.start("--stage", "dev");
  await first.line(/ben@\S+ started a session on this stage at \d{4}-\d\d-\d\dT[\d:.]+Z/, "word of the takeover");
  gate.release();
  assert.equal(await running, "ann");
});

test("the first one says who took over, and exits with 0", async () => {
  const { code } = await first.ended;
  assert.equal(code, 0, first.tail());
  assert.match(first.tail(), /--stage/, "no advice");
});

test("the second one says from whom, and gets the calls", async () => {
  await second.line(/Took the stage over from ann@/, "word of the takeover");
  await second.listening();
  for (let n = 0; n < 5; ++n) assert.equal(await who(), "ben");
});

test("a stage of its own: two sessions of one app, no cross-talk", async () => {
  const third = ann.start("--stage", "ann");
  await third.listening();
  assert.equal(second.child.exitCode, null, second.tail());
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, n) => ann.invoke("Hello", {}, { stage: n % 2 ? "ann" : "dev" })),
  );
  for (const [n, { error, text, body }] of answers.entries()) {
    assert.equal(error, undefined, text);
    assert.deepEqual(body, n % 2 ? { who: "ann", stage: "ann-Hello" } : { who: "ben", stage: "dev-Hello" });
  }
});
