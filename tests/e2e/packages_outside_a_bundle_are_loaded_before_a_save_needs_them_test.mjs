// The AWS SDK outside a bundle, as the CDK has it by default, is loaded when a save comes: by the process that waits for this
// function. What the new code gets of it is what it always gets, whatever has changed meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const handler = (version, first = "") => `declare const require: any;
const began = performance.now();
${first}
const { sdk, at, more } = require("outer");
const client = new sdk.S3Client({});
export const handler = async () => ({ version: ${version}, isAhead: at < began, more, region: await client.config.region() });
`;
const outer = (more = "null") => `exports.sdk = require("@aws-sdk/client-s3"); exports.at = performance.now(); exports.more = ${more};`;
const lab = new Lab(
  { Api: { entry: "src/handler.ts", bundling: { externalModules: ["outer"] } } },
  { "package.json": "{}", "src/package.json": "{}", "src/handler.ts": handler(1), "src/node_modules/outer/index.js": outer() },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

async function answer() {
  const { error, text, body } = await lab.invoke("Api");
  assert.equal(error, undefined, text);
  assert.match(body.region, /^[a-z]+-[a-z]+-\d$/);
  return body;
}
let version = 1;
async function saved(first) {
  const from = session.lines.length;
  lab.write("src/handler.ts", handler(++version, first));
  await session.line(/Api rebuilt/, "rebuilt Api", { from });
  const body = await answer();
  assert.equal(body.version, version);
  return body;
}
const loaded = () => until("a save that finds its packages loaded", async () => (await saved()).isAhead);

test("a save finds the SDK loaded", async () => {
  assert.equal((await answer()).isAhead, false);
  await loaded();
});

test("another version of a package is what the next code gets", async () => {
  lab.write("src/node_modules/outer/index.js", outer('"another"'));
  assert.equal((await saved()).more, "another");
  await loaded();
});

test("what the new code sets before it loads a package is seen by it", async () => {
  lab.write("src/node_modules/outer/index.js", outer("globalThis.setting ?? null"));
  await loaded();
  assert.deepEqual((await saved('(globalThis as any).setting = "of the handler";')).more, "of the handler");
});
