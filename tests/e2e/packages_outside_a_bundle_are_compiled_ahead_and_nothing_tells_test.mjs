// What a bundle leaves outside (the AWS SDK, as the CDK has it by default) is compiled by the process that waits, as the last
// one has loaded it; what the handler sees of that is nothing: the same modules, evaluated in the function's own environment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const outside = { entry: "src/handler.ts", bundling: { externalModules: ["outer", "inner"] } };
const handler = (version) => `import { isCompiled } from "./compiled";
import { seen } from "outer";
export const handler = async () => ({ version: ${version}, isCompiled, ...seen() });
`;
const outer = (more = "") => `const inner = require("inner");
const evaluated = (globalThis.evaluated = (globalThis.evaluated ?? 0) + 1);
const loading = new Error().stack;
exports.seen = () => ({ evaluated, loading, setting: inner.setting, own: Object.keys(module).join(), ${more} });`;
const lab = new Lab(
  { Api: { ...outside, environment: { SETTING: "of Api" } }, Other: { ...outside, environment: { SETTING: "of Other" } } },
  {
    "package.json": "{}",
    "src/package.json": "{}",
    "src/handler.ts": handler(1),
    "src/compiled.ts": `declare const require: any;
export const isCompiled = Object.getOwnPropertyNames(require.cache).some((file) => file.includes("/outer/"));`,
    "src/node_modules/outer/index.js": outer(),
    "src/node_modules/inner/index.js": "exports.setting = process.env.SETTING;",
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

let version = 1;
/** What both functions answer once the handler is saved. */
async function saved() {
  const from = session.lines.length;
  lab.write("src/handler.ts", handler(++version));
  for (const id of ["Api", "Other"]) await session.line(new RegExp(`${id} rebuilt`), `rebuilt ${id}`, { from });
  return await answers();
}
async function answers() {
  const all = [];
  for (const id of ["Api", "Other"]) {
    const { error, text, body } = await lab.invoke(id);
    assert.equal(error, undefined, text);
    assert.equal(body.version, version);
    all.push(body);
  }
  return all;
}
const untold = (all) => all.map(({ version, isCompiled, ...seen }) => seen);
const compiled = (what) => until(what, async () => {
  const all = await saved();
  return all.every(({ isCompiled }) => isCompiled) && all;
});

test("each function's packages are evaluated once, in its own environment, with the stacks that they always have", async () => {
  const first = await answers();
  assert.equal(first[0].isCompiled, false);
  assert.deepEqual(untold(first).map(({ evaluated, setting }) => ({ evaluated, setting })), [{ evaluated: 1, setting: "of Api" }, { evaluated: 1, setting: "of Other" }]);
  assert.deepEqual(untold(await compiled("packages compiled ahead")), untold(first));
});

test("another version of a package is what the next code gets", async () => {
  lab.write("src/node_modules/outer/index.js", outer("another: true"));
  for (const { another } of await saved()) assert.equal(another, true);
  await compiled("the other version compiled ahead");
});

test("what is noted is the packages alone", () => {
  const noted = JSON.parse(readFileSync(path.join(lab.app, ".live/loaded/e2e/e2e-Api.json"), "utf8"));
  assert.deepEqual(noted.files.map((file) => path.relative(lab.app, file)).sort(), ["src/node_modules/inner/index.js", "src/node_modules/outer/index.js"]);
});
