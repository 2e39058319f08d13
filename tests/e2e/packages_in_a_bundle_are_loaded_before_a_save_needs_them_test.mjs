// The AWS SDK in a bundle is loaded when a save comes: by the process that waits for this function. What the new code gets of
// it is what it always gets, whatever has changed meanwhile.
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { root } from "../support/live.mjs";
import { SavedApi, testWhatHasChanged, withOuter } from "../support/saved-api.mjs";

const handler = (version, { first = "", between = "" } = {}) => `declare const require: any;
const began = performance.now();
${first}
const { sdk, at, more } = require("outer");
${between}
const second = require("second");
const client = new sdk.S3Client({});
export const handler = async () => ({
  version: ${version}, isAhead: at < began, isSecondAhead: second.at < began, more, second: second.more, isOnce: second.outer.at === at, region: await client.config.region(),
});
`;
const second = `exports.outer = require("outer"); exports.at = performance.now(); exports.more = process.env.SETTING ?? null;`;
const lab = new SavedApi({ externalModules: [] }, { ...withOuter(), "src/node_modules/second/index.js": second }, handler);
before(async () => {
  symlinkSync(path.join(root, "runtimes/node/node_modules/@aws-sdk"), path.join(lab.app, "src/node_modules/@aws-sdk"));
  await lab.go();
});
after(() => lab.dispose());

test("a save finds the SDK loaded", async () => {
  assert.equal((await lab.answer()).isAhead, false);
  await lab.loaded();
});

test("what the new code sets between two packages is seen by the second, which has the first as it is", async () => {
  const { isSecondAhead: isAhead, isOnce } = await lab.loaded();
  assert.deepEqual({ isAhead, isOnce }, { isAhead: true, isOnce: true });
  const changed = await lab.loaded({ between: 'process.env.SETTING = "of the handler";' });
  assert.deepEqual([changed.isSecondAhead, changed.isOnce, changed.second], [false, true, "of the handler"]);
});

testWhatHasChanged(lab);
