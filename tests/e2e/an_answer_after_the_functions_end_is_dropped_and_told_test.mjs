import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, timed, until } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Short: { handler: "work.handler", timeout: 4 } },
  { "src/work.js": `exports.handler = async ({ gate }) => { if (gate) await fetch(gate); return "an answer"; };` },
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
  await lab.invoke("Short");
  const from = session.lines.length;
  const call = timed(lab.invoke("Short", { gate: gate.url }));
  await gate.reached(1);
  await lab.faults("client:away");
  gate.release();
  await session.line(/← "an answer"/, "the handler's answer", { from });
  const { error, body, text, took } = await call;
  assert.equal(error, "Unhandled", text);
  assert.match(body.errorType + body.errorMessage, /Sandbox\.Timedout.*Task timed out after 4\.00 seconds/, text);
  assert.ok(took > 3500 && took < 6000, `${took} ms`);
  await lab.faults("none");
});

test("the terminal says under the call that its answer was dropped", async () => {
  await session.line(/^[0-9a-f]{8} ! its answer came after the function's end and was dropped$/, "word of the late answer");
});

test("the stub, which it reached after all, drops it too, and the next call is not mixed up with it", async () => {
  const { error, body } = await lab.invoke("Short");
  assert.equal(error, undefined);
  assert.equal(body, "an answer");
  await until("the stub's word", async () => /message dropped: a message for a call that has ended/.test(await lab.stubLog("Short")));
});
