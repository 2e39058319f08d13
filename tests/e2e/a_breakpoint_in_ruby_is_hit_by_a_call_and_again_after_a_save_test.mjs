// rdbg, which comes with Ruby.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { after, before, test } from "node:test";
import { chooseDebugPorts, pausedCall } from "../support/breakpoints.mjs";
import { missing } from "../support/compiled.mjs";
import { DapDebugger } from "../support/dap.mjs";
import { debugPort } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";
import { call } from "../support/live.mjs";

const skip = missing("ruby", () => execFileSync("ruby", ["-e", 'require "debug/session"'], { stdio: "pipe" }));
const words = `def greet(name)
  text = "Hello, " + name
  text
end
`;
const ruby = { runtime: "ruby3.3", code: "src", timeout: 5 };
const lab = new Lab(
  { Hello: { ...ruby, handler: "hello.handler", api: {} }, Init: { ...ruby, handler: "init.handler" } },
  {
    "src/hello.rb": `require "words"

def handler(event:, context:)
  seen = ENV.keys.grep(/LIVE_INSPECT|RUBY_DEBUG/)
  { statusCode: 200, body: greet(event["path"][1..]) + seen.join }
end
`,
    "src/words.rb": words,
    "src/init.rb": `$table = { answer: 42 }
$table[:asked] = true

def handler(event:, context:)
  $table
end
`,
  },
);
const file = path.join(lab.app, "src/words.rb");
let session, url, port, debug;
before(async () => {
  if (skip) return;
  chooseDebugPorts(lab, "Hello");
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: .*Hello \d+/, "debug ports");
  url = session.url("HelloUrl");
  port = debugPort(session, "Hello");
});
after(() => lab.dispose());

async function attach(breakpoints, at = port) {
  debug = DapDebugger.open(at);
  await debug.configure(breakpoints);
}
const breakpoint = () => debug.stopped();

test("a breakpoint is hit by the first call, variables are read, and the answer is right", { skip, timeout: 120_000 }, async () => {
  const attached = attach({ [file]: [3] });
  const answer = call(url + "Bob");
  await attached;
  const place = await breakpoint();
  assert.deepEqual([place.variables.name, place.variables.text], ['"Bob"', '"Hello, Bob"']);
  await debug.resume(place);
  const { status, text } = await answer;
  assert.deepEqual({ status, text }, { status: 200, text: "Hello, Bob" });
});

test("nothing of the debugger is among the lines of the function", { skip }, () => {
  assert.deepEqual(session.lines.filter((line) => /DEBUGGER|Debugger/.test(line)), []);
});

test("a paused call is in work for AWS, and answers when it goes on", { skip, timeout: 120_000 }, async () => {
  const answer = await pausedCall({
    lab,
    session,
    invoke: () => lab.invoke("Hello", { path: "/Eve" }),
    stopped: breakpoint,
    resume: (place) => debug.resume(place),
  });
  assert.equal(answer.body.body, "Hello, Eve");
});

test("after a save the debugger is told to begin anew, and its breakpoint is hit by the first call", { skip, timeout: 120_000 }, async () => {
  const from = session.lines.length;
  lab.write("src/words.rb", words.replace("  text =", "\n  text =").replace("Hello", "Good morning"));
  await session.line(/↻ Hello changed/, "reload", { from });
  assert.equal((await debug.event("terminated")).restart, true);
  await debug.closed;
  const attached = attach({ [file]: [4] });
  const answer = call(url + "Cid");
  await attached;
  const place = await breakpoint();
  assert.equal(place.variables.text, '"Good morning, Cid"');
  await debug.resume(place);
  assert.equal((await answer).text, "Good morning, Cid");
});

test("a debugger that leaves lets the paused call go on, and its breakpoints leave with it", { skip, timeout: 120_000 }, async () => {
  const answer = call(url + "Dan");
  await breakpoint();
  debug.close();
  assert.equal((await answer).text, "Good morning, Dan");
  assert.equal((await call(url + "Dan")).text, "Good morning, Dan");
});

test("with --inspect-wait init is held until the debugger lets it go", { skip, timeout: 120_000 }, async () => {
  await session.stop();
  const next = await lab.go("--inspect-wait", "--inspect", "Init");
  const answer = lab.invoke("Init");
  await next.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  await attach({ [path.join(lab.app, "src/init.rb")]: [2] }, debugPort(next, "Init"));
  const place = await breakpoint();
  assert.equal(place.line, 2);
  await debug.resume(place);
  const { body, text } = await answer;
  assert.deepEqual(body, { answer: 42, asked: true }, text);
});
