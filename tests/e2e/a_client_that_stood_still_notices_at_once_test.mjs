import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sleep } from "../support/lab.mjs";
import { gate, lab, work } from "../support/work.mjs";

// Its process is stopped for longer than a moment, as by a sleeping machine, and meanwhile its connection goes.
let session;
before(async () => {
  await lab.cloud();
  session = await lab.go("--verbose");
  await work("warm");
});
after(async () => {
  gate.close();
  await lab.dispose();
});

/** Stops the client, has `meanwhile` happen, and gives how long after it goes on a call is answered. */
async function standStill(n, meanwhile, { reconnects }) {
  session.child.kill("SIGSTOP");
  await meanwhile();
  await sleep(3500); // above what a busy machine explains
  const lines = session.lines.length;
  session.child.kill("SIGCONT");
  const began = performance.now();
  await session.line(reconnects ? /Connected again/ : /Time stood still/, "word of it", { from: lines, timeout: 10_000 });
  const { error, text } = await work(n);
  assert.equal(error, undefined, text);
  const took = Math.round(performance.now() - began);
  assert.ok(took < 2000, `it took ${took} ms:\n${session.tail()}`);
  return session.lines.slice(lines);
}

test("a connection that was cut without a word is replaced: calls work within two seconds", async () => {
  const lines = await standStill(
    "cut",
    async () => {
      await lab.faults("client:blackhole"); // what is open now is half open from now on
      await lab.faults("none");
    },
    { reconnects: true },
  );
  assert.ok(lines.some((line) => /Connection lost \(the debug stack did not answer for 0\.\d s\)/.test(line)), lines.join("\n"));
});

test("a connection that the gateway has closed is replaced", async () => {
  await standStill("closed", () => lab.faults("client:hang-up"), { reconnects: true });
});

test("one that is still there is kept", async () => {
  const before = await lab.usage();
  await standStill("kept", async () => {}, { reconnects: false });
  assert.equal((await lab.usage()).websocket_connections, before.websocket_connections);
});

test("nothing ran twice", () => assert.deepEqual(lab.noted(), ["warm", "cut", "closed", "kept"]));
