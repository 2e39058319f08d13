// `cdk.Stage` with nested stacks, a role that a nested stack gets as a parameter, and a stack in a second region.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf, ofType } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", region: process.env.AWS_REGION });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
const work = (scope, id, name, role) => new lambda.Function(scope, id, {
  functionName: name, runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"), role,
});
export default function main(app) {
  const name = (id) => app.stage + "-" + id;
  const prod = new cdk.Stage(app, "Prod", { env: { account: app.account, region: app.region } });
  const outer = new cdk.Stack(prod, "outer", { stackName: name("lab-outer") });
  const role = new iam.Role(outer, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com") });
  work(outer, "Outside", name("Outside"));
  const nested = new cdk.NestedStack(outer, "Inner");
  work(nested, "Inside", name("Inside"), iam.Role.fromRoleArn(nested, "Given", role.roleArn));
  const far = new cdk.Stack(app, "far", { stackName: name("lab-far"), env: { account: app.account, region: "eu-west-1" } });
  work(far, "Far", name("Far"));
}
`,
});
after(() => lab.dispose());

test("functions of the stage and its nested stack run live", async () => {
  const session = await lab.go();
  assert.deepEqual((await lab.invoke("Outside")).body, { local: true, region: "us-east-1" });
  assert.deepEqual((await lab.invoke("Inside")).body, { local: true, region: "us-east-1" });
  const outer = await lab.template("e2e-lab-outer");
  assert.deepEqual(codeOf(outer).stub, ["Outside"]);
  // The role lies in the outer stack; its policy for the stub is there too, and beside the function is none.
  const role = Object.values(ofType(outer, "AWS::IAM::Role")).filter(({ Properties }) => Properties.Policies?.some(({ PolicyName }) => PolicyName === "live-lambda-stub"));
  assert.equal(role.length, 2);
  const inner = await lab.template(await lab.physical("e2e-lab-outer", "InnerNestedStack"));
  assert.deepEqual(codeOf(inner).stub, ["Inside"]);
  assert.deepEqual(ofType(inner, "AWS::IAM::RolePolicy"), {});
  assert.equal((await session.stop()).code, 0);
});

test("a function of another region than the session's keeps its code, and that is said", async () => {
  const session = await lab.go();
  assert.ok(session.lines.some((line) => /Far keeps its deployed code: its stack is in eu-west-1/.test(line)), session.tail());
  await session.stop();
});

test("live deploy and live remove go the same way", async () => {
  await lab.do("deploy");
  for (const name of ["Outside", "Inside"]) assert.equal((await lab.invoke(name)).body.local, false, name);
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
