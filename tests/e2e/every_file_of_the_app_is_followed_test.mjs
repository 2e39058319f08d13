// Whatever the app is written in, a save of what its stacks are made of is seen, and a save of anything else is not.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, describe, test } from "node:test";
import { Lab, sleep } from "../support/lab.mjs";

const handler = { "src/hello.js": "exports.handler = async () => 1;" };
const esm = `
  import * as cdk from "aws-cdk-lib";
  import * as lambda from "aws-cdk-lib/aws-lambda";
  import { title } from "./title.mjs";
  const app = new cdk.App();
  const stack = new cdk.Stack(app, "e2e-modules");
  new cdk.CfnResource(stack, "Topic", { type: "AWS::SNS::Topic", properties: { DisplayName: title } });
  new lambda.Function(stack, "Hello", { runtime: lambda.Runtime.NODEJS_22_X, handler: "hello.handler", code: lambda.Code.fromAsset("src") });`;
const module = (title) => `export const title = "${title}";`;

// An assembly by hand: what is watched has nothing to do with how it is made.
const python = `
import json, os
from names.title import title

out = os.environ["CDK_OUTDIR"]
template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": title}}}}
stack = {"type": "aws:cloudformation:stack", "environment": "aws://unknown-account/unknown-region",
         "properties": {"templateFile": "e2e-python.template.json", "stackName": "e2e-python"}}
manifest = {"version": "36.0.0", "artifacts": {"e2e-python": stack}}
for name, content in (("e2e-python.template.json", template), ("manifest.json", manifest)):
    with open(os.path.join(out, name), "w") as file:
        json.dump(content, file)
`;
const assignment = (title) => `title = "${title}"\n`;

/** What the session says of a save, up to the templates' verdict. */
async function saved(lab, session, file, text, verdict = /Press ENTER to deploy|No infrastructure changes/) {
  const from = session.lines.length;
  lab.write(file, text);
  await session.line(verdict, `word of ${file}`, { from });
  return session.lines.slice(from).join("\n");
}

describe("an app of ES modules", () => {
  const lab = new Lab({}, { ...handler, "cdk.json": JSON.stringify({ app: "node bin/app.mjs" }), "bin/app.mjs": esm, "bin/title.mjs": module("one") });
  let session;
  after(() => lab.dispose());

  test("an imported module that is saved is seen, again and again", async () => {
    session = await lab.go();
    assert.match(await saved(lab, session, "bin/title.mjs", module("two")), /Topic.*DisplayName/);
    assert.match(await saved(lab, session, "bin/title.mjs", module("one")), /No infrastructure changes/);
  });

  test("a module that is missing is told, and mends the app when it appears", async () => {
    const broken = esm.replace("./title.mjs", "./other.mjs");
    assert.match(await saved(lab, session, "bin/app.mjs", broken, /synthesising the app/), /at \S*bin\/app\.mjs:4:1: .*Cannot find module .*other\.mjs/);
    assert.match(await saved(lab, session, "bin/other.mjs", module("three")), /Topic.*DisplayName/);
  });

  test("cdk.json is followed", async () => {
    lab.write("bin/second.mjs", esm.replace("DisplayName: title", "DisplayName: 'four'"));
    assert.match(await saved(lab, session, "cdk.json", JSON.stringify({ app: "node bin/second.mjs" })), /Topic.*DisplayName/);
  });

  test("a handler's file that is no part of the app is not", async () => {
    const from = session.lines.length;
    lab.write("src/hello.js", "exports.handler = async () => 2;");
    await session.line(/hello|Hello/, "word of the handler", { from, timeout: 5_000 }).catch(() => {});
    await sleep(300);
    assert.doesNotMatch(session.lines.slice(from).join("\n"), /Rebuilding infrastructure/);
    await session.stop();
  });
});

const interpreter = "/usr/bin/python3";
const skip = spawnSync(interpreter, ["--version"]).status === 0 ? false : `there is no ${interpreter}`;
describe("an app in Python", { skip }, () => {
  const lab = new Lab({}, { "cdk.json": JSON.stringify({ app: `${interpreter} app.py` }), "app.py": python, "names/title.py": assignment("one") });
  let session;
  after(() => lab.dispose());

  test("an imported file that is saved is seen", async () => {
    session = await lab.go();
    assert.match(await saved(lab, session, "names/title.py", assignment("two")), /Topic.*DisplayName/);
  });

  test("a file that is missing mends the app when it appears", async () => {
    rmSync(path.join(lab.app, "names/title.py"));
    await session.line(/at app\.py:3(:1)?: .*No module named/, "word of the missing module");
    assert.match(await saved(lab, session, "names/title.py", assignment("three")), /Topic.*DisplayName/);
  });

  test("what is no source, or lies in an environment of Python's, is not", async () => {
    const from = session.lines.length;
    lab.write("notes.md", "nothing");
    lab.write(".venv/lib/site.py", "nothing = 1");
    await sleep(500);
    assert.doesNotMatch(session.lines.slice(from).join("\n"), /Rebuilding infrastructure/);
    await session.stop();
  });
});
