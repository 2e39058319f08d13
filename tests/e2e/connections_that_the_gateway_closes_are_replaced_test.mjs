import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, sleep, until } from "../support/lab.mjs";

// AWS closes a WebSocket after ten idle minutes and after two hours: here sooner.
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
  await lab.cloud("--websocket-idle", "3", "--websocket-lifetime", "5");
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const work = (n, { wait = false } = {}) => lab.invoke("Work", { n, notes: lab.notes, gate: wait ? gate.url : undefined });
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
