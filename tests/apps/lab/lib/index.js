// One stack with the functions that a test describes in functions.json.
import * as cdk from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
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

/** A folder of the app, or a layer's ARN. @param {string} one */
function layer(stack, one) {
  const id = `Layer-${one.replace(/\W/g, "-")}`;
  const known = stack.node.tryFindChild(id);
  if (known) return known;
  return one.startsWith("arn:")
    ? lambda.LayerVersion.fromLayerVersionArn(stack, id, one)
    : new lambda.LayerVersion(stack, id, { code: lambda.Code.fromAsset(one) });
}

function make(app, stack, id, { handler, entry, bundling, code = "src", inline, runtime = "nodejs22.x", layers = [], timeout = 10, memory, environment, alias, retries, url, api, architecture = "x86_64", logs, tracing }) {
  const common = {
    functionName: `${app.stage}-${id}`,
    runtime: new lambda.Runtime(runtime, runtime.startsWith("nodejs") ? lambda.RuntimeFamily.NODEJS : undefined, { supportsInlineCode: true }),
    layers: layers.map((one) => layer(stack, one)),
    timeout: cdk.Duration.seconds(timeout),
    memorySize: memory,
    environment,
    retryAttempts: retries,
    tracing: tracing && lambda.Tracing[tracing],
    ...(logs && { loggingFormat: lambda.LoggingFormat.JSON, applicationLogLevelV2: logs }),
    architecture: architecture === "arm64" ? lambda.Architecture.ARM_64 : lambda.Architecture.X86_64,
  };
  const made = entry
    ? new NodejsFunction(stack, id, { ...common, entry, bundling: { sourceMap: true, ...bundling } })
    : new lambda.Function(stack, id, { ...common, handler, code: inline ? lambda.Code.fromInline(inline) : lambda.Code.fromAsset(code) });
  if (url) made.addFunctionUrl({ authType: lambda.FunctionUrlAuthType.NONE, invokeMode: lambda.InvokeMode[url] });
  if (api) {
    const timeout = api.timeout && cdk.Duration.seconds(api.timeout);
    const { url: Url } = new apigateway.LambdaRestApi(stack, `${id}Api`, { handler: made, integrationOptions: { timeout } });
    new cdk.CfnOutput(stack, `${id}Url`, { value: Url });
  }
  if (alias) new lambda.Alias(stack, `${id}Alias`, { aliasName: alias, version: made.currentVersion });
}
