// 498 resources, 4,090 bytes of environment and a template near a megabyte: a stub adds no resource and no variable, and
// where a policy of its own has no room, that is said before anything is deployed.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", length: process.env.LONG.length });`,
  "wanted.json": "{}",
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { readFileSync } from "node:fs";
export default function main(app) {
  const { resources = 498, imported = false } = JSON.parse(readFileSync("wanted.json", "utf8"));
  const stack = new cdk.Stack(app, "lab");
  const role = imported ? iam.Role.fromRoleArn(stack, "Shared", "arn:aws:iam::" + stack.account + ":role/shared") : undefined;
  const hello = new lambda.Function(stack, "Hello", {
    functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"), role,
    environment: { LONG: "x".repeat(4090 - JSON.stringify({ LONG: "" }).length) }, // as Lambda measures it
  });
  const own = imported ? 1 : 2;
  for (let i = own; i < resources; ++i) new cdk.CfnResource(stack, "Alarm" + i, { type: "AWS::CloudWatch::Alarm", properties: { ComparisonOperator: "LessThanThreshold", EvaluationPeriods: 1, AlarmDescription: "x".repeat(1650) } });
}
`,
});
after(() => lab.dispose());

test("it runs live, with its whole environment", async () => {
  const session = await lab.go();
  const template = await lab.template("e2e-lab-lab");
  assert.equal(Object.keys(template.Resources).length, 498);
  assert.deepEqual(codeOf(template).stub, ["Hello"]);
  const size = Buffer.byteLength(JSON.stringify(template));
  assert.ok(size > 900_000 && size < 1_000_000, `${size} bytes`);
  assert.deepEqual((await lab.invoke("Hello")).body, { local: true, length: 4079 });
  await session.stop();
});

test("live deploy and live remove go the same way", async () => {
  await lab.do("deploy");
  assert.deepEqual((await lab.invoke("Hello")).body, { local: false, length: 4079 });
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});

test("a stack without room for a policy on an imported role is named, and nothing of it is deployed", async () => {
  lab.write("wanted.json", JSON.stringify({ resources: 500, imported: true }));
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1, text);
  assert.match(text, /stack e2e-lab-lab .*501 resources, and CloudFormation takes 500; leave functions of it out/);
  await assert.rejects(lab.template("e2e-lab-lab"), /does not exist/);
});
