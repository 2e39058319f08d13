import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, sleep } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Work: { handler: "work.handler", timeout: 60 } },
  {
    "src/work.js": `
      exports.handler = async ({ n, notes, gate }) => {
        require("fs").appendFileSync(notes, n + "\\n");
        if (gate) await fetch(gate);
        return { n };
      };`,
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const work = (n, { wait = false } = {}) => lab.invoke("Work", { n, notes: lab.notes, gate: wait ? gate.url : undefined });

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
