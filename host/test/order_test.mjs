import assert from "node:assert/strict";
import { test } from "node:test";
import { inOrder } from "../src/order.mjs";

/** Deploys by name; those in `failing` fail. */
function play(steps, { failing = [], atOnce = 4, signal = new AbortController().signal } = {}) {
  const log = [];
  let now = 0;
  let most = 0;
  const run = async ({ name }) => {
    log.push(`+${name}`);
    most = Math.max(most, ++now);
    await new Promise(setImmediate);
    --now;
    log.push(`-${name}`);
    return { name, status: failing.includes(name) ? "failed" : "deployed" };
  };
  const plan = Object.entries(steps).map(([name, needs]) => ({ name, needs }));
  return inOrder(plan, run, { settle() {}, signal, atOnce }).then((outcomes) => ({ outcomes, log, most }));
}

test("a stack waits for what it needs", async () => {
  const { log } = await play({ web: ["api"], api: ["data"], data: [] });
  assert.deepEqual(log, ["+data", "-data", "+api", "-api", "+web", "-web"]);
});

test("independent stacks go side by side, but no more than asked", async () => {
  const five = { a: [], b: [], c: [], d: [], e: [] };
  assert.equal((await play(five)).most, 4);
  assert.equal((await play(five, { atOnce: 1 })).most, 1);
});

test("after a failure the dependents are not deployed, with the reason, and the others are", async () => {
  const { outcomes } = await play({ data: [], api: ["data"], web: ["api"], mail: [] }, { failing: ["data"] });
  assert.deepEqual(outcomes, [
    { name: "data", status: "failed" },
    { name: "api", status: "not deployed", reason: "it needs data, which was not deployed" },
    { name: "web", status: "not deployed", reason: "it needs api, which was not deployed" },
    { name: "mail", status: "deployed" },
  ]);
});

test("once stopped, nothing more is begun and what runs is awaited", async () => {
  const stop = new AbortController();
  const going = play({ a: [], b: ["a"] }, { signal: stop.signal });
  stop.abort();
  const { outcomes, log } = await going;
  assert.deepEqual(log, ["+a", "-a"]);
  assert.deepEqual(outcomes, [{ name: "a", status: "deployed" }]);
});
