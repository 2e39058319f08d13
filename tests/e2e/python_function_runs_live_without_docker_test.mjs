// The construct of @aws-cdk/aws-lambda-python-alpha, which installs requirements in Docker when it is deployed: live, the
// function runs from its entry.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { withConstruct } from "../support/constructs.mjs";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const construct = withConstruct("@aws-cdk/aws-lambda-python-alpha", "2.269.0-alpha.0");
const skip = construct.skip || (versionOf("python3") ? false : "SKIPPED: python3 is not on PATH");
const lab = new Lab({}, {
  "lib/index.js": `import { PythonFunction } from "@aws-cdk/aws-lambda-python-alpha";
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  new PythonFunction(stack, "Fn", { functionName: app.stage + "-Fn", entry: "fn", index: "greet/main.py", handler: "answer",
    runtime: lambda.Runtime.PYTHON_3_12, timeout: cdk.Duration.seconds(60) });
}
`,
  "fn/greet/main.py": `import words

def answer(event, context):
    return words.GREETING + " " + event["name"]
`,
  "fn/words.py": 'GREETING = "hello"\n',
}, { packages: construct.packages, env: { CDK_DOCKER: "no-docker-here" } });
after(() => lab.dispose());
const call = async () => (await lab.invoke("Fn", { name: "you" })).text;

test("it runs from its entry", { skip, timeout: 300_000 }, async () => {
  const session = await lab.go();
  const got = await call();
  assert.equal(got, '"hello you"', session.tail());
});

test("a save is live in the next call", { skip, timeout: 60_000 }, async () => {
  lab.write("fn/greet/main.py", lab.read("fn/greet/main.py").replace(' + " " + ', ' + ", saved " + '));
  await until("answer by the saved code", async () => (await call()) === '"hello, saved you"');
});

test("live deploy says that its bundling needs Docker, and ends", { skip, timeout: 120_000 }, async () => {
  await lab.sessions[0].stop();
  const { code, text } = await lab.run("deploy", "--local", "--stage", lab.stage);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*: lab\/Fn is bundled in Docker, and no-docker-here is not on PATH: install Docker/);
});
