import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sleep, until } from "../support/lab.mjs";
import { gate, lab, work } from "../support/work.mjs";

// AWS closes a WebSocket after ten idle minutes and after two hours: here sooner.
let session;
before(async () => {
  await lab.cloud("--websocket-idle", "3", "--websocket-lifetime", "5");
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const lost = () => session.lines.filter((line) => /Connection lost/.test(line)).length;
const found = () => session.lines.filter((line) => /Connected again/.test(line)).length;
const opened = async () => (await lab.usage()).websocket_connections;

test("through the ends of two lives, no call is lost and a running one goes on", async () => {
  const held = work("held", { wait: true });
  await gate.reached(1);
  const before = { lost: lost(), opened: await opened() };
  let n = 0;
  for (; lost() < before.lost + 2; ++n) {
    const { error, text } = await work(`busy ${n}`);
    assert.equal(error, undefined, text);
    await sleep(50);
  }
  assert.ok((await opened()) >= before.opened + 4, "the stub's connections were not replaced");
  gate.release();
  const { error, text } = await held;
  assert.equal(error, undefined, text);
  assert.equal(lab.noted().length, n + 1, "a handler ran twice");
});

test("after idle time too: the next call works at once", async () => {
  const before = lost();
  await until("idle connection's end", () => lost() > before);
  await until("reconnect", () => found() === lost());
  const { error, text } = await work("after");
  assert.equal(error, undefined, text);
});
