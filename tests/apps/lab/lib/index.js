// One stack with the functions that a test describes in functions.json.
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { existsSync, readFileSync } from "node:fs";

export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  for (const [id, wanted] of Object.entries(JSON.parse(readFileSync("functions.json", "utf8")))) make(app, stack, id, wanted);
  if (existsSync("resources.json"))
    for (const [id, { type, properties }] of Object.entries(JSON.parse(readFileSync("resources.json", "utf8"))))
      new cdk.CfnResource(stack, id, { type, properties });
}

function make(app, stack, id, { handler, entry, bundling, runtime = "NODEJS_22_X", code = "src", timeout = 10, memory, environment, alias, retries, url, architecture = "x86_64" }) {
  const common = {
    functionName: `${app.stage}-${id}`,
    runtime: lambda.Runtime[runtime],
    timeout: cdk.Duration.seconds(timeout),
    memorySize: memory,
    environment,
    retryAttempts: retries,
    architecture: architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
  };
  const made = entry
    ? new NodejsFunction(stack, id, { ...common, entry, bundling: { sourceMap: true, ...bundling } })
    : new lambda.Function(stack, id, { ...common, handler, code: lambda.Code.fromAsset(code) });
  if (url) made.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE, invokeMode: lambda.InvokeMode[url] });
  if (alias) new lambda.Alias(stack, `${id}Alias`, { aliasName: alias, version: made.currentVersion });
}
