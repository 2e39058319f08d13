import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chooseDebugPorts } from "../support/breakpoints.mjs";
import { Debugger, debugPort, generatedPlace, targets } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";
import { call } from "../support/live.mjs";

const greeting = `interface Name { first: string }

export function greet(name: Name): string {
  const text: string = "Hello, " + name.first;
  return text;
}
`;
const lab = new Lab(
  { Hello: { entry: "src/hello.ts", api: {} } },
  {
    "src/hello.ts": `import { greet } from "./greet";
export const handler = async (event: { path: string }) => ({ statusCode: 200, body: greet({ first: event.path.slice(1) }) });
`,
    "src/greet.ts": greeting,
  },
);
let session, url, port;
before(async () => {
  chooseDebugPorts(lab, "Hello");
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Hello \d+/, "debug ports");
  url = session.url("HelloUrl");
  port = debugPort(session, "Hello");
});
after(() => lab.dispose());

test("the function's port is told with each request", async () => {
  const answer = await call(url + "Ann");
  assert.equal(answer.text, "Hello, Ann");
  await session.line(new RegExp(`→ +GET /Ann +Hello .*debug port ${port}`), "request");
});

let debug;
test("a breakpoint set by file and line is hit, variables are read, and the answer is right", async () => {
  debug = await Debugger.attach(port);
  await debug.configure(generatedPlace(lab.app, "src/greet.ts", 5));
  const answer = call(url + "Bob");
  const paused = await debug.event("Debugger.paused");
  assert.equal(paused.callFrames[0].functionName, "greet");
  assert.equal(paused.hitBreakpoints.length, 1);
  assert.deepEqual(await debug.value(paused, "name"), { first: "Bob" });
  assert.equal(await debug.value(paused, "text"), "Hello, Bob");
  await debug.send("Debugger.resume");
  const { status, text } = await answer;
  assert.deepEqual({ status, text }, { status: 200, text: "Hello, Bob" });
});

test("nothing of the debugger is among the lines of the function", () => {
  assert.deepEqual(session.lines.filter((line) => /Debugger (listening|attached)|For help, see/.test(line)), []);
});

test("after a save it is hit again at the same port, by the first call", async () => {
  const from = session.lines.length;
  lab.write("src/greet.ts", greeting.replace('"Hello, "', '\n    "Good morning, "'));
  await session.line(/Hello rebuilt/, "rebuild", { from });
  await debug.closed;
  debug = await Debugger.attach(port);
  const configured = debug.configure(generatedPlace(lab.app, "src/greet.ts", 6));
  const answer = call(url + "Cid");
  await configured;
  const paused = await debug.event("Debugger.paused");
  assert.equal(await debug.value(paused, "text"), "Good morning, Cid");
  await debug.resume();
  assert.equal((await answer).text, "Good morning, Cid");
});

test("a debugger that reads the source map only then is waited for: the first call stops", async () => {
  const from = session.lines.length;
  lab.write("src/greet.ts", greeting.replace('"Hello, "', '"Good evening, "'));
  await session.line(/Hello rebuilt/, "rebuild", { from });
  await debug.closed;
  debug = await Debugger.attach(port);
  const configured = debug.configureBySourceMap(lab.app, "src/greet.ts", 5);
  const answer = call(url + "Eve");
  await configured;
  const paused = await debug.event("Debugger.paused");
  assert.equal(await debug.value(paused, "text"), "Good evening, Eve");
  await debug.resume();
  assert.equal((await answer).text, "Good evening, Eve");
});

test("a debugger that leaves does not come into the way of the next save", async () => {
  const from = session.lines.length;
  debug.close();
  lab.write("src/greet.ts", greeting.replace("Hello", "Bye"));
  await session.line(/Hello rebuilt/, "rebuild", { from });
  assert.equal((await call(url + "Dan")).text, "Bye, Dan");
});

test("the next session has the same port", async () => {
  await session.stop();
  const next = await lab.go("--inspect", "Hel*");
  assert.equal(debugPort(next, "Hello"), port);
  assert.deepEqual((await targets(port)).map(({ type }) => type), ["node"]);
});
