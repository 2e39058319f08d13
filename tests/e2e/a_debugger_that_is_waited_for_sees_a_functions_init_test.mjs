import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Debugger, debugPort } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  { Hello: { handler: "hello.handler" }, Other: { handler: "hello.handler" } },
  { "src/hello.js": `const table = { answer: 42 };
debugger;
exports.handler = async () => table.answer;
` },
);
after(() => lab.dispose());

test("init is held until the debugger lets it go, and longer than an init may take when it is paused", async () => {
  const session = await lab.go("--inspect", "Hello", "--inspect-wait");
  const call = lab.invoke("Hello");
  await session.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  const debug = await Debugger.attach(debugPort(session, "Hello"));
  const configured = debug.configure();
  const paused = await debug.event("Debugger.paused");
  assert.equal(await debug.value(paused, "table.answer"), 42);
  await debug.resume();
  await configured;
  const { body, text } = await call;
  assert.equal(body, 42, text);
});

test("a function that --inspect does not name waits for nobody", async () => {
  assert.equal((await lab.invoke("Other")).body, 42);
});
