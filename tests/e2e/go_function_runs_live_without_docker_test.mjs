// The construct of @aws-cdk/aws-lambda-go-alpha: its entry is built here, and by the construct itself when it is deployed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { goClient } from "../support/compiled.mjs";
import { withConstruct } from "../support/constructs.mjs";
import { Lab, until } from "../support/lab.mjs";

const construct = withConstruct("@aws-cdk/aws-lambda-go-alpha", "2.258.0-alpha.0");
const client = goClient();
const skip = construct.skip || client.skip;
const lab = new Lab({}, {
  "lib/index.js": `import { GoFunction } from "@aws-cdk/aws-lambda-go-alpha";
import * as cdk from "aws-cdk-lib";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  new GoFunction(stack, "Fn", { functionName: app.stage + "-Fn", entry: "fn/cmd/greet", timeout: cdk.Duration.seconds(110),
    bundling: { goBuildFlags: ['-ldflags "-X main.flag=set"'] } });
}
`,
  "fn/cmd/greet/main.go": `package main

import "github.com/aws/aws-lambda-go/lambda"

var flag string

func main() { lambda.Start(func() (string, error) { return "hello, flag " + flag, nil }) }
`,
}, { packages: construct.packages, env: { CDK_DOCKER: "no-docker-here" } });
after(() => lab.dispose());

test("it is built here with its flags, and called", { skip, timeout: 300_000 }, async () => {
  for (const [file, text] of Object.entries(client.files())) lab.write(`fn/${file}`, text);
  await lab.go();
  assert.equal((await lab.invoke("Fn")).body, "hello, flag set");
});

test("a save is built, and the next call answers by it", { skip, timeout: 120_000 }, async () => {
  lab.write("fn/cmd/greet/main.go", lab.read("fn/cmd/greet/main.go").replace("hello", "saved"));
  await until("answer by the saved code", async () => (await lab.invoke("Fn")).body === "saved, flag set", { timeout: 110_000 });
});

test("live deploy lets the construct build it, for which it needs no Docker either", { skip, timeout: 300_000 }, async () => {
  await lab.sessions[0].stop();
  await lab.do("deploy");
  const { body, text } = await lab.invoke("Fn");
  assert.equal(body, "saved, flag set", text);
});
