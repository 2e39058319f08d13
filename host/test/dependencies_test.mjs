// A bundle whose dependencies are built apart does what the plain bundle does: each case runs both, and compares.
import assert from "node:assert/strict";
import { readFile, symlink } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { large, node_modules, run, trace, write } from "./bundles.mjs";
import { open, scratch } from "./session.mjs";

let builder;
before(() => (builder = open("builder")));
after(() => builder.close());

/** The plain bundle's behaviour, and a request whose next build is split. */
async function plainly(t, files, options) {
  const folder = await scratch(t);
  await write(folder, { "package.json": "{}", ...files });
  const entry = Object.keys(files).find((name) => name.startsWith("api"));
  const request = { function: folder, entry: path.join(folder, entry), handler: "handler", options: { externalModules: [], ...options } };
  const plain = await builder.call("build", request);
  assert.deepEqual(plain.errors, []);
  return { folder, request, plain, expected: (await run(plain)).told };
}

/** Both do the same, and there are two. */
async function alike(t, files, options) {
  const { folder, request, plain, expected } = await plainly(t, files, options);
  assert.equal(plain.splittable, true, "it is not split");
  const { dependencies } = await builder.call("split", { function: request.function });
  assert.ok(dependencies, "it is not split");
  const parted = await builder.call("build", request);
  assert.equal(parted.dependencies, dependencies);
  assert.equal(parted.splittable, false);
  assert.deepEqual(parted.inputs.toSorted(), plain.inputs.toSorted());
  assert.deepEqual((await run(parted)).told, expected);
  const { told, taken } = await run(parted, { compiled: true });
  assert.deepEqual(told, expected);
  const ahead = await run(parted, { evaluated: taken });
  if (!ahead.fault) assert.deepEqual(ahead.told, expected);
  return { folder, request, parted, expected };
}

/** One that stays as it is. */
async function whole(t, files, options) {
  const { plain, expected } = await plainly(t, files, options);
  assert.equal(plain.splittable, false);
  return expected;
}

const big = { "big/package.json": `{"name":"big"}`, "big/index.js": `${large}${trace}.push("big"); exports.name = "big"; exports.id = () => module;` };

test("modules are evaluated in the same order, once, with the function's environment", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({
      ...big,
      "side/index.js": `${trace}.push("side " + process.env.LATE + process.env.EARLY);`,
      "late/index.js": `${trace}.push("late"); exports.big = require("big");`,
    }),
    "setup.ts": `process.env.EARLY = "early"; ${trace}.push("setup");`,
    "other.ts": `import { big } from "late"; ${trace}.push("other"); export const other = big;`,
    "api.ts": `import "./setup"; import "side"; import { other } from "./other"; import * as big from "big";
      ${trace}.push("api");
      export const handler = async () => ({ same: other.id() === big.id(), later: (await import("big")).id() === big.id(), required: require("big") === other });`,
  });
  assert.deepEqual(expected.result, { same: true, later: true, required: true });
  assert.ok(expected.trace.includes("side setearly"), expected.trace.join());
});

test("what is never reached is never evaluated", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({ ...big, "never/index.js": `${trace}.push("never");`, "pure/package.json": `{"sideEffects":false}`, "pure/index.js": `${trace}.push("pure"); exports.x = 1;` }),
    "api.js": `import { name } from "big"; import "pure"; export const handler = async () => (name === "x" ? require("never") : name);`,
  });
  assert.deepEqual(expected, { result: "big", trace: ["big"] });
});

for (const [extension, type] of [["ts", "commonjs"], ["ts", "module"], ["mts", "commonjs"], ["js", "module"]])
  test(`default, named and namespace imports are the same: .${extension} of a package of type ${type}`, async (t) => {
    await alike(t, {
      ...node_modules({
        ...big,
        "marked/package.json": "{}",
        "callable/package.json": "{}",
        "marked/index.js": `Object.defineProperty(exports, "__esModule", { value: true }); exports.default = "default"; exports.named = "named";`,
        "callable/index.js": `module.exports = function callable() { return this === undefined; }; module.exports.named = 1;`,
      }),
      "package.json": JSON.stringify({ type }),
      [`api.${extension}`]: `import big from "big"; import marked, { named } from "marked"; import * as all from "marked"; import callable from "callable";
        export * from "marked";
        export const handler = async () => ({ big: Object.keys(big), marked: typeof marked, named, all: Object.keys(all), called: typeof callable, named2: callable.named });`,
    });
  });

