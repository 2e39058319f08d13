// A debugger of Python is debugpy, which the session fetches for an interpreter that does not have it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { chooseDebugPorts, pausedCall } from "../support/breakpoints.mjs";
import { kept, missing } from "../support/compiled.mjs";
import { DapDebugger } from "../support/dap.mjs";
import { debugPort } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";
import { call } from "../support/live.mjs";
import { versionOf } from "../support/programs.mjs";

const [version] = /\d+\.\d+/.exec(versionOf("python3") ?? "") ?? ["none"];
const wheels = kept(`debugpy-${version}`); // each version has a wheel of its own
const skip = missing("python3", () => {
  mkdirSync(wheels, { recursive: true });
  if (readdirSync(wheels).length > 0) return;
  execFileSync("python3", ["-m", "pip", "download", "-q", "debugpy", "-d", wheels], { stdio: "pipe", timeout: 180_000 });
});
const words = `def greet(name):
    text = "Hello, " + name
    return text
`;
const python = { runtime: "python3.12", code: "src", timeout: 5 };
const lab = new Lab(
  { Hello: { ...python, handler: "hello.handler", api: {} }, Init: { ...python, handler: "init.handler" } },
  {
    "src/hello.py": `import os
from words import greet


def handler(event, context):
    seen = sorted(name for name in os.environ if name.startswith(("LIVE_", "PYDEVD_", "DEBUGPY_")))
    return {"statusCode": 200, "body": greet(event["path"][1:]) + "".join(seen)}
`,
    "src/words.py": words,
    "src/init.py": `table = {"answer": 42}
table["asked"] = True


def handler(event, context):
    return table
`,
  },
  { env: { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, VIRTUAL_ENV: "" } },
);
const file = path.join(lab.app, "src/words.py");
let session, url, port;
before(async () => {
  if (skip) return;
  chooseDebugPorts(lab, "Hello");
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: .*Hello \d+/, "debug ports");
  url = session.url("HelloUrl");
  port = debugPort(session, "Hello");
});
after(() => lab.dispose());

let debug;
test("a breakpoint is hit by the first call, variables are read, and the answer is right", { skip, timeout: 180_000 }, async () => {
  debug = DapDebugger.open(port);
  const configured = debug.configure({ [file]: [3] });
  const answer = call(url + "Bob");
  await configured;
  const place = await debug.stopped();
  assert.equal(place.name, "greet");
  assert.deepEqual([place.variables.name, place.variables.text], ["'Bob'", "'Hello, Bob'"]);
  await debug.resume(place);
  const { status, text } = await answer;
  assert.deepEqual({ status, text }, { status: 200, text: "Hello, Bob" });
  assert.ok(session.lines.some((line) => /Hello installing debugpy into \.live\/python\//.test(line)), session.tail());
  await session.line(new RegExp(`→ +GET /Bob +Hello .*debug port ${port}`), "request");
});

test("nothing of the debugger is among the lines of the function", { skip }, () => {
  assert.deepEqual(session.lines.filter((line) => /Debugger|PYDEVD|0\.00s/.test(line)), []);
});

test("paused past its timeout, a call answers when it goes on", { skip, timeout: 120_000 }, async () => {
  const answer = await pausedCall({
    lab,
    session,
    invoke: () => lab.invoke("Hello", { path: "/Eve" }),
    stopped: () => debug.stopped(),
    resume: (place) => debug.resume(place),
  });
  assert.equal(answer.body.body, "Hello, Eve");
});

test("after a save the debugger is told to begin anew, and its breakpoint is hit by the first call", { skip, timeout: 120_000 }, async () => {
  const from = session.lines.length;
  lab.write("src/words.py", words.replace("text =", "\n    text =").replace("Hello", "Good morning"));
  await session.line(/↻ Hello changed/, "reload", { from });
  assert.equal((await debug.event("terminated")).restart, true);
  await debug.closed;
  debug = DapDebugger.open(port);
  const configured = debug.configure({ [file]: [4] });
  const answer = call(url + "Cid");
  await configured;
  const place = await debug.stopped();
  assert.equal(place.variables.text, "'Good morning, Cid'");
  await debug.resume(place);
  assert.equal((await answer).text, "Good morning, Cid");
});

test("a debugger that leaves lets the paused call go on, and does not come into the way of the next save", { skip, timeout: 120_000 }, async () => {
  const answer = call(url + "Dan");
  await debug.stopped();
  debug.close();
  assert.equal((await answer).text, "Good morning, Dan");
  const from = session.lines.length;
  lab.write("src/words.py", words.replace("Hello", "Bye"));
  await session.line(/↻ Hello changed/, "reload", { from });
  assert.equal((await call(url + "Dan")).text, "Bye, Dan");
});

test("with --inspect-wait init is held until the debugger lets it go", { skip, timeout: 120_000 }, async () => {
  await session.stop();
  const next = await lab.go("--inspect-wait", "--inspect", "Init");
  const answer = lab.invoke("Init");
  await next.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  debug = DapDebugger.open(debugPort(next, "Init"));
  await debug.configure({ [path.join(lab.app, "src/init.py")]: [2] });
  const place = await debug.stopped();
  assert.match(place.variables.table, /42/);
  await debug.resume(place);
  const { body, text } = await answer;
  assert.deepEqual(body, { answer: 42, asked: true }, text);
  debug.close();
  await next.stop();
});
