// `live remove` takes away everything but what the app says is to stay, and buckets that hold something: those it names,
// with the command that deletes each.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const lab = new Lab({});
const app = (table) => `import * as cdk from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as s3 from "aws-cdk-lib/aws-s3";
export default function main(app) {
  const stack = new cdk.Stack(app, "data");
  const partitionKey = { name: "${table}", type: dynamodb.AttributeType.STRING };
  new dynamodb.Table(stack, "Kept", { partitionKey, removalPolicy: cdk.RemovalPolicy.RETAIN });
  new s3.Bucket(stack, "Full", { bucketName: "e2e-full-bucket", removalPolicy: cdk.RemovalPolicy.DESTROY });
  new s3.Bucket(stack, "Empty", { bucketName: "e2e-empty-bucket", removalPolicy: cdk.RemovalPolicy.DESTROY });
  const nested = new cdk.NestedStack(stack, "Nested");
  new s3.Bucket(nested, "Deep", { bucketName: "e2e-deep-bucket", removalPolicy: cdk.RemovalPolicy.DESTROY });
  new lambda.Function(stack, "Hello", { functionName: "e2e-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "f.handler", code: lambda.Code.fromAsset("src") });
}
`;
lab.write("src/f.js", "exports.handler = async () => 1;");
let s3, dynamodb, logs;
before(async () => {
  await lab.must("cloud", "start");
  s3 = await client(lab, "s3", "S3Client");
  dynamodb = await client(lab, "dynamodb", "DynamoDBClient");
  logs = await client(lab, "cloudwatch-logs", "CloudWatchLogsClient");
});
after(() => lab.dispose());

const { PutObjectCommand, ListBucketsCommand, GetObjectCommand } = sdk("s3");
const { ListTablesCommand } = sdk("dynamodb");
const { DescribeLogGroupsCommand } = sdk("cloudwatch-logs");
const buckets = async () => (await s3.send(new ListBucketsCommand({}))).Buckets.map(({ Name }) => Name).filter((name) => /^e2e-/.test(name));
const tables = async () => (await dynamodb.send(new ListTablesCommand({}))).TableNames;
const run = (...args) => lab.run(...args, "--local", "--stage", "e2e", "--yes");
let kept;

test("a session leaves a table that was replaced, full buckets, and logs", async () => {
  lab.write("lib/index.js", app("id"));
  assert.equal((await run("deploy")).code, 0);
  const before = (await tables()).filter((name) => /Kept/.test(name));
  lab.write("lib/index.js", app("other"));
  const session = await lab.go();
  assert.equal((await lab.invoke("Hello")).text, "1");
  await session.stop();
  kept = (await tables()).filter((name) => /Kept/.test(name));
  assert.equal(before.length, 1);
  assert.equal(kept.length, 2, "the one before is retained, by its UpdateReplacePolicy");
  for (const Bucket of ["e2e-full-bucket", "e2e-deep-bucket"]) await s3.send(new PutObjectCommand({ Bucket, Key: "data", Body: "precious" }));
});

test("a removal names what it retains, and how that is deleted", async () => {
  const { code, text } = await run("remove");
  assert.equal(code, 0, text);
  assert.match(text, /Retained, with the data in it/);
  for (const name of kept) assert.match(text, new RegExp(`AWS::DynamoDB::Table ${name} \\(Kept\\w* of e2e-lab-data\\): its policy says so\n +aws dynamodb delete-table --table-name ${name}`));
  for (const bucket of ["e2e-full-bucket", "e2e-deep-bucket"]) assert.match(text, new RegExp(`AWS::S3::Bucket ${bucket} \\(\\w+ of e2e-lab-data\\): it is not empty\n +aws s3 rb --force s3://${bucket}`));
  assert.doesNotMatch(text, /e2e-empty-bucket/);
});

test("and nothing else is left: no stack, no bucket of ours, no logs", async () => {
  const { Stacks } = await lab.formation("DescribeStacks", {});
  assert.deepEqual(Stacks.map(({ StackName }) => StackName).filter((name) => /^e2e-/.test(name)), []);
  assert.deepEqual((await buckets()).sort(), ["e2e-deep-bucket", "e2e-full-bucket"]);
  assert.equal(await (await s3.send(new GetObjectCommand({ Bucket: "e2e-full-bucket", Key: "data" }))).Body.transformToString(), "precious");
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/aws/lambda/e2e-" }));
  assert.deepEqual(logGroups, []);
  assert.deepEqual((await tables()).filter((name) => /e2e/.test(name)).sort(), [...kept].sort());
});

test("with --json each retained resource is an object", async () => {
  lab.write("lib/index.js", app("id").replaceAll("e2e-full-bucket", "e2e-full-bucket-2").replaceAll("e2e-deep-bucket", "e2e-deep-bucket-2"));
  assert.equal((await run("deploy")).code, 0);
  const { code, text } = await run("remove", "--json");
  assert.equal(code, 0, text);
  const retained = text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).filter(({ type }) => type === "retained");
  assert.deepEqual(retained.map(({ resource_type, why, stack }) => ({ resource_type, why, stack })), [{ resource_type: "AWS::DynamoDB::Table", why: "policy", stack: "e2e-lab-data" }]);
  assert.match(retained[0].delete_with, /^aws dynamodb delete-table --table-name e2e-lab-data-Kept/);
});

test("and nothing of the stage is remembered on this machine", () => {
  const names = readdirSync(path.join(lab.app, ".live"), { recursive: true });
  assert.deepEqual(names.filter((name) => /(^|[/-])e2e/.test(name)), []);
});
