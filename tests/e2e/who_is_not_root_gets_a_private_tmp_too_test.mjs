// Developers are not root: their workers' mounts are in a user namespace, in which they stay who they are.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { asSomebodyElse, noOwnFoldersForOthers as skip } from "../support/own_folders.mjs";

const node = (version) => `const fs = require("node:fs");
exports.handler = async ({ file, write }) => {
  if (write) fs.writeFileSync(file, "text");
  return { there: fs.existsSync(file), layer: fs.readFileSync("/opt/text", "utf8"), user: process.getuid(), owner: fs.statSync(__filename).uid, version: ${version} };
};`;
const lab = new Lab(
  { Node: { handler: "node.handler", layers: ["layer"], memory: 128 }, Large: { handler: "large.handler", memory: 128 } },
  {
    "src/node.js": node(1),
    "src/large.js": `const all = [];\nexports.handler = async () => { for (;;) all.push(Buffer.alloc(5_000_000, 1)); };`,
    "layer/text": "of the layer",
  },
);
const file = `/tmp/not-root-${process.pid}`;
after(() => lab.dispose());

test("it is theirs, and they are who they were; limits and saves work", { skip }, async () => {
  const other = path.join(lab.folder, "other");
  writeFileSync(other, asSomebodyElse(lab.live));
  chmodSync(other, 0o755);
  lab.live = other;
  lab.env.HOME = lab.folder;
  execFileSync("chown", ["-R", "65534:65534", lab.folder]);
  const session = await lab.go();
  const { version, owner, ...rest } = (await lab.invoke("Node", { file, write: true })).body;
  assert.deepEqual(rest, { there: true, layer: "of the layer", user: 65534 });
  assert.equal(owner, 65534);
  assert.ok(!existsSync(file));
  lab.write("src/node.js", node(2));
  const saved = await until("the saved code", async () => {
    const { body } = await lab.invoke("Node", { file });
    return body.version === 2 && body;
  });
  assert.deepEqual({ there: saved.there, layer: saved.layer }, { there: false, layer: "of the layer" });
  assert.match((await lab.invoke("Large")).body.errorMessage, /signal: killed/);
  await session.stop();
});
