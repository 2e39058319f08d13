import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sleep } from "../support/lab.mjs";
import { gate, lab, work } from "../support/work.mjs";

let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

test("calls that run, and calls that come meanwhile, are answered, each run once", async () => {
  await Promise.all(Array.from({ length: 8 }, (_, n) => work(`warm ${n}`)));
  const running = Array.from({ length: 4 }, (_, n) => work(`running ${n}`, { wait: true }));
  await gate.reached(4);
  await lab.faults("client:away");
  const outage = sleep(3000);
  const coming = Array.from({ length: 4 }, (_, n) => work(`coming ${n}`));
  gate.release(); // their answers cannot leave yet
  await outage;
  await lab.faults("none");
  for (const { error, text } of await Promise.all([...running, ...coming])) assert.equal(error, undefined, text);
  assert.deepEqual(lab.noted().sort(), [...new Set(lab.noted())].sort(), "a handler ran twice");
  assert.equal(lab.noted().length, 16);
});

test("the session goes on", async () => {
  assert.equal(session.child.exitCode, null, session.tail());
  const { error, text } = await work("after");
  assert.equal(error, undefined, text);
});
