import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const lab = new Lab(
  { Work: { handler: "work.handler", timeout: 60 } },
  {
    "src/work.js": `
      exports.handler = async ({ n, notes }) => {
        require("fs").appendFileSync(notes, n + "\\n");
        return { n };
      };`,
  },
);
let session;
before(async () => {
  session = await lab.go("--verbose");
});
after(() => lab.dispose());

test("every call has its own answer, and no handler runs twice", async () => {
  await lab.faults("messages:duplicate=0.5+reorder=0.3+delay=300ms@0.3+replay=0.4+garble=0.05,seed=11");
  const answers = [];
  for (let round = 0; round < 5; ++round) {
    const calls = Array.from({ length: 12 }, (_, n) => lab.invoke("Work", { n: round * 12 + n, notes: lab.notes }));
    answers.push(...(await Promise.all(calls)));
  }
  await lab.faults("none");
  for (const [n, { error, text, body }] of answers.entries()) {
    assert.equal(error, undefined, text);
    assert.equal(body.n, n);
  }
  assert.deepEqual(lab.noted().map(Number).sort((a, b) => a - b), Array.from({ length: 60 }, (_, n) => n));
});

test("what the gateway loses is sent again and runs once", async () => {
  await lab.faults("messages:drop=0.05,seed=11");
  const began = Date.now();
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => lab.invoke("Work", { n: 100 + n, notes: lab.notes })),
  );
  const took = Date.now() - began;
  await lab.faults("none");
  for (const [n, { error, text, body }] of answers.entries()) {
    assert.equal(error, undefined, text);
    assert.equal(body.n, 100 + n);
  }
  const runs = lab.noted().map(Number).filter((n) => n >= 100);
  assert.deepEqual(runs.sort((a, b) => a - b), Array.from({ length: 60 }, (_, n) => 100 + n));
  assert.ok(took >= 1900, `nothing was lost: all were answered after ${took} ms`);
});

test("what was dropped is told by the client with --verbose, and in the stub's log", async () => {
  await session.line(/message dropped: (a message of type \w+ is not sealed by this stage|not JSON)/, "a dropped message");
  const logs = await until("the stub's word", async () => {
    const text = await lab.stubLog("Work");
    return /message dropped: a message for a call that has ended/.test(text) && text;
  });
  assert.match(logs, /message dropped: .*(not sealed by this stage|not JSON)/, "nothing was garbled");
});

test("the session's end says how many there were", async () => {
  const told = session.lines.filter((line) => /message dropped/.test(line)).length;
  assert.equal((await session.stop()).code, 0);
  assert.match(session.lines.join("\n"), new RegExp(`^${told} messages were dropped`, "m"));
});
