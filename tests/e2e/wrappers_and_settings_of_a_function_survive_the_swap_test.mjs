// A wrapper handler with layers, JSON logging, active tracing and variables encrypted with a key of the app's own.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, codeOf, ofType } from "../support/lab.mjs";

const lab = new Lab({}, {
  "layer/nodejs/node_modules/wrapper/index.js": `exports.handler = async (...all) => ({ wrapped: await require(process.env.LAMBDA_TASK_ROOT + "/index.js").handler(...all) });`,
  "layer/wrapper": `#!/bin/sh\nWRAPPED=yes exec "$@"\n`,
  "src/index.js": `exports.handler = async () => ({ wrapped: process.env.WRAPPED, local: process.env.IS_LOCAL === "true", secret: process.env.SECRET });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as kms from "aws-cdk-lib/aws-kms";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const layer = new lambda.LayerVersion(stack, "Layer", { code: lambda.Code.fromAsset("layer") });
  const common = { runtime: lambda.Runtime.NODEJS_22_X, code: lambda.Code.fromAsset("src"), layers: [layer] };
  new lambda.Function(stack, "Set", {
    ...common, functionName: app.stage + "-Set", handler: "index.handler", environment: { SECRET: "kept", AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" },
    loggingFormat: lambda.LoggingFormat.JSON, applicationLogLevelV2: lambda.ApplicationLogLevel.WARN, tracing: lambda.Tracing.ACTIVE,
    environmentEncryption: new kms.Key(stack, "Key"),
  });
  const elsewhere = { ...common, handler: "/opt/nodejs/node_modules/elsewhere/index.handler" };
  new lambda.Function(stack, "Wrapped", { ...elsewhere, functionName: app.stage + "-Wrapped" });
  new lambda.Function(stack, "Traced", { ...elsewhere, functionName: app.stage + "-Traced", environment: { DD_LAMBDA_HANDLER: "index.handler" } });
}
`,
});
chmodSync(path.join(lab.app, "layer/wrapper"), 0o755);
after(() => lab.dispose());
const set = async () => Object.entries(ofType(await lab.template("e2e-lab-lab"), "AWS::Lambda::Function")).find(([id]) => id.startsWith("Set"))[1].Properties;

test("what is of the function stays, what is of its code leaves", async () => {
  const session = await lab.go();
  const { LoggingConfig, TracingConfig, KmsKeyArn, Environment, Layers } = await set();
  assert.deepEqual([LoggingConfig.LogFormat, TracingConfig.Mode, Layers], ["JSON", "Active", undefined]);
  assert.ok(KmsKeyArn);
  assert.equal(Environment.Variables.SECRET, "kept");
  assert.deepEqual((await lab.invoke("Set")).body, { wrapped: "yes", local: true, secret: "kept" });
  await session.stop();
});

test("a handler that lies in no layer of the app keeps its deployed code, and that is said", async () => {
  const session = await lab.go();
  assert.ok(session.lines.some((line) => /Wrapped keeps its deployed code: its handler is in a layer \(\/opt\/nodejs\/node_modules\/elsewhere\/index\.handler\)/.test(line)), session.tail());
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")), { stub: ["Set", "Traced"], own: ["Wrapped"] });
  await session.stop();
});

test("a wrapper that names the handler it calls is left out, and that one runs here", async () => {
  const session = await lab.go();
  assert.ok(session.lines.some((line) => /Traced: its wrapper in a layer, .* is left out while it runs live; index\.handler runs here/.test(line)), session.tail());
  assert.deepEqual((await lab.invoke("Traced")).body, { local: true });
  await session.stop();
});

test("live deploy puts the layers back, and live remove leaves but the key", async () => {
  await lab.do("deploy");
  assert.equal((await set()).Layers.length, 1);
  assert.deepEqual((await lab.invoke("Set")).body, { wrapped: "yes", local: false, secret: "kept" });
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
