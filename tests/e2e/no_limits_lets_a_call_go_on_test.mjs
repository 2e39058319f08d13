import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  {
    Short: { handler: "work.handler", timeout: 2 },
    Small: { handler: "work.handler", memory: 128, timeout: 30 },
  },
  {
    "src/work.js": `const v8 = require("node:v8");
exports.handler = async ({ gate, mb = 1 }) => {
  const taken = Buffer.alloc(mb * 1024 * 1024, 1);
  if (gate) await fetch(gate);
  return { pid: process.pid, taken: taken.length, heap: v8.getHeapStatistics().heap_size_limit };
};`,
  },
);
after(async () => {
  gate.close();
  await lab.dispose();
});

async function goesOn(session) {
  const { body: early } = await lab.invoke("Short");
  const call = lab.invoke("Short", { gate: gate.url });
  await gate.reached(1);
  const { error, body } = await call;
  assert.equal(error, "Unhandled");
  assert.match(body.errorMessage, /Task timed out after 2\.00 seconds/);
  const from = session.lines.length;
  gate.release();
  await session.line(new RegExp(`← \\{"pid":${early.pid},`), "the answer, though it is late", { from });
  await session.line(
    /! it took \d\.\d s: on AWS the function has ended meanwhile\. `live start --increase-timeout` gives it 15 minutes in place of 2 s$/,
    "what has become of its answer",
    { from },
  );
}

async function usesMore() {
  const { error, body, text } = await lab.invoke("Small", { mb: 400 });
  assert.equal(error, undefined, text);
  assert.ok(body.heap > 1e9, `${body.heap} bytes`);
}

test("--no-limits: a call past its timeout ends when its handler does, which is told; memory is not counted", async () => {
  const session = await lab.go("--no-limits");
  await goesOn(session);
  await usesMore();
  await session.stop();
});

test('"live": {"limits": false} in live.json says the same', async () => {
  lab.write("live.json", JSON.stringify({ live: { limits: false } }));
  await lab.go();
  await usesMore();
  const { text } = await lab.run("doctor", "--local", "--stage", lab.stage);
  assert.match(text, /memory of functions: not limited, as `live\.limits` in live\.json has it/);
});
