import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const gate = await new Gate().listen();
const node = (version) => `const { existsSync, writeFileSync } = require("node:fs");
exports.handler = async ({ gate }) => {
  const folder = require("node:os").tmpdir(), file = folder + "/kept";
  const found = existsSync(file);
  writeFileSync(file, "text");
  if (gate) await fetch(gate);
  return { folder, found, version: ${version} };
};`;
const lab = new Lab(
  {
    Node: { handler: "node.handler", timeout: 60 },
    Python: { handler: "python.handler", code: "python", runtime: "python3.12", timeout: 60 },
  },
  {
    "src/node.js": node(1),
    "python/python.py": "import tempfile\ndef handler(event, context):\n    return {'folder': tempfile.gettempdir()}\n",
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

const call = async (id, event) => (await lab.invoke(id, event)).body;

test("calls at the same time have a folder each, and the next call finds what the last one left", async () => {
  const both = [call("Node", { gate: gate.url }), call("Node", { gate: gate.url })];
  await gate.reached(2);
  gate.release();
  const [one, other] = await Promise.all(both);
  assert.notEqual(one.folder, other.folder);
  assert.deepEqual([one.found, other.found], [false, false]);
  const next = await call("Node");
  assert.equal(next.found, true);
  assert.ok([one.folder, other.folder].includes(next.folder));
});

test("a save makes a new process, with a folder that is empty; that of the old one is gone", async () => {
  const { folder } = await call("Node");
  lab.write("src/node.js", node(2));
  const after = await until("the saved code", async () => {
    const answer = await call("Node");
    return answer.version === 2 && answer;
  });
  assert.notEqual(after.folder, folder);
  await until("the removal of the old folder", () => !existsSync(folder));
});

test("Python is told of it too", { skip: !versionOf("python3") }, async () => {
  assert.match((await call("Python")).folder, /\/live-tmp-\w{6}\/worker-\w{6}$/);
});

test("deployed to the embedded AWS, or after the session was killed and begun anew, likewise", async () => {
  const { folder } = await call("Node");
  await session.kill();
  session = await lab.go();
  assert.ok(!existsSync(path.dirname(folder)));
  const { folder: another } = await call("Node");
  await session.stop();
  assert.ok(!existsSync(path.dirname(another)));
  await lab.do("deploy");
  assert.match((await call("Node")).folder, /\/live-tmp-\w{6}\/worker-\w{6}$/);
});
