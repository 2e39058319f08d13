import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  { Small: { handler: "memory.handler", memory: 128, timeout: 60 } },
  {
    "src/memory.js": `exports.handler = async ({ mb }) => {
  console.log("takes", mb);
  const taken = Buffer.alloc(mb * 1024 * 1024, 1);
  if (mb > 128) await new Promise(() => setInterval(() => {}, 1000));
  return { pid: process.pid, taken: taken.length };
};`,
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

async function endsForItsMemory() {
  const { error, body, text } = await lab.invoke("Small", { mb: 400 });
  assert.equal(error, "Unhandled", text);
  assert.equal(body.errorType, "Runtime.ExitError");
  assert.match(body.errorMessage, /^RequestId: [0-9a-f-]+ Error: Runtime exited with error: signal: killed$/);
}

test("one that fits answers", async () => {
  const { body } = await lab.invoke("Small", { mb: 60 });
  assert.equal(body.taken, 60 * 1024 * 1024);
});

test("one that does not is answered in Lambda's words, and the session says why and what to do", async () => {
  await endsForItsMemory();
  await session.line(
    /^[0-9a-f]{8} ! it used \d{3} MB of its 128 MB and was ended, as on AWS: raise its memorySize, or `live start --no-limits`$/,
    "why it was ended",
  );
});

test("the next call has another process", async () => {
  const before = (await lab.invoke("Small", { mb: 1 })).body.pid;
  await endsForItsMemory();
  const { body, error } = await lab.invoke("Small", { mb: 1 });
  assert.equal(error, undefined);
  assert.notEqual(body.pid, before);
});

test("deployed to the embedded AWS it ends alike", async () => {
  await session.stop();
  await lab.do("deploy");
  await endsForItsMemory();
  const { log } = await lab.invoke("Small", { mb: 400 });
  assert.match(log, /REPORT .*Memory Size: 128 MB\tMax Memory Used: 128 MB\t.*Status: error\tError Type: Runtime\.ExitError/);
});
