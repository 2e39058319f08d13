// Dependencies of a bundle that are evaluated before the bundle asks for them: it gets them where nothing can tell, and only
// there. `at < loadedAt()`: it was evaluated before.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { large, node_modules, run, write } from "./bundles.mjs";
import { open, scratch } from "./session.mjs";

let builder;
before(() => (builder = open("builder")));
after(() => builder.close());

const at = "exports.at = performance.now();";
const big = { "big/index.js": `${large}${at} exports.id = {}; exports.setting = process.env.SETTING; exports.made = (exports.made ?? 0) + 1;` };
const other = { "other/index.js": `${at} exports.big = require("big"); exports.seen = exports.big.made; exports.late = process.env.LATE_SETTING;` };
const handler = (more, modules = ["big", "other"]) => `declare const require: any, loadedAt: any;
${more}
export const handler = async () => ({ ${modules.map((name) => `${name}: ${name}.at < loadedAt()`).join(", ")}, ...more() });`;
const plain = `const big = require("big"), other = require("other"); const more = () => ({ same: big === other.big });`;

/** A bundle whose dependencies are built apart, and what it takes of them. */
async function split(t, files, options) {
  const folder = await scratch(t);
  await write(folder, { "package.json": "{}", ...files });
  const request = { function: folder, entry: path.join(folder, "api.ts"), handler: "handler", options: { externalModules: ["outside"], ...options } };
  await builder.call("build", request);
  const { dependencies } = await builder.call("split", { function: folder });
  const rebuild = async (text) => {
    await write(folder, { "api.ts": text });
    const built = await builder.call("build", request);
    assert.equal(built.dependencies, dependencies, "it is not split");
    return built;
  };
  const built = await rebuild(files["api.ts"]);
  const { taken } = await run(built, { compiled: true });
  return { built, taken, rebuild };
}
/** Of new code, where the former one's dependencies are evaluated. */
async function afterwards(t, packages, first, second, fault) {
  const { taken, rebuild } = await split(t, { ...node_modules(packages), "api.ts": handler(first) });
  const ran = await run(await rebuild(second), { evaluated: taken });
  assert.equal(ran.fault, fault);
  return ran.told.result;
}

test("new code gets what the former one took", async (t) => {
  const result = await afterwards(t, { ...big, ...other }, plain, handler(`const changed = 1; ${plain}`));
  assert.deepEqual(result, { big: true, other: true, same: true });
});

test("in another order they are evaluated where they are taken", async (t) => {
  const result = await afterwards(t, { ...big, ...other }, plain, handler(`const other = require("other"), big = require("big"); const more = () => ({ same: big === other.big });`));
  assert.deepEqual(result, { big: false, other: false, same: true });
});

test("what it takes no more is not there, and what it takes anew is evaluated then", async (t) => {
  const result = await afterwards(t, { ...big, ...other }, plain, handler(`const other = require("other"); const more = () => ({ made: other.big.made, before: other.big.at < loadedAt() });`, ["other"]));
  assert.deepEqual(result, { other: false, made: 1, before: false });
});

test("a variable that one has read is another now: that one is evaluated again, and those after it", async (t) => {
  const set = `const big = require("big"); process.env.LATE_SETTING = "late"; const other = require("other"); const more = () => ({ same: big === other.big, late: other.late });`;
  assert.deepEqual(await afterwards(t, { ...big, ...other }, plain, handler(set)), { big: true, other: false, same: true, late: "late" });
  const sooner = `process.env.SETTING = "sooner"; ${plain.replace("same: ", "setting: big.setting, same: ")}`;
  assert.deepEqual(await afterwards(t, { ...big, ...other }, plain, handler(sooner)), { big: false, other: false, setting: "sooner", same: true });
});

test("so is what could see that the one before it, or a global, has been changed", async (t) => {
  const patched = `const big = require("big"); big.made = "patched"; const other = require("other"); const more = () => ({ seen: other.seen });`;
  assert.deepEqual(await afterwards(t, { ...big, ...other }, plain, handler(patched)), { big: true, other: false, seen: "patched" });
  const global = `(globalThis as any).mine = 1; ${plain}`;
  assert.deepEqual(await afterwards(t, { ...big, ...other }, plain, handler(global)), { big: false, other: false, same: true });
});

