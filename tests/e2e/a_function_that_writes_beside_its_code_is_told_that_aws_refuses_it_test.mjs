import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const code = (version) => `const { writeFileSync } = require("node:fs");
exports.handler = async ({ n, file = "cache.json" }) => {
  writeFileSync(__dirname + "/" + file, JSON.stringify({ n }));
  return { pid: process.pid, version: ${version} };
};`;
const lab = new Lab({ Writer: { handler: "writer.handler", timeout: 60 } }, { "src/writer.js": code(1) });
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
