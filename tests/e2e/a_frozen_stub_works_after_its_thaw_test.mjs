import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, sleep, stubs, timed, until } from "../support/lab.mjs";

// Lambda freezes an environment between calls, for an hour perhaps: here its process is stopped, and the gateway
// closes connections sooner.
const lab = new Lab(
  { Frozen: { handler: "work.handler", timeout: 30 }, Busy: { handler: "work.handler", timeout: 30 } },
  { "src/work.js": `exports.handler = async ({ n }) => ({ n });` },
);
let busy = true, busyness;
before(async () => {
  await lab.cloud("--websocket-idle", "3");
  await lab.go();
});
after(async () => {
  busy = false;
  await busyness;
  await lab.dispose();
});

async function works(id, n) {
  const { error, body, text, took } = await timed(lab.invoke(id, { n }));
  assert.equal(error, undefined, text);
  assert.equal(body.n, n);
  return took;
}

/** Freezes, waits until `over`, thaws, and gives how many connections the next call cost. */
async function freeze(pid, over) {
  process.kill(pid, "SIGSTOP");
  await over();
  const before = await lab.usage();
  process.kill(pid, "SIGCONT");
  const took = await works("Frozen", "thawed");
  return { took, opened: (await lab.usage()).websocket_connections - before.websocket_connections };
}

test("after the gateway has closed its connection: at the cost of one reconnect", async () => {
  await works("Frozen", 1);
  const [frozen] = await stubs(lab);
  // The client and another stub have something to do: theirs are the connections that stay.
  busyness = (async () => {
    for (let n = 0; busy; ++n, await sleep(500)) await works("Busy", n);
  })();
  await until("other stub", async () => (await stubs(lab)).length === 2);
  for (let round = 0; round < 2; ++round) {
    const { took, opened } = await freeze(frozen, () => until("end of its connection", async () => (await lab.usage()).open_connections === 2));
    assert.ok(opened <= 1, `${opened} connections`);
    assert.ok(took < 3000, `${took} ms`);
  }
});

test("a short freeze costs no connection", async () => {
  const [frozen] = await stubs(lab);
  await works("Frozen", 2);
  const { opened } = await freeze(frozen, () => sleep(500));
  assert.equal(opened, 0);
});

test("after its connection was cut without a word: at the cost of one reconnect", async () => {
  const [frozen] = await stubs(lab);
  await works("Frozen", 3);
  busy = false;
  await busyness;
  const { took, opened } = await freeze(frozen, async () => {
    await lab.faults("stubs:blackhole"); // what is open now is half open from now on
    await lab.faults("none");
  });
  assert.ok(opened <= 1, `${opened} connections`);
  assert.ok(took < 5000, `${took} ms`);
});
