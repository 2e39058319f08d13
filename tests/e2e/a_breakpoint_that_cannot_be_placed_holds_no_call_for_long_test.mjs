import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { chooseDebugPorts } from "../support/breakpoints.mjs";
import { Debugger, debugPort } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";

const greeting = `interface Name { first: string }

export function greet(name: Name): string {
  const text: string = "Hello, " + name.first;
  return text;
}
`;
const lab = new Lab(
  { Hello: { entry: "src/hello.ts" } },
  {
    "src/hello.ts": `import { greet } from "./greet";
export const handler = async (event: { name: string }) => greet({ first: event.name });
`,
    "src/greet.ts": greeting,
  },
);
let session, port, debug;
before(async () => {
  chooseDebugPorts(lab, "Hello");
  session = await lab.go("--inspect");
  port = debugPort(session, "Hello");
});
after(() => lab.dispose());

// A debugger has three seconds to place its breakpoints.
const gaveUp = /in the debugger [3-9]\.\d+ s/;

// As VS Code without source maps: it says where in the source the breakpoint lies, and finds no place in the bundle.
async function attachWithout(line) {
  debug = await Debugger.attach(port);
  const urlRegex = pathToFileURL(path.join(lab.app, "src/greet.ts")).href.replace(/[.\\/]/g, "\\$&");
  return { configured: debug.configure({ urlRegex, lineNumber: line - 1 }) };
}

/** A call's answer, and what the terminal says of where its time went. */
async function greet(configured) {
  const from = session.lines.length;
  const { body } = await lab.invoke("Hello", { name: "Ann" });
  await configured;
  return { body, said: await session.line(/← /, "answer", { from }) };
}

async function save(words) {
  const from = session.lines.length;
  lab.write("src/greet.ts", greeting.replace("Hello", words));
  await session.line(/Hello rebuilt/, "rebuild", { from });
  await debug.closed;
}

test("at a line that has no code it holds nothing", async () => {
  const { configured } = await attachWithout(2);
  const { body, said } = await greet(configured);
  assert.equal(body, "Hello, Ann");
  assert.doesNotMatch(said, gaveUp);
});

test("one that the debugger leaves unplaced holds the first call", async () => {
  await save("Bye");
  const { configured } = await attachWithout(5);
  const { body, said } = await greet(configured);
  assert.equal(body, "Bye, Ann");
  assert.match(said, gaveUp);
});

test("and not that of the next process", async () => {
  await save("Welcome");
  const { configured } = await attachWithout(5);
  const { body, said } = await greet(configured);
  assert.equal(body, "Welcome, Ann");
  assert.doesNotMatch(said, gaveUp);
});

test("another one, which can be placed, is waited for and hit by the first call", async () => {
  await save("Good day");
  debug = await Debugger.attach(port);
  const configured = debug.configureBySourceMap(lab.app, "src/greet.ts", 4);
  const answer = lab.invoke("Hello", { name: "Ann" });
  await configured;
  const paused = await debug.event("Debugger.paused");
  assert.equal(paused.callFrames[0].functionName, "greet");
  await debug.resume();
  assert.equal((await answer).body, "Good day, Ann");
});
