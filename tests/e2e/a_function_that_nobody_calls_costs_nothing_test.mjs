// A hundred functions in TypeScript: what nobody calls is not built, and has no process.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { family, memory } from "../support/processes.mjs";

const names = Array.from({ length: 100 }, (_, n) => `F${n}`);
const lab = new Lab(
  Object.fromEntries(names.map((name) => [name, { entry: `src/${name}.ts` }])),
  Object.fromEntries(names.map((name) => [`src/${name}.ts`, `export const handler = async () => "${name}";`])),
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

const built = () => {
  const folder = path.join(lab.app, ".live/build");
  return existsSync(folder) ? readdirSync(folder).map((name) => name.split("-")[1]).sort() : [];
};
const workers = () => family(session.child.pid).filter(({ role }) => role === "worker").length;

test("before any call nothing is built, and two processes wait for all of them", async (t) => {
  await until("the processes that wait", () => workers() === 2);
  assert.deepEqual(built(), []);
  const { client, builder, toolkit = 0 } = memory(family(session.child.pid));
  t.diagnostic(`live has ${client} MB, the builder ${builder} MB, the toolkit ${toolkit} MB`);
  assert.ok(client < 150 && builder + toolkit <= 350, "too much memory"); // a sanitizer takes its share of the first
});

test("a call builds one function and gives it a process, and one that awaits its next save; two wait again", async () => {
  assert.equal((await lab.invoke("F7")).body, "F7");
  assert.deepEqual(built(), ["F7"]);
  await until("the processes that wait", () => workers() === 4);
});

test("a save of a function that nobody has called builds nothing", async () => {
  lab.write("src/F8.ts", `export const handler = async () => "saved";`);
  const from = session.lines.length;
  lab.write("src/F7.ts", `export const handler = async () => "edited";`);
  await session.line(/F7 rebuilt/, "word of F7", { from });
  assert.deepEqual(built(), ["F7"]);
  assert.equal((await lab.invoke("F7")).body, "edited");
  assert.equal((await lab.invoke("F8")).body, "saved");
  assert.deepEqual(built(), ["F7", "F8"]);
});
