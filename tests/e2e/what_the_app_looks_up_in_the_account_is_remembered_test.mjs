// `Vpc.fromLookup`, `StringParameter.valueFromLookup`: the CDK asks the account, and keeps what it learned in
// cdk.context.json.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", vpc: process.env.VPC, zones: process.env.ZONES, greeting: process.env.GREETING });`,
  "wanted.json": "{}",
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as ssm from "aws-cdk-lib/aws-ssm";
import { readFileSync } from "node:fs";
export default function main(app) {
  const { vpc = { isDefault: true } } = JSON.parse(readFileSync("wanted.json", "utf8"));
  const stack = new cdk.Stack(app, "lab", { env: { account: app.account, region: app.region } });
  const found = ec2.Vpc.fromLookup(stack, "Vpc", vpc);
  new lambda.Function(stack, "Hello", {
    functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"),
    vpc: found, allowPublicSubnet: true, environment: { VPC: found.vpcId, ZONES: found.availabilityZones.join(), GREETING: ssm.StringParameter.valueFromLookup(stack, "/greeting") },
  });
}
`,
});
after(() => lab.dispose());
const answer = async () => (await lab.invoke("Hello")).body;

test("VPC and parameter are looked up with the CDK's lookup role, and kept in cdk.context.json", async () => {
  await lab.cloud();
  const ssm = await client(lab, "ssm", "SSMClient");
  await ssm.send(new (sdk("ssm").PutParameterCommand)({ Name: "/greeting", Value: "hello", Type: "String" }));
  const session = await lab.go();
  const { vpc, ...rest } = await answer();
  assert.deepEqual(rest, { local: true, zones: "us-east-1a,us-east-1b,us-east-1c", greeting: "hello" });
  assert.match(vpc, /^vpc-[0-9a-f]{17}$/);
  const context = JSON.parse(lab.read("cdk.context.json"));
  const of = (kind) => Object.entries(context).find(([key]) => key.startsWith(`${kind}:`))?.[1];
  assert.equal(of("ssm"), "hello");
  assert.equal(of("vpc-provider").vpcId, vpc);
  await session.stop();
});

test("what is kept is not asked for again", async () => {
  const before = lab.requests().filter((line) => line.includes("ec2.")).length;
  await lab.do("deploy");
  assert.equal((await answer()).local, false);
  assert.equal(lab.requests().filter((line) => line.includes("ec2.")).length, before);
});

test("what is not there is told, and where it may stand", async () => {
  lab.write("wanted.json", JSON.stringify({ vpc: { vpcId: "vpc-0123456789abcdef0" } }));
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1, text);
  assert.match(text, /the app looks up what was not found: .*Could not find any VPCs matching .*vpc-0123456789abcdef0.*cdk\.context\.json/);
  lab.write("wanted.json", "{}");
  await lab.do("remove");
});
