// The AWS SDK in a bundle is loaded when a save comes: by the process that waits for this function. What the new code gets of
// it is what it always gets, whatever has changed meanwhile.
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const handler = (version, { first = "", between = "" } = {}) => `declare const require: any;
const began = performance.now();
${first}
const { sdk, at, more } = require("outer");
${between}
const second = require("second");
const client = new sdk.S3Client({});
export const handler = async () => ({
  version: ${version}, isAhead: at < began, isSecondAhead: second.at < began, more, second: second.more, once: second.outer.at === at, region: await client.config.region(),
});
`;
const outer = (more = "null") => `exports.sdk = require("@aws-sdk/client-s3"); exports.at = performance.now(); exports.more = ${more};`;
const second = `exports.outer = require("outer"); exports.at = performance.now(); exports.more = process.env.SETTING ?? null;`;
const lab = new Lab(
  { Api: { entry: "src/handler.ts", bundling: { externalModules: [] } } },
  {
    "package.json": "{}",
    "src/package.json": "{}",
    "src/handler.ts": handler(1),
    "src/node_modules/outer/index.js": outer(),
    "src/node_modules/second/index.js": second,
  },
);
let session;
before(async () => {
  symlinkSync(path.join(root, "runtimes/node/node_modules/@aws-sdk"), path.join(lab.app, "src/node_modules/@aws-sdk"));
  session = await lab.go();
});
after(() => lab.dispose());

async function answer() {
  const { error, text, body } = await lab.invoke("Api");
  assert.equal(error, undefined, text);
  assert.match(body.region, /^[a-z]+-[a-z]+-\d$/);
  assert.equal(body.once, true);
  return body;
}
let version = 1;
async function saved(more) {
  const from = session.lines.length;
  lab.write("src/handler.ts", handler(++version, more));
  await session.line(/Api rebuilt/, "rebuilt Api", { from });
  const body = await answer();
  assert.equal(body.version, version);
  return body;
}
const loaded = (more) =>
  until("a save that finds its packages loaded", async () => {
    const body = await saved(more);
    return body.isAhead && body;
  });

test("a save finds the SDK loaded", async () => {
  assert.equal((await answer()).isAhead, false);
  await loaded();
});

test("what the new code sets between two packages is seen by the second, which has the first as it is", async () => {
  assert.equal((await loaded()).isSecondAhead, true);
  const { isSecondAhead, second } = await loaded({ between: 'process.env.SETTING = "of the handler";' });
  assert.deepEqual({ isSecondAhead, second }, { isSecondAhead: false, second: "of the handler" });
});

test("another version of a package is what the next code gets", async () => {
  lab.write("src/node_modules/outer/index.js", outer('"another"'));
  assert.equal((await saved()).more, "another");
  await loaded();
});

test("what the new code sets before it loads a package is seen by it", async () => {
  lab.write("src/node_modules/outer/index.js", outer("globalThis.setting ?? null"));
  await loaded();
  assert.deepEqual((await saved({ first: '(globalThis as any).setting = "of the handler";' })).more, "of the handler");
});
