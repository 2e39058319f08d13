// The debug stack's template is kept beside this test: node test/debug_stack_test.mjs --update writes it anew.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { synthDebugStack } from "../src/synth.mjs";
import { examples, scratch } from "./session.mjs";

const golden = fileURLToPath(new URL("debug-stack.template.json", import.meta.url));
const credentials = { accessKeyId: "test", secretAccessKey: "test" };

async function template(t, example, more = {}) {
  const outdir = await scratch(t);
  const folder = path.join(examples, example);
  const request = { folder, form: "main", main: "lib/index.js", stage: "dev", app: "shop", region: "eu-west-1", account: "111122223333", outdir, credentials };
  const call = { signal: new AbortController().signal, emit() {} };
  const assembly = await synthDebugStack({ ...request, ...more }, call);
  const [stack] = assembly.stacks;
  return { stack, text: JSON.stringify(stack.template, null, 2) + "\n" };
}

for (const example of ["api-sns", "api-sns-v1"])
  test(`${example}: the debug stack, with the user's tags`, async (t) => {
    const { stack, text } = await template(t, example);
    assert.equal(stack.stackName, "dev-shop-debug-stack");
    assert.deepEqual(stack.tags, { "my-stage": "dev" });
    if (process.argv.includes("--update")) await writeFile(golden, text);
    assert.equal(text, await readFile(golden, "utf8"));
  });

test("an app with a cdk.json gets the same, without a hook", async (t) => {
  const { stack, text } = await template(t, "cdk-typescript", { form: "cdk", main: undefined });
  assert.deepEqual(stack.tags, {});
  const untagged = JSON.parse(await readFile(golden, "utf8"));
  for (const resource of Object.values(untagged.Resources)) delete resource.Properties.Tags;
  assert.deepEqual(JSON.parse(text), untagged);
});

test("an app in another language gets it from our own library", async (t) => {
  const { stack } = await template(t, "", { folder: await scratch(t), form: "cdk", main: undefined });
  assert.ok(stack.template.Outputs.Url && stack.template.Outputs.Table && stack.template.Outputs.Bucket);
});
