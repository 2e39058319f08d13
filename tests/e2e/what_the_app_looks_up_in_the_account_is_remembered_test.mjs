// `Vpc.fromLookup`, `StringParameter.valueFromLookup`: the CDK asks the account, and keeps what it learned in
// cdk.context.json. The embedded AWS has parameters; of VPCs it knows what cdk.context.json says.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", vpc: process.env.VPC, greeting: process.env.GREETING });`,
  "wanted.json": "{}",
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as ssm from "aws-cdk-lib/aws-ssm";
import { readFileSync } from "node:fs";
export default function main(app) {
  const { vpc = false } = JSON.parse(readFileSync("wanted.json", "utf8"));
  const stack = new cdk.Stack(app, "lab", { env: { account: app.account, region: app.region } });
  const found = vpc ? ec2.Vpc.fromLookup(stack, "Vpc", { vpcId: "vpc-0123456789abcdef0" }) : undefined;
  new lambda.Function(stack, "Hello", {
    functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"), vpc: found,
    environment: { VPC: found?.vpcId ?? "none", GREETING: ssm.StringParameter.valueFromLookup(stack, "/greeting") },
  });
}
`,
});
after(() => lab.dispose());
const answer = async () => (await lab.invoke("Hello")).body;

test("a parameter is looked up with the CDK's lookup role, and kept in cdk.context.json", async () => {
  await lab.cloud();
  const ssm = await client(lab, "ssm", "SSMClient");
  await ssm.send(new (sdk("ssm").PutParameterCommand)({ Name: "/greeting", Value: "hello", Type: "String" }));
  const session = await lab.go();
  assert.deepEqual(await answer(), { local: true, vpc: "none", greeting: "hello" });
  const context = JSON.parse(lab.read("cdk.context.json"));
  assert.equal(Object.entries(context).find(([key]) => key.startsWith("ssm:"))?.[1], "hello");
  await session.stop();
});

test("what cannot be looked up is told with the service's own words", async () => {
  lab.write("wanted.json", JSON.stringify({ vpc: true }));
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1, text);
  assert.match(text, /ec2|vpc-provider|Vpc/i);
});
