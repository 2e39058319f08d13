// The AWS SDK outside a bundle, as the CDK has it by default, is loaded when a save comes: by the process that waits for this
// function. What the new code gets of it is what it always gets, whatever has changed meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SavedApi } from "../support/saved-api.mjs";

const handler = (version, first = "") => `declare const require: any;
const began = performance.now();
${first}
const { sdk, at, more } = require("outer");
const client = new sdk.S3Client({});
export const handler = async () => ({ version: ${version}, isAhead: at < began, more, region: await client.config.region() });
`;
const outer = (more = "null") => `exports.sdk = require("@aws-sdk/client-s3"); exports.at = performance.now(); exports.more = ${more};`;
const lab = new SavedApi({ externalModules: ["outer"] }, { "src/node_modules/outer/index.js": outer() }, handler);
before(() => lab.go());
after(() => lab.dispose());

test("a save finds the SDK loaded", async () => {
  assert.equal((await lab.answer()).isAhead, false);
  await lab.loaded();
});

test("another version of a package is what the next code gets", async () => {
  lab.write("src/node_modules/outer/index.js", outer('"another"'));
  assert.equal((await lab.saved()).more, "another");
  await lab.loaded();
});

test("what the new code sets before it loads a package is seen by it", async () => {
  lab.write("src/node_modules/outer/index.js", outer("globalThis.setting ?? null"));
  await lab.loaded();
  assert.deepEqual((await lab.saved('(globalThis as any).setting = "of the handler";')).more, "of the handler");
});
