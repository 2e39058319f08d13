import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Hello: { handler: "hello.handler", timeout: 60 } },
  { "src/hello.js": `exports.handler = async (event) => { if (event.gate) await fetch(event.gate); return { pid: process.pid }; };` },
  { stage: "alone" },
);
let session, worker;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
async function timed(call) {
  const began = performance.now();
  const answer = await call;
  return { ...answer, took: performance.now() - began };
}
function noClient({ status, error, body, text, took }) {
  assert.equal(status, 200);
  assert.equal(error, "Unhandled", text);
  assert.equal(body.errorType, "Live.NoClient", text);
  assert.match(body.errorMessage, /stage alone of lab/);
  assert.match(body.errorMessage, /live start --stage alone/);
  assert.match(body.errorMessage, /live deploy --stage alone/);
  assert.ok(took < 3000, `it took ${Math.round(took)} ms`);
}

test("the client is killed while it runs a call: the stub fails fast", async () => {
  worker = (await lab.invoke("Hello")).body.pid;
  const running = lab.invoke("Hello", { gate: gate.url });
  await gate.reached(1);
  await session.kill();
  const { error, body, text, took } = await timed(running);
  assert.equal(error, "Unhandled", text);
  assert.match(body.errorType, /^Live\.Client(Gone|Silent)$/, text);
  assert.match(body.errorMessage, /stage alone of lab/);
  assert.ok(took < 7000, `it took ${Math.round(took)} ms`);
});

test("its workers end with it", async () => {
  const runs = () => {
    try {
      return process.kill(worker, 0);
    } catch {
      return false;
    }
  };
  for (const until = Date.now() + 5000; runs(); await new Promise((resolve) => setTimeout(resolve, 20)))
    assert.ok(Date.now() < until, `worker ${worker} still runs`);
});

test("then each call fails at once and says what to do", async () => noClient(await timed(lab.invoke("Hello"))));

test("a client that starts again gets the calls", async () => {
  session = await lab.go();
  const { error, text } = await lab.invoke("Hello");
  assert.equal(error, undefined, text);
});

test("after Ctrl-C each call fails at once and says what to do", async () => {
  const { code } = await session.stop();
  assert.equal(code, 0, session.tail());
  for (let n = 0; n < 3; ++n) noClient(await timed(lab.invoke("Hello")));
});
