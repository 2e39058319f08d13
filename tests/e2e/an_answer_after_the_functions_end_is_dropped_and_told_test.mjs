import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, timed } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Short: { handler: "work.handler", timeout: 4 } },
  { "src/work.js": `exports.handler = async ({ n, gate }) => { if (gate) await fetch(gate); return { answer: n }; };` },
);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

test("the handler is in time, its answer is not: the caller has a timeout", async () => {
  await lab.invoke("Short", { n: 0 });
  const from = session.lines.length;
  const call = timed(lab.invoke("Short", { n: 1, gate: gate.url }));
  await gate.reached(1);
  await lab.faults("client:away");
  gate.release();
  await session.line(/← \{"answer":1\}/, "the handler's answer", { from });
  const { error, body, text, took } = await call;
  assert.equal(error, "Unhandled", text);
  assert.match(body.errorType + body.errorMessage, /Sandbox\.Timedout.*Task timed out after 4\.00 seconds/, text);
  assert.ok(took > 3500 && took < 6000, `${took} ms`);
  await lab.faults("none");
});

test("the terminal says under the call that its answer was dropped", async () => {
  await session.line(/^[0-9a-f]{8} ! its answer came after the function's end and was dropped$/, "word of the late answer");
});

test("the next call is not mixed up with it", async () => {
  const { error, body, text } = await lab.invoke("Short", { n: 2 });
  assert.equal(error, undefined, text);
  assert.deepEqual(body, { answer: 2 });
});
