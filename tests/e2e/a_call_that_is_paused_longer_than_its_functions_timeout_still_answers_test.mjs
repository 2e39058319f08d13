import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Debugger, debugPort, generatedPlace } from "../support/inspector.mjs";
import { Lab, until } from "../support/lab.mjs";

const lab = new Lab(
  { Short: { entry: "src/short.ts", timeout: 2 } },
  {
    "src/short.ts": `console.log("init");
export const handler = async (event: { n: number }, context: { getRemainingTimeInMillis(): number }) => {
  const twice: number = 2 * event.n;
  return { twice, remaining: context.getRemainingTimeInMillis() };
};
`,
  },
);
let session, debug;
before(async () => {
  session = await lab.go("--inspect");
});
after(() => lab.dispose());

// The client says "alive" each one and a half seconds, and a stub that hears nothing for five gives the call up.
const messages = async () => (await lab.usage()).websocket_messages;
async function pastTheTimeout() {
  const before = await messages();
  await until("word of it", async () => (await messages()) >= before + 5);
}

test("paused in the handler past its timeout, a call answers when it goes on", async () => {
  await lab.invoke("Short", { n: 1 });
  debug = await Debugger.attach(debugPort(session, "Short"));
  await debug.configure(generatedPlace(lab.app, "src/short.ts", 4));
  const call = lab.invoke("Short", { n: 21 });
  const paused = await debug.event("Debugger.paused");
  assert.equal(await debug.value(paused, "twice"), 42);
  await session.line(/so far: is paused in the debugger/, "what it waits for");
  await pastTheTimeout();
  await debug.resume();
  const { body, error, text } = await call;
  assert.equal(error, undefined, text);
  assert.equal(body.twice, 42);
  await session.line(/← .*in the debugger \d/, "where the time went");
});

test("the time that it has left is that of the deployed stub: minutes, of which the pause took some", async () => {
  const call = lab.invoke("Short", { n: 1 });
  await debug.event("Debugger.paused");
  await debug.resume();
  const { body } = await call;
  assert.ok(body.remaining > 600_000 && body.remaining < 900_000, `${body.remaining} ms`);
});