test("an error in a dependency has the same stack", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({ ...big, "failing/index.js": `${large}exports.fail = function fail() {\n  throw new Error("there");\n};` }),
    "api.ts": `import { fail } from "failing"; import "big"; export const handler = async () => fail();`,
  });
  assert.match(expected.result, /at fail \(.*node_modules\/failing\/index\.js:3:9\)[^]*at .*api\.ts/);
});

test("an error of a dependency's evaluation is the load's", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({ ...big, "broken/index.js": `throw new Error("no LICENCE is set");` }),
    "api.ts": `import "big"; import "broken"; export const handler = async () => 1;`,
  });
  assert.match(expected.result, /no LICENCE is set[^]*node_modules\/broken\/index\.js:1/);
});

test("a dependency sees the same require, module and file, and is as strict", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({
      ...big,
      "seer/index.js": `exports.seen = { file: __filename.split("/").pop(), main: require.main === module, strict: (function () { return this === undefined; })(), external: require("left-out").name };`,
      "left-out/index.js": `exports.name = __filename.split("/").slice(-2).join("/");`,
      "dynamic/index.js": `exports.load = () => import("left-out");`,
    }),
    "api.ts": `import { seen } from "seer"; import { load } from "dynamic"; import "big"; export const handler = async () => ({ ...seen, ...(await load()).default });`,
  }, { externalModules: ["left-out"] });
  assert.equal(expected.result.external, "left-out/index.js");
});

test("settings of the bundle hold for its dependencies", async (t) => {
  const { expected } = await alike(t, {
    ...node_modules({ ...big, "set/index.js": `exports.set = [typeof VERSION === "string" && VERSION, require("./text.note"), require("other-name").name];`, "set/text.note": "a note" }),
    "api.ts": `import { set } from "set"; import "big"; export const handler = async () => set;`,
  }, { define: { VERSION: '"7"' }, loader: { ".note": "text" }, esbuildArgs: { "--alias:other-name": "big" } });
  assert.deepEqual(expected.result, ["7", "a note", "big"]);
});

test("an ES module among the packages stays with the handler, and what is CommonJS behind it does not", async (t) => {
  await alike(t, {
    ...node_modules({
      ...big,
      "modern/package.json": `{"type":"module","main":"index.js"}`,
      "modern/index.js": `import { name } from "big"; export let count = 0; export const up = () => ++count; export { name };`,
    }),
    "api.ts": `import { count, up, name } from "modern"; export const handler = async () => [count, up(), count, name];`,
  });
});

test("what would be in both parts, and what a banner, a footer or an injected file can see, stays whole", async (t) => {
  const both = node_modules({
    ...big,
    "modern/package.json": `{"type":"module","main":"index.js"}`,
    "modern/index.js": `export const instance = {};`,
    "user/index.js": `${large}exports.instance = require("modern").instance;`,
  });
  const api = `import { instance } from "modern"; import * as user from "user"; import "big"; export const handler = async () => user.instance === instance;`;
  assert.equal((await whole(t, { ...both, "api.ts": api })).result, true);
  const plain = { ...node_modules(big), "api.ts": `import { name } from "big"; export const handler = async () => name;` };
  await whole(t, plain, { banner: "globalThis.x = 1;" });
  await whole(t, plain, { footer: "// end" });
  await whole(t, { ...plain, "setup.js": "" }, { inject: ["./setup.js"] });
});

