import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sleep, timed } from "../support/lab.mjs";
import { gate, lab, work } from "../support/work.mjs";

// The client's machine vanishes without closing anything: what is sent to it and by it is lost, and its connection is
// half open ever after.
let session, began, lines;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

function silent({ error, body, text, took }) {
  assert.equal(error, "Unhandled", text);
  assert.equal(body.errorType, "Live.ClientSilent", text);
  assert.match(body.errorMessage, /stage e2e of lab .*silent for 5 seconds/);
  return took;
}

test("calls that wait for the client fail at five seconds of silence", async () => {
  await work("warm");
  const running = Array.from({ length: 3 }, (_, n) => work(`running ${n}`, { wait: true }));
  await gate.reached(3);
  lines = session.lines.length;
  await lab.faults("client:blackhole");
  began = performance.now();
  for (const answer of await Promise.all(running.map(timed))) {
    const took = silent(answer); // its last word is at most 1.5 s older than the outage
    assert.ok(took > 3300 && took < 5700, `${took} ms`);
  }
});

test("so does a call that comes during the outage", async () => {
  const took = silent(await timed(work("lost")));
  assert.ok(took > 4800 && took < 6000, `${took} ms`);
});

test("the client notices by itself", async () => {
  await session.line(/Connection lost/, "word of the outage", { from: lines, timeout: 30_000 - (performance.now() - began) });
});

test("calls work again within two seconds of the network's return", async () => {
  await sleep(30_000 - (performance.now() - began));
  lines = session.lines.length;
  await lab.faults("none");
  const back = performance.now();
  await session.line(/Connected again/, "reconnect", { from: lines });
  const { error, text } = await work("again");
  const took = Math.round(performance.now() - back);
  assert.equal(error, undefined, text);
  assert.ok(took < 2000, `it took ${took} ms`);
});

test("nothing ran twice, and what was lost did not run at all", async () => {
  gate.release();
  assert.deepEqual(lab.noted().sort(), ["again", "running 0", "running 1", "running 2", "warm"]);
});
