import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { timed, until } from "../support/lab.mjs";
import { gate as first, lab } from "../support/work.mjs";

// The gateway closes the client's connection and refuses others for a while; requests still work.
const second = await new Gate().listen();
let session, running, held;
before(async () => {
  await lab.cloud();
  session = await lab.go();
});
after(async () => {
  first.close();
  second.close();
  await lab.dispose();
});
const work = (n, gate) => timed(lab.invoke("Work", { n, notes: lab.notes, gate: gate?.url }));
const dials = () => lab.requests().filter((line) => /GET \/live 503/.test(line)).length;
function worked({ error, text }) {
  assert.equal(error, undefined, text);
}

test("it says so, and tries again ever more slowly", async () => {
  running = work("running", first);
  held = work("held", second);
  await first.reached(1);
  await second.reached(1);
  await lab.faults("client:hang-up+refuse");
  const began = performance.now();
  await session.line(/Connection lost .*connecting again/, "word of the loss");
  await until("tenth dial", () => dials() >= 10);
  const took = performance.now() - began;
  assert.ok(took > 2500, `ten dials within ${Math.round(took)} ms`);
});

test("meanwhile an answer goes to its stub", async () => {
  first.release();
  worked(await running);
});

test("meanwhile a call that comes fails fast", async () => {
  const { error, body, took } = await work("lost");
  assert.equal(error, "Unhandled");
  assert.equal(body.errorType, "Live.NoClient");
  assert.ok(took < 2500, `${took} ms`);
});

test("it comes back, registers again, and takes calls", async () => {
  await lab.faults("none");
  await session.line(/Connected again/, "reconnect", { timeout: 5000 });
  worked(await work("after"));
});

test("a handler that ran all the while is not run again, and its answer arrives", async () => {
  second.release();
  worked(await held);
  assert.deepEqual(lab.noted().sort(), ["after", "held", "running"]);
});
