import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Count: { handler: "count.handler", timeout: 120 } },
  {
    "src/count.js": `
      let count = 0;
      exports.handler = async ({ n, gate }) => {
        count += 1;
        if (gate) await fetch(gate);
        return { n, pid: process.pid, count };
      };`,
  },
);
before(() => lab.go());
after(async () => {
  gate.close();
  await lab.dispose();
});

test("calls one after the other share a worker and its state", async () => {
  const answers = [];
  for (let n = 0; n < 3; ++n) answers.push((await lab.invoke("Count", { n })).body);
  assert.deepEqual(answers.map(({ pid }) => pid), Array(3).fill(answers[0].pid));
  assert.deepEqual(answers.map(({ count }) => count), [1, 2, 3]);
});

test("of fifty calls at once each has a worker and an answer of its own", async () => {
  const calls = Array.from({ length: 50 }, (_, n) => lab.invoke("Count", { n, gate: gate.url }));
  await Promise.race([gate.reached(50), Promise.all(calls)]);
  gate.release();
  const answers = await Promise.all(calls);
  for (const [n, { error, text, body }] of answers.entries()) {
    assert.equal(error, undefined, text);
    assert.equal(body.n, n);
  }
  assert.equal(new Set(answers.map(({ body }) => body.pid)).size, 50);
});
