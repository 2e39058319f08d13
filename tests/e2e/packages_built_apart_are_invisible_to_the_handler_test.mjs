// The packages in a bundle are built apart after the first build, and compiled by the process that waits; what the handler
// sees of that is nothing: the same modules, evaluated in the function's own environment, whatever is edited.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const large = `// ${"large ".repeat(40_000)}\n`;
const handler = (version, more = "") => `import { seen } from "large";
${more}
export const handler = async () => ({ version: ${version}, ...seen(), more: typeof more === "undefined" ? null : more });
declare const more: unknown;
`;
const lab = new Lab(
  { Api: { entry: "src/handler.ts", environment: { SETTING: "of Api" } }, Other: { entry: "src/handler.ts", environment: { SETTING: "of Other" } } },
  {
    "package.json": "{}",
    "src/package.json": "{}",
    "src/handler.ts": handler(1),
    "src/node_modules/large/index.js": `${large}const setting = process.env.SETTING;
      const evaluated = (globalThis.evaluated = (globalThis.evaluated ?? 0) + 1);
      exports.seen = () => ({ setting, evaluated, key: process.env.AWS_ACCESS_KEY_ID !== undefined });`,
    "src/node_modules/second/index.js": `${large}exports.second = "second of " + process.env.SETTING;`,
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

const answer = async (id) => {
  const { error, text, body } = await lab.invoke(id);
  assert.equal(error, undefined, text);
  return body;
};
async function save(text, file = "src/handler.ts") {
  const from = session.lines.length;
  lab.write(file, text);
  for (const id of ["Api", "Other"]) await session.line(new RegExp(`${id} rebuilt`), `rebuilt ${id}`, { from });
}
const builds = path.join(lab.app, "src/.live/build");
function bundle(id) {
  const folder = path.join(builds, readdirSync(builds).find((name) => name.includes(`-${id}-`)));
  return readFileSync(path.join(folder, readdirSync(folder).find((name) => /^(index|handler)\.cjs$/.test(name))), "utf8");
}
let version = 1;
/** Edits until the bundles hold the handler alone. */
async function apart() {
  await until("bundles of the handler alone", async () => {
    await save(handler(++version));
    return ["Api", "Other"].every((id) => bundle(id).length < 5_000);
  });
}
const expected = (id, more = {}) => ({ setting: `of ${id}`, evaluated: 1, key: true, more: null, ...more });

test("an edit builds the handler alone, and each function's packages see its own environment", async () => {
  for (const id of ["Api", "Other"]) assert.deepEqual(await answer(id), expected(id, { version }));
  await apart();
  await save(handler(++version));
  for (const id of ["Api", "Other"]) {
    assert.deepEqual(await answer(id), expected(id, { version }));
    assert.ok(bundle(id).length < 5_000, "the whole bundle was built");
  }
});

test("another import is there at once", async () => {
  await save(handler(++version, `import { second as more } from "second";`).replace("declare const more: unknown;", ""));
  for (const id of ["Api", "Other"]) assert.deepEqual(await answer(id), expected(id, { version, more: `second of of ${id}` }));
});

test("so is another version of a package", async () => {
  await apart();
  await save(`${large}exports.seen = () => ({ replaced: true });`, "src/node_modules/large/index.js");
  for (const id of ["Api", "Other"]) assert.deepEqual(await answer(id), { version, replaced: true, more: null });
});

test("an error in a package is told with the package's own file and line, in whole bundles and in others", async () => {
  await save(`${large}\nexports.seen = function seen() {\n  throw new Error("in the package");\n};`, "src/node_modules/large/index.js");
  for (const next of [apart, () => {}]) {
    const { error, body } = await lab.invoke("Api");
    assert.equal(error, "Unhandled");
    assert.match(body.trace[1], /at seen \(.*node_modules\/large\/index\.js:4:9\)/);
    await next();
  }
});