test("ES modules behind them are evaluated once, too, before or when they are taken", async (t) => {
  const modern = { "modern/package.json": `{"type":"module","main":"index.js"}`, "modern/index.js": `export let count = 0; export const up = () => ++count; export const late = process.env.LATE_SETTING;` };
  const behind = { "other/index.js": `${at} const modern = require("modern"); modern.up(); exports.count = () => modern.count; exports.late = modern.late;` };
  const take = `const big = require("big"), other = require("other"); const more = () => ({ count: other.count(), late: other.late });`;
  const result = await afterwards(t, { ...big, ...modern, ...behind }, take, handler(take));
  assert.deepEqual(result, { big: true, other: true, count: 1 });
  const later = handler(take.replace(", other", `; process.env.LATE_SETTING = "late"; const other`));
  assert.deepEqual(await afterwards(t, { ...big, ...modern, ...behind }, take, later), { big: true, other: false, count: 1, late: "late" });
});

test("modules outside the bundle that they require are the handler's children, as ever", async (t) => {
  const outside = { "outside/index.js": `${at} exports.parent = () => module.parent.filename;` };
  const inside = { "other/index.js": `${at} exports.outside = require("outside");` };
  const take = `const big = require("big"), other = require("other"); const outside = require("outside");
    const more = () => ({ same: outside === other.outside, parent: outside.parent() === __filename, children: module.children.map(({ filename }: any) => filename.split("/").at(-2)) });`;
  const result = await afterwards(t, { ...big, ...outside, ...inside }, `declare const module: any; ${take}`, handler(`declare const module: any; ${take}`, ["big", "other", "outside"]));
  assert.deepEqual(result, { big: true, other: true, outside: true, same: true, parent: true, children: [result.children[0], "outside"] });
});

const faults = {
  "changes a global": ["globalThis.other = 1;", "it changes globals"],
  "reads a stack": ["exports.stack = new Error().stack;", "it reads a stack"],
  "begins something": ["setTimeout(() => {}, 1);", "it begins Timeout"],
  "reads a file": [`require("fs").readFileSync(__filename);`, "it calls fs.readFileSync"],
  "changes a package before it": [`require("big").made = 2;`, "it changes what is loaded before"],
};
for (const [what, [text, fault]] of Object.entries(faults))
  test(`a dependency that ${what} is evaluated where it is taken`, async (t) => {
    await afterwards(t, { ...big, "other/index.js": `${at} exports.big = require("big"); ${text}` }, plain, handler(plain), fault);
  });

test("so is one that looks at the bundle's own module", async (t) => {
  const modern = { "modern/package.json": `{"type":"module","main":"index.js"}`, "modern/index.js": `export const id = module.id;` };
  const take = `const big = require("big"), other = require("other"); const more = () => ({});`;
  await afterwards(t, { ...big, ...modern, "other/index.js": `${at} exports.bundle = require("modern").id;` }, take, handler(take), "it looks at the bundle's module");
});

test("where those in the bundle cannot be, the next process evaluates those outside alone", async (t) => {
  const packages = { ...big, "other/index.js": `${at} globalThis.other = 1; exports.big = require("big");`, "outside/index.js": at };
  const take = handler(`const outside = require("outside"); ${plain}`, ["outside", "big", "other"]);
  const { built, taken } = await split(t, { ...node_modules(packages), "api.ts": take });
  const files = [path.join(path.dirname(built.outfile), "../../../node_modules/outside/index.js")];
  const first = await run(built, { evaluated: taken, files });
  assert.equal(first.fault, "it changes globals");
  const second = await run(built, { evaluated: first.left, files });
  assert.equal(second.fault, undefined);
  assert.deepEqual(second.told.result, { outside: true, big: false, other: false, same: true });
});

test("every way in which esbuild has a module evaluated once can be taken back", async (t) => {
  const modern = { "modern/package.json": `{"type":"module","main":"index.js"}`, "modern/index.js": "export const err = 1, fn = 2, res = 3, mod = 4;" };
  const { built } = await split(t, { ...node_modules({ ...big, ...modern, "other/index.js": `${at} exports.modern = require("modern");` }), "api.ts": handler(plain) });
  const text = await readFile(built.dependencies, "utf8");
  for (const helper of text.match(/^var __(commonJS|esm)\d* = .*$/gm) ?? []) assert.match(helper, /__live_watch__\?\./);
  assert.equal(text.match(/__live_watch__\?\./g)?.length, 2);
});
