// Before the end-to-end tests, once for a build: an account as the CDK's bootstrap leaves it, which each of them begins with.
import assert from "node:assert/strict";
import { cpSync, renameSync, rmSync } from "node:fs";
import { test } from "node:test";
import { Lab } from "./support/lab.mjs";
import { bootstrappedHome, isBootstrappedBy } from "./support/live.mjs";

test("the CDK bootstraps an account, and a removal leaves only that", async () => {
  const lab = new Lab({}, {}, { isNew: true });
  if (isBootstrappedBy(lab.live)) return lab.dispose();
  try {
    assert.match(await lab.do("deploy"), /CDK bootstrapped in account 000000000000, region us-east-1/);
    await lab.do("remove");
    assert.deepEqual(await lab.leftOver(), []);
    await lab.must("cloud", "stop");
    rmSync(bootstrappedHome, { recursive: true, force: true });
    cpSync(lab.env.LIVE_HOME, `${bootstrappedHome}.new`, { recursive: true, filter: (file) => !/\/(cloud\.log|lock)$/.test(file) });
    renameSync(`${bootstrappedHome}.new`, bootstrappedHome);
  } finally {
    await lab.dispose();
  }
});
