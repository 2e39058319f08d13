// The AWS SDK outside a bundle, as the CDK has it by default, is loaded when a save comes: by the process that waits for this
// function. What the new code gets of it is what it always gets, whatever has changed meanwhile.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SavedApi, testWhatHasChanged, withOuter } from "../support/saved-api.mjs";

const handler = (version, { first = "" } = {}) => `declare const require: any;
const began = performance.now();
${first}
const { sdk, at, more } = require("outer");
const client = new sdk.S3Client({});
export const handler = async () => ({ version: ${version}, isAhead: at < began, more, region: await client.config.region() });
`;
const lab = new SavedApi({ externalModules: ["outer"] }, withOuter(), handler);
before(() => lab.go());
after(() => lab.dispose());

test("a save finds the SDK loaded", async () => {
  assert.equal((await lab.answer()).isAhead, false);
  await lab.loaded();
});

testWhatHasChanged(lab);
