// `currentVersion` behind an alias with a canary, a hook, provisioned concurrency and its scaling.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf, ofType } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async (event, context) => ({ local: process.env.IS_LOCAL === "true", version: context.functionVersion });
exports.hook = async () => ({});`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as codedeploy from "aws-cdk-lib/aws-codedeploy";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const work = (id, handler) => new lambda.Function(stack, id, { functionName: app.stage + "-" + id, runtime: lambda.Runtime.NODEJS_22_X, handler, code: lambda.Code.fromAsset("src") });
  const hello = work("Hello", "index.handler"), other = work("Other", "index.handler");
  const alias = new lambda.Alias(stack, "Live", { aliasName: "live", version: hello.currentVersion, provisionedConcurrentExecutions: 2 });
  alias.addAutoScaling({ minCapacity: 2, maxCapacity: 5 }).scaleOnUtilization({ utilizationTarget: 0.5 });
  other.addAlias("fast", { provisionedConcurrentExecutions: 1 }).addAutoScaling({ maxCapacity: 3 });
  new codedeploy.LambdaDeploymentGroup(stack, "Group", {
    alias, deploymentConfig: codedeploy.LambdaDeploymentConfig.CANARY_10PERCENT_5MINUTES, preHook: work("Hook", "index.hook"),
  });
}
`,
});
after(() => lab.dispose());
const template = () => lab.template("e2e-lab-lab");
const alias = async (name) => Object.values(ofType(await template(), "AWS::Lambda::Alias")).find(({ Properties }) => Properties.Name === name);
const answer = async (qualifier = "live") => (await lab.invoke("Hello", {}, { qualifier })).body;

test("with real code, the alias has what the app gives it", async () => {
  await lab.do("deploy");
  assert.equal((await answer()).local, false);
  const { Properties, UpdatePolicy } = await alias("live");
  assert.equal(Properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions, 2);
  assert.ok(UpdatePolicy.CodeDeployLambdaAliasUpdate.BeforeAllowTrafficHook);
});

test("live start moves it to the stub at once, without canary, concurrency and scaling", async () => {
  const before = await answer();
  const session = await lab.go("--except", "*Other");
  const { local, version } = await answer();
  assert.deepEqual({ local, moved: version !== before.version }, { local: true, moved: true });
  const { Properties, UpdatePolicy } = await alias("live");
  assert.deepEqual([Properties.ProvisionedConcurrencyConfig, UpdatePolicy], [undefined, undefined]);
  assert.deepEqual(codeOf(await template()), { stub: ["Hello"], own: ["Hook", "Other"] });
  assert.ok(session.lines.some((line) => line.includes("Hook keeps its deployed code: it is called by CodeDeploy")), session.tail());
  // The function that was not chosen keeps everything.
  assert.equal((await alias("fast")).Properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions, 1);
  assert.equal(Object.keys(ofType(await template(), "AWS::ApplicationAutoScaling::ScalableTarget")).length, 1);
  assert.equal(Object.keys(ofType(await template(), "AWS::CodeDeploy::DeploymentGroup")).length, 1);
  await session.stop();
});

test("live deploy moves it back to real code, with all that it had", async () => {
  const stub = await lab.invoke("Hello", {}, { qualifier: "live" });
  assert.equal(stub.body.errorType, "Live.NoClient");
  await lab.do("deploy");
  assert.equal((await answer()).local, false);
  const { Properties, UpdatePolicy } = await alias("live");
  assert.equal(Properties.ProvisionedConcurrencyConfig.ProvisionedConcurrentExecutions, 2);
  assert.ok(UpdatePolicy.CodeDeployLambdaAliasUpdate);
  assert.equal(Object.keys(ofType(await template(), "AWS::ApplicationAutoScaling::ScalableTarget")).length, 2);
});

test("live remove leaves nothing", async () => {
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
