// Where the kernel lets `live` make cgroups, which few machines do: scripts/cgroups runs this on one.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  {
    Node: { handler: "memory.handler", memory: 128, timeout: 60 },
    Python: { runtime: "python3.12", code: "python", handler: "memory.handler", memory: 128, timeout: 60 },
  },
  {
    "src/memory.js": `const { readFileSync } = require("fs");
exports.handler = async ({ mb }) => {
  const taken = Buffer.alloc(mb * 1024 * 1024, 1);
  return { taken: taken.length, pid: process.pid, cgroup: readFileSync("/proc/self/cgroup", "utf8") };
};`,
    "python/memory.py": `import os
def handler(event, context):
    taken = bytearray(b"1" * (event["mb"] * 1024 * 1024))
    return {"taken": len(taken), "pid": os.getpid(), "cgroup": open("/proc/self/cgroup").read()}
`,
  },
);
const inForce = /memory of functions: limited by the kernel, in (\S+)/;
let session, place;
before(async () => {
  session = await lab.go();
  place = inForce.exec((await lab.run("doctor", "--local", "--stage", lab.stage)).text)?.[1];
});
after(() => lab.dispose());

const sessions = () => readdirSync(place).filter((name) => name.startsWith("live-workers-"));
const groupOf = ({ cgroup }) => path.join("/sys/fs/cgroup", /^0::(.*)$/m.exec(cgroup)[1]);

test("the doctor says that the kernel limits the memory of functions", () => assert.ok(place));

for (const id of ["Node", "Python"]) {
  test(`${id}: a call that fits answers, in a cgroup with the function's limit`, async () => {
    const { body, text } = await lab.invoke(id, { mb: 50 });
    assert.equal(body?.taken, 50 * 1024 * 1024, text);
    assert.equal(readFileSync(path.join(groupOf(body), "memory.max"), "utf8").trim(), String(128 * 1024 * 1024));
  });

  test(`${id}: one that does not is answered in Lambda's words; the session says why, and the next call has another process`, async () => {
    const before = (await lab.invoke(id, { mb: 1 })).body;
    const { error, body, text } = await lab.invoke(id, { mb: 400 });
    assert.equal(error, "Unhandled", text);
    assert.equal(body.errorType, "Runtime.ExitError");
    assert.match(body.errorMessage, /^RequestId: [0-9a-f-]+ Error: Runtime exited with error: signal: killed$/);
    await session.line(/! it used 128 MB of its 128 MB and was ended, as on AWS: raise its memorySize/, "why it was ended");
    const next = (await lab.invoke(id, { mb: 1 })).body;
    assert.notEqual(next.pid, before.pid);
    assert.ok(!readdirSync(path.dirname(groupOf(next))).includes(path.basename(groupOf(before))), "its cgroup is gone");
  });
}

test("a session that was killed leaves cgroups which the next one removes; what ends leaves none", async () => {
  const left = path.basename(path.dirname(groupOf((await lab.invoke("Node", { mb: 1 })).body)));
  session.child.kill("SIGKILL");
  await session.ended;
  session = await lab.go();
  assert.ok(!sessions().includes(left), "those of the killed one are gone");
  const own = path.basename(path.dirname(groupOf((await lab.invoke("Node", { mb: 1 })).body)));
  assert.ok(sessions().includes(own));
  await session.stop();
  assert.ok(!sessions().includes(own), "and so are those of one that has ended");
});

test("--no-limits: it is in no cgroup, and may use more", async () => {
  session = await lab.go("--no-limits");
  const { body, text } = await lab.invoke("Python", { mb: 300 });
  assert.equal(body?.taken, 300 * 1024 * 1024, text);
  assert.doesNotMatch(body.cgroup, /\/live-workers-/);
  await session.stop();
});

test("deployed to the embedded AWS it ends alike", async () => {
  await lab.do("deploy");
  const { body, log } = await lab.invoke("Python", { mb: 400 });
  assert.equal(body.errorType, "Runtime.ExitError");
  assert.match(log, /Memory Size: 128 MB\tMax Memory Used: 128 MB\t/);
});
