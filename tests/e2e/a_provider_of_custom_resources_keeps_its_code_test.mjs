// What CloudFormation itself waits for is never swapped, whichever stack it stands in: with nobody connected, a deployment
// that fails rolls back by itself.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf } from "../support/lab.mjs";

const lab = new Lab({}, {
  // Takes two questions to be complete; fails when it is asked to.
  "src/provider.js": `let asked = 0;
exports.onEvent = async (event) => {
  if (event.ResourceProperties.fail === "yes" && event.RequestType !== "Delete") throw new Error("the thing may not be");
  return { PhysicalResourceId: "thing-" + event.ResourceProperties.name, Data: { local: process.env.IS_LOCAL ?? "false" } };
};
exports.isComplete = async () => ({ IsComplete: true });
`,
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", provided: process.env.PROVIDED });`,
  "wanted.json": "{}",
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as cr from "aws-cdk-lib/custom-resources";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { readFileSync } from "node:fs";
export default function main(app) {
  const { fail = "no", waits = false } = JSON.parse(readFileSync("wanted.json", "utf8"));
  const [shared, lab] = ["shared", "lab"].map((id) => new cdk.Stack(app, id));
  const handler = (id, name) => new NodejsFunction(shared, id, { entry: "src/provider.js", handler: name, runtime: lambda.Runtime.NODEJS_22_X });
  const provider = new cr.Provider(shared, "Provider", { onEventHandler: handler("OnEvent", "onEvent"), isCompleteHandler: waits ? handler("IsComplete", "isComplete") : undefined });
  const thing = new cdk.CustomResource(lab, "Thing", { serviceToken: provider.serviceToken, properties: { name: "one", fail } });
  new lambda.Function(lab, "Hello", {
    functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"),
    environment: { PROVIDED: thing.getAttString("local") },
  });
}
`,
});
after(() => lab.dispose());

test("live start leaves the provider's functions as they are, and names them", async () => {
  const session = await lab.go();
  assert.deepEqual(codeOf(await lab.template("e2e-lab-shared")), { stub: [], own: ["OnEvent", "ProviderframeworkonEvent"] });
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")), { stub: ["Hello"], own: [] });
  for (const name of ["OnEvent", "Provider/framework-onEvent"])
    assert.ok(session.lines.some((line) => line.includes(`${name} keeps its deployed code: it is called by CloudFormation (custom resource Thing`)), session.tail());
  assert.deepEqual((await lab.invoke("Hello")).body, { local: true, provided: "false" });
  assert.equal((await session.stop()).code, 0);
});

test("an update that fails while nobody is connected rolls back without waiting for anybody", async () => {
  lab.write("wanted.json", JSON.stringify({ fail: "yes" }));
  const { code, text } = await lab.run("deploy", "--local", "--stage", "e2e"); // who waited in vain would wait an hour
  assert.equal(code, 1, text);
  assert.match(text, /Thing.*the thing may not be/);
  const { Stacks } = await lab.formation("DescribeStacks", { StackName: "e2e-lab-lab" });
  assert.equal(Stacks[0].StackStatus, "UPDATE_ROLLBACK_COMPLETE");
});

test("live deploy of the mended app, and live remove, which asks the provider once more", async () => {
  lab.write("wanted.json", "{}");
  await lab.do("deploy");
  assert.deepEqual((await lab.invoke("Hello")).body, { local: false, provided: "false" });
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});

test("with isComplete, neither that nor the framework behind its state machine is swapped", async () => {
  lab.write("wanted.json", JSON.stringify({ waits: true }));
  const { text } = await lab.run("start", "--local", "--stage", "e2e"); // no state machine runs here: the thing fails
  for (const name of ["OnEvent", "IsComplete", "framework-onEvent", "framework-isComplete", "framework-onTimeout"])
    assert.match(text, new RegExp(`${name} keeps its deployed code: it is called by CloudFormation`), name);
});