test("a package that the workspace links to is the developer's own code", async (t) => {
  const { folder, request, plain } = await plainly(t, {
    ...node_modules(big),
    "shared/index.js": `exports.value = 1; exports.big = require("big").name;`,
    "api.ts": `import { name } from "big"; export const handler = async () => name;`,
  });
  assert.equal(plain.splittable, true);
  await symlink(path.join(folder, "shared"), path.join(folder, "node_modules/shared"));
  await write(folder, { "api.ts": `import { value, big } from "shared"; export const handler = async () => [value, big];` });
  await builder.call("build", request);
  await builder.call("split", { function: request.function });
  await write(folder, { "shared/index.js": `exports.value = 2; exports.big = require("big").name;` });
  const built = await builder.call("build", request);
  assert.deepEqual((await run(built)).told.result, [2, "big"]);
});

test("an edit builds the developer's part alone; another import, or another version of a package, all of it", async (t) => {
  const { folder, request, parted } = await alike(t, {
    ...node_modules({ ...big, "more/index.js": `${large}exports.more = "more";` }),
    "api.ts": `import { name } from "big"; export const handler = async () => name;`,
  });
  const edit = async (text, changed = []) => {
    await write(folder, { "api.ts": text });
    const built = await builder.call("build", { ...request, changed: ["api.ts", ...changed].map((file) => path.join(folder, file)) });
    return { built, result: (await run(built)).told.result };
  };
  const first = await edit(`import { name } from "big"; export const handler = async () => [name];`);
  assert.deepEqual(first.result, ["big"]);
  assert.equal(first.built.dependencies, parted.dependencies);
  assert.ok((await readFile(first.built.outfile, "utf8")).length < 5_000);
  const second = await edit(`import { name } from "big"; import { more } from "more"; export const handler = async () => [name, more];`);
  assert.deepEqual(second.result, ["big", "more"]);
  assert.equal(second.built.splittable, true, "it can be split again");
  await builder.call("split", { function: request.function });
  await write(folder, node_modules({ "big/index.js": `${large}exports.name = "bigger";` }));
  const third = await edit(`import { name } from "big"; import { more } from "more"; export const handler = async () => [more, name];`, ["node_modules/big/index.js"]);
  assert.deepEqual(third.result, ["more", "bigger"]);
  const broken = await edit(`import { name } from "big"; export const handler = async () => {{;`);
  assert.equal(broken.built.errors.length, 1);
});

test("a save finds the packages that its names mean now", async (t) => {
  const api = (text) => `import { name } from "big"; import { other } from "./lib/other"; export const handler = async () => name + "${text}" + other;`;
  const config = (more) => JSON.stringify({ compilerOptions: more });
  const { folder, request } = await alike(t, {
    ...node_modules(big),
    "api/handler.ts": api(1),
    "api/lib/other.ts": `import { name } from "big"; export const other = name === "mine" ? name : "";`,
    "api/mine.ts": `export const name = "mine";`,
    "api/tsconfig.json": `{ "extends": ["../base"], /* no more */ }`,
    "base.json": config({}),
  });
  const save = async (files) => {
    await write(folder, files);
    const changed = Object.keys(files).map((name) => path.join(folder, name));
    const built = await builder.call("build", { ...request, changed });
    assert.deepEqual(built.errors, []);
    return { ...built, result: (await run(built)).told.result };
  };
  assert.equal((await save({ "api/handler.ts": api(2) })).result, "big2");
  assert.equal((await save({ "api/handler.ts": api(3) })).result, "big3");
  await write(folder, { "api/lib/tsconfig.json": config({ paths: { big: ["../mine.ts"] } }) }); // nobody follows it
  assert.equal((await save({ "api/handler.ts": api(3) })).result, "big3mine");
  await write(folder, { "api/lib/tsconfig.json": config({}) });
  await save({ "api/handler.ts": api(3) });
  const { inputs, result } = await save({ "base.json": config({ paths: { big: ["./api/mine.ts"] } }) });
  assert.equal(result, "mine3");
  assert.ok(inputs.includes(path.join(folder, "base.json")), inputs.join());
  assert.equal((await save({ "base.json": config({}) })).result, "big3");
  await builder.call("split", { function: request.function });
  assert.equal((await save({ "api/handler.ts": api(4) })).result, "big4");
  await write(folder, { "api/node_modules/big/package.json": "{}", "api/node_modules/big/index.js": `exports.name = "nearer";` });
  assert.equal((await save({ "api/handler.ts": api(5) })).result, "nearer5");
});
