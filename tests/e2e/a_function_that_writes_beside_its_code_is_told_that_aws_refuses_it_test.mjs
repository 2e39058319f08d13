import assert from "node:assert/strict";
import { chmodSync, existsSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { noOwnFolders as skip } from "../support/own_folders.mjs";
import { bootstrap } from "../support/shell_function.mjs";

const code = (version) => `const { writeFileSync } = require("node:fs");
exports.handler = async ({ n, file = "cache.json" }) => {
  writeFileSync(__dirname + "/" + file, JSON.stringify({ n }));
  return { pid: process.pid, version: ${version} };
};`;
const lab = new Lab(
  { Writer: { handler: "writer.handler", timeout: 60 }, Program: { handler: "any", code: "program", runtime: "provided.al2023", timeout: 60 } },
  {
    "src/writer.js": code(1),
    "program/bootstrap": bootstrap(`echo x > made && echo '"written"' || { echo y > /tmp/made && echo '"refused"'; }`),
  },
);
chmodSync(path.join(lab.app, "program/bootstrap"), 0o755);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

const call = async (event) => (await lab.invoke("Writer", event)).body;
const told = () => session.lines.filter((line) => / ! it writes /.test(line));

test("the session says so, once for each file", async () => {
  await call({ n: 1 });
  await session.line(/^[0-9a-f]{8} ! it writes cache\.json: on AWS that fails \(EROFS\), .* use the folder for temporary files$/, "word of it");
  await call({ n: 2 });
  await call({ n: 3, file: "other.json" });
  await session.line(/ ! it writes other\.json: /, "word of the other file");
  assert.equal(told().length, 2);
});

test("its own writes load nothing anew: the process stays", async () => {
  const { pid } = await call({ n: 4 });
  for (let n = 5; n < 9; n++) assert.equal((await call({ n })).pid, pid);
  assert.deepEqual(session.lines.filter((line) => /^↻/.test(line)), []);
});

test("a save does", async () => {
  lab.write("src/writer.js", code(2));
  await until("the saved code", async () => (await call({ n: 9 })).version === 2);
});

test("a program's write is refused as on AWS, and the session says why", { skip }, async () => {
  assert.equal((await lab.invoke("Program")).body, "refused");
  await session.line(/^[0-9a-f]{8} ! a write was refused: the code's folder is read-only \(EROFS\), here as on AWS; use \/tmp/, "the reason");
  assert.equal(existsSync(path.join(lab.app, "program/made")), false);
});

test("deployed on the embedded AWS every write is refused", { skip }, async () => {
  await session.stop();
  await lab.do("deploy");
  assert.equal((await lab.invoke("Program")).body, "refused");
  assert.match((await lab.invoke("Writer", { n: 1 })).body.errorMessage, /^EROFS: read-only file system, open/);
});
