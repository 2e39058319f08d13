// Five hundred stubs, each a process of its own, and far fewer local workers than that.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, until } from "../support/lab.mjs";

const calls = Number(process.env.LIVE_TEST_CALLS ?? 500); // fewer where each stub is a sanitizer's
const workers = 24;
const gate = await new Gate().listen();
const runtime = "python3.11"; // each stub's call has a worker of its own: Python's take the least time
const lab = new Lab(
  {
    Count: { handler: "count.handler", runtime, timeout: 400, memory: 128 },
    Hurried: { handler: "count.handler", runtime, timeout: 2 },
  },
  {
    "src/count.py": `
import os, socket

def handler(event, context):
    print("ran", event["round"], str(event["n"]) + ".")
    if "gate" in event:
        with socket.create_connection(("127.0.0.1", event["gate"])) as gate:
            gate.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            gate.recv(1000)
    return {"n": event["n"], "round": event["round"], "pid": os.getpid()}
`,
    "live.json": JSON.stringify({ live: { workers } }),
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

const run = (round, options) => Array.from({ length: calls }, (_, n) => lab.invoke("Count", { n, round, ...options }));
async function right(answers, round) {
  for (const [n, { error, text, body }] of answers.entries()) {
    assert.equal(error, undefined, text);
    assert.deepEqual({ n: body.n, round: body.round }, { n, round });
  }
  const ran = () => session.lines.map((line) => RegExp(`ran ${round} (\\d+)\\.`).exec(line)?.[1]).filter(Boolean);
  await until("line of each handler", () => new Set(ran()).size === calls); // an answer does not wait for the terminal
  assert.equal(ran().length, calls, "each handler runs once");
}
/** How many environments Lambda has started for the function, by its log streams, once the log has each call's end. */
async function environments({ rounds }) {
  const events = await until("the log of all calls", async () => {
    const all = await lab.logEvents("Count");
    return all.filter(({ message }) => message.startsWith("END ")).length === rounds * calls && all;
  });
  return new Set(events.map(({ logStreamName }) => logStreamName)).size;
}

test("while the workers are busy the others wait for their turn, and the terminal says so", { timeout: 300_000 }, async () => {
  const waiting = run(1, { gate: Number(new URL(gate.url).port) });
  await Promise.race([gate.reached(workers), Promise.all(waiting)]);
  await session.line(/waits for its turn: 24 workers are busy/, "a call that waits"); // its stub may start after all workers are busy
  const hurried = await lab.invoke("Hurried", { n: 0, round: 0 });
  assert.match(hurried.text, /Task timed out after 2.00 seconds/);
  gate.open();
  await right(await Promise.all(waiting), 1);
  assert.equal(await environments({ rounds: 1 }), calls, "each call had a stub of its own");
});

test("five hundred at once from warmed stubs: each gets its own answer", { timeout: 300_000 }, async () => {
  await right(await Promise.all(run(2)), 2);
  assert.equal(await environments({ rounds: 2 }), calls, "none was added");
});

test("a call after them is as quick as ever", async () => {
  assert.equal((await lab.invoke("Hurried", { n: 0, round: 3 })).body.round, 3);
});
