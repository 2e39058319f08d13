import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SkewedClock } from "../support/clock.mjs";
import { until } from "../support/lab.mjs";
import { gate, lab, work } from "../support/work.mjs";

// Beyond five minutes AWS takes no signature, and a message cannot be told from a replay.
const minutes = (n) => n * 60_000;
const told = {
  ahead: "✗ .*Signature not yet current: .*; this machine's clock is wrong: set it .*; it is 10 minutes ahead of AWS's",
  behind: "✗ .*Signature expired: .*; this machine's clock is wrong: set it .*; it is 10 minutes behind AWS's",
};
let clock, session, lines;
before(async () => {
  await lab.cloud();
  clock = new SkewedClock(lab);
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
  clock.close();
});

test("when it goes wrong while the session runs", async () => {
  assert.equal((await work("before")).error, undefined);
  lines = session.lines.length;
  clock.set(minutes(10));
  await session.line(/clock is 10 minutes ahead of AWS's: AWS refuses .* calls are not run.*set the clock/, "word of the clock", { from: lines, timeout: 10_000 });
});

test("so is each call that is not run", async () => {
  const { body } = await work("not run");
  assert.match(body.errorType, /^Live\./);
  const line = await session.line(/was not run: by this machine's clock it was sent/, "word of the call", { from: lines, timeout: 10_000 });
  assert.match(line, /sent 10 minutes ago\. A replay, unless the clock is wrong: then set it/);
  assert.deepEqual(lab.noted(), ["before"]);
});

test("once it is set calls work again, and that is told", async () => {
  lines = session.lines.length;
  clock.set(0);
  await session.line(/clock is right again/, "word of the clock", { from: lines, timeout: 10_000 });
  await until("call that works", async () => !(await work("after")).error);
});

for (const off of [10, -10])
  test(`when a session is started with it ${off > 0 ? "ahead" : "behind"}`, async () => {
    await session.stop();
    clock.set(minutes(off));
    const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
    assert.equal(code, 1, text);
    assert.match(text, new RegExp(told[off > 0 ? "ahead" : "behind"]));
  });

test("by any other command", async () => {
  const { code, text } = await lab.run("doctor", "--local", "--stage", "e2e");
  assert.equal(code, 1, text);
  assert.match(text, new RegExp(told.behind));
});
