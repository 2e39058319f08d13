import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Debugger, debugPort, generatedPlace } from "../support/inspector.mjs";
import { Lab } from "../support/lab.mjs";
import { call } from "../support/live.mjs";

const lab = new Lab(
  { Hello: { entry: "src/hello.ts", api: { timeout: 1 } } },
  { "src/hello.ts": `export const handler = async (event: { path: string }) => {
  const body = "Hello, " + event.path;
  return { statusCode: 200, body };
};
` },
);
let session, url, debug;
before(async () => {
  session = await lab.go("--inspect");
  url = session.url("HelloUrl");
  await lab.invoke("Hello", { path: "/warm" });
});
after(() => lab.dispose());

test("the API answers its caller by itself, and the late answer is explained in the terminal", async () => {
  debug = await Debugger.attach(debugPort(session, "Hello"));
  await debug.configure(generatedPlace(lab.app, "src/hello.ts", 3));
  const answer = call(url + "late");
  await debug.event("Debugger.paused");
  assert.equal((await answer).status, 504);
  await debug.resume();
  await session.line(
    /^[0-9a-f]{8} ! it stood in the debugger for .*: API Gateway waits for 1 s and has (probably )?told its caller that it timed out$/,
    "word of the late answer",
  );
});

test("the session goes on and answers the next call", async () => {
  debug.close();
  const { status, text } = await call(url + "next");
  assert.deepEqual({ status, text }, { status: 200, text: "Hello, /next" });
});
