// On the embedded AWS everybody is on one machine: when it sleeps, nobody has been silent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, sleep, stubs } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Work: { handler: "work.handler", timeout: 120 } },
  { "src/work.js": "exports.handler = async ({ n, gate }) => (gate && (await fetch(gate)), { n });" },
);
let cloud, session;
before(async () => {
  cloud = await lab.cloud();
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

test("a call that runs meanwhile is answered, and the next one", async () => {
  assert.equal((await lab.invoke("Work", { n: 0 })).body.n, 0);
  const call = lab.invoke("Work", { n: 1, gate: gate.url });
  await gate.reached(1);
  const waiting = await stubs(lab), others = [cloud.child.pid, session.child.pid];
  for (const pid of [...waiting, ...others]) process.kill(pid, "SIGSTOP");
  await sleep(7000); // longer than a client may be silent
  for (const pid of waiting) process.kill(pid, "SIGCONT");
  await sleep(500); // those who judge have been the first to run again
  for (const pid of others) process.kill(pid, "SIGCONT");
  gate.release();
  const { error, text, body } = await call;
  assert.equal(error, undefined, text);
  assert.equal(body.n, 1);
  assert.equal((await lab.invoke("Work", { n: 2 })).body.n, 2);
});
