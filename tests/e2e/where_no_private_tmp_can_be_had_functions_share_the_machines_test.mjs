// The kernel refuses mounts (containers, some distributions), or live.json says no: TMPDIR names a folder for each process.
import assert from "node:assert/strict";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { noRefusal, refused } from "../support/own_folders.mjs";
import { versionOf } from "../support/programs.mjs";

const files = {
  "src/node.js": `const { existsSync, writeFileSync } = require("node:fs");
exports.handler = async () => {
  const folder = require("node:os").tmpdir(), found = existsSync(folder + "/kept");
  writeFileSync(folder + "/kept", "text");
  return { folder, found, layer: require("/opt/nodejs/layer").text, file: existsSync("/opt/nodejs/layer.js") };
};`,
  "python/index.py": "import tempfile\ndef handler(event, context):\n    return {'folder': tempfile.gettempdir()}\n",
  "layer/nodejs/layer.js": `exports.text = "of the layer";`,
};
const functions = {
  Node: { handler: "node.handler", layers: ["layer"] },
  Python: { handler: "index.handler", code: "python", runtime: "python3.12" },
};
const folderOfItsOwn = /\/live-tmp-\w{6}\/worker-\w{6}$/;
const labs = [];
after(async () => {
  for (const lab of labs) await lab.dispose();
});

function makeLab() {
  const lab = new Lab(functions, files);
  labs.push(lab);
  return lab;
}

async function looksShared(lab) {
  const { folder, found, ...rest } = (await lab.invoke("Node")).body;
  assert.match(folder, folderOfItsOwn);
  assert.deepEqual({ found, ...rest }, { found: false, layer: "of the layer", file: false });
  assert.deepEqual((await lab.invoke("Node")).body, { folder, found: true, ...rest });
  if (versionOf("python3")) assert.match((await lab.invoke("Python")).body.folder, folderOfItsOwn);
  return folder;
}

test("where the kernel refuses, that is told with --verbose and by the doctor, and functions run", { skip: noRefusal }, async () => {
  const lab = makeLab();
  const refusing = path.join(lab.folder, "refused");
  writeFileSync(refusing, refused(lab.live));
  chmodSync(refusing, 0o755);
  lab.live = refusing;
  const session = await lab.go("--verbose");
  await session.line(/Functions share this machine's \/tmp: the kernel lets this user mount nothing: Operation not permitted/, "word of it");
  const folder = await looksShared(lab);
  assert.match((await lab.run("doctor", "--local", "--stage", "e2e")).text, /\/tmp of functions: this machine's, which they share: .*not permitted/);
  await session.stop();
  await until("the removal of the folder", () => !existsSync(path.dirname(folder)));
  await lab.do("deploy");
  await looksShared(lab);
});

test("live.privateTmp in live.json switches it off, and nothing is told", async () => {
  const lab = makeLab();
  lab.write("live.json", JSON.stringify({ live: { privateTmp: false } }));
  const session = await lab.go("--verbose");
  await looksShared(lab);
  assert.ok(!session.lines.some((line) => line.includes("share this machine's /tmp")), session.tail());
  assert.match((await lab.run("doctor", "--local", "--stage", "e2e")).text, /\/tmp of functions: this machine's, as `live\.privateTmp` in live\.json has it/);
});
