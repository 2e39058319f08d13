// What keeps a call from going on is named at the end of a terminal until it does: each of what a call can wait for.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, until } from "../support/lab.mjs";
import { InTerminal } from "../support/terminal.mjs";

const atGate = "await fetch(process.env.GATE);";
const gates = { init: await new Gate().listen(), handler: await new Gate().listen() };
const waiting = (name, gate) => ({ handler: `${name}.handler`, timeout: 60, environment: { GATE: gate.url } });
const built = `export const handler = async () => "built";`;
const lab = new Lab(
  {
    Init: waiting("init", gates.init),
    Handler: waiting("handler", gates.handler),
    Other: { handler: "other.handler", timeout: 60 },
    Built: { entry: "built/index.ts", timeout: 60 },
    Large: { handler: "large.handler", timeout: 60 },
  },
  {
    "src/init.mjs": `${atGate} export const handler = async () => "initialised";`,
    "src/handler.mjs": `export const handler = async () => { ${atGate} return "handled"; };`,
    "src/other.mjs": `export const handler = async () => "had its turn";`,
    "built/index.ts": built,
    "src/large.mjs": `import { randomBytes } from "node:crypto";\nexport const handler = async () => randomBytes(600_000).toString("hex");`,
    "live.json": JSON.stringify({ live: { workers: 1 } }),
  },
);
let live;
before(async () => {
  await lab.must("cloud", "start");
  live = new InTerminal(lab, ["start", "--local", "--stage", "e2e"], {}, { columns: 100 });
  await live.displays(/Listening for requests/, { timeout: 240_000 });
});
after(async () => {
  for (const gate of Object.values(gates)) gate.close();
  await live.end();
  await lab.dispose();
});

const shown = () => live.display.lines.filter((line) => /^\w{8} … \w+ {2}.*, \d+ s$/.test(line));
async function answers(call, text) {
  const { body, error } = await call;
  assert.equal(error, undefined);
  assert.equal(body, text);
}

test("the init of its process", async () => {
  const called = lab.invoke("Init");
  await live.displays(/^\w{8} … Init {2}waits for the init of its process, [1-9]\d* s$/m);
  gates.init.open();
  await answers(called, "initialised");
});

test("its handler, and in the queue a worker", async () => {
  const first = lab.invoke("Handler");
  await gates.handler.reached(1);
  const second = lab.invoke("Other");
  await live.displays(/^\w{8} … Handler {2}its handler runs \(timeout 60 s\), \d+ s\n\w{8} … Other {2}waits in the queue for a worker, \d+ s$/m);
  assert.match(live.display.text, /… waits for its turn: 1 worker is busy/);
  gates.handler.open();
  await answers(first, "handled");
  await answers(second, "had its turn");
});

/** To whoever reads a pipe now; nobody: nothing. */
function give(pipe, text) {
  try {
    const to = openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
    writeSync(to, text);
    closeSync(to);
  } catch (error) {
    if (error.code !== "ENXIO") throw error;
  }
}

test("the build of its code", async () => {
  const source = path.join(lab.app, "built/index.ts");
  rmSync(source);
  execFileSync("mkfifo", [source]); // who reads it waits for its text
  let answer;
  lab.invoke("Built").then((given) => (answer = given));
  await live.displays(/^\w{8} … Built {2}waits for the build of its code, \d+ s$/m);
  await until("the answer of what was built", () => give(source, built) ?? answer);
  assert.equal(answer.body, "built");
});

test("the upload of its answer", async () => {
  await lab.faults("s3:delay=3s");
  const called = lab.invoke("Large");
  await live.displays(/^\w{8} … Large {2}waits for the upload of its answer, \d+ s$/m);
  assert.equal((await called).error, undefined);
});

test("and nothing is left of it when it goes on", async () => {
  await until("an end without a waiting call", () => shown().length === 0);
});
