// `live doctor` looks at machine, account, stage and permissions, also where some of it is broken or missing; each finding
// has its next step, and the exit code says whether `live start` would work.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { clientAs, commands } from "../support/attacker.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" }, Other: { handler: "f.handler" } }, { "src/f.js": `exports.handler = async () => "ran";` }, { isNew: true });
const nowhere = path.join(lab.folder, "nowhere");
before(() => mkdirSync(nowhere));
after(() => lab.dispose());

const run = promisify(execFile);
/** @returns {Promise<{code: number, took: number, checks: any[], of: (about: RegExp) => any}>} */
async function doctor({ env = {}, local = false, cwd = lab.app } = {}) {
  const args = ["doctor", "--json", ...(cwd === lab.app ? ["--stage", "e2e"] : []), ...(local ? ["--local"] : [])];
  const began = Date.now();
  const { stdout, stderr, code = 0 } = await run(lab.live, args, { cwd, env: { ...lab.env, ...env }, timeout: 120_000 }).catch((error) => error);
  const lines = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const checks = lines.filter(({ type }) => type === "check");
  assert.ok(checks.length > 0, stdout + stderr);
  const whole = lines.find(({ type }) => type === "doctor");
  assert.equal(whole.healthy, code === 0);
  assert.deepEqual(whole.findings.map(({ about }) => about), checks.map(({ about }) => about));
  for (const { state, advice } of checks) assert.equal(Boolean(advice), state !== "ok");
  return { code, took: Date.now() - began, checks, of: (about) => checks.find((one) => about.test(one.about)) };
}
const local = { local: true };
const keys = async () => {
  const { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = await lab.aws();
  return { AWS_ENDPOINT_URL, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY };
};
const without = { AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_EC2_METADATA_DISABLED: "true" };

test("where there is no app, it looks at the machine and the account all the same", async () => {
  const { code, of } = await doctor({ cwd: nowhere, env: { ...without, AWS_ENDPOINT_URL: "http://127.0.0.1:1" } });
  assert.equal(code, 1);
  assert.deepEqual([of(/^app$/).state, /no CDK app in/.test(of(/^app$/).said)], ["failed", true]);
  assert.match(of(/node/).said, /^\d+\.\d+\.\d+ \(\/.*node\)$/);
  assert.equal(of(/ports/).state, "ok");
  assert.equal(of(/file watching/).state, "ok");
  assert.match(of(/memory of functions/).said, /^(limited by the kernel, in \/|watched, not limited by the kernel: .)/);
  assert.match(of(/region/).advice, /--region, set AWS_REGION/);
});

test("without credentials and network it ends soon, and says so", async () => {
  const { code, took, of } = await doctor({ env: { ...without, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "http://127.0.0.1:1" } });
  assert.equal(code, 1);
  assert.ok(took < 30_000, `${took} ms`);
  assert.match(of(/endpoint/).said, /127\.0\.0\.1 does not answer/);
  assert.match(of(/credentials/).said, /no AWS credentials found/);
});

test("a proxy is named, without what is secret in it, also where nothing answers through it", async () => {
  const proxied = { ...without, AWS_REGION: "eu-west-1", HTTPS_PROXY: "http://ann:secret@127.0.0.1:1" };
  const { code, checks, of } = await doctor({ env: proxied, cwd: nowhere });
  assert.equal(code, 1);
  assert.match(of(/^proxy$/).said, /^http:\/\/127\.0\.0\.1:1 by HTTPS_PROXY/);
  assert.match(of(/^endpoint/).advice, /live goes through the proxy of HTTPS_PROXY/);
  assert.doesNotMatch(JSON.stringify(checks), /secret/);
  const wrong = await doctor({ env: { ...proxied, HTTPS_PROXY: "socks5://ann:secret@proxy" }, cwd: nowhere });
  assert.equal(wrong.of(/^proxy$/).state, "failed");
  assert.match(wrong.of(/^proxy$/).said, /HTTPS_PROXY names no proxy that live can use: it looks like http:/);
});

test("with keys and an endpoint that does not answer, it ends soon too", async () => {
  const { code, took, of } = await doctor({ env: { ...without, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "http://127.0.0.1:1", AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" } });
  assert.equal(code, 1);
  assert.ok(took < 40_000, `${took} ms`);
  assert.match(of(/credentials/).said, /from environment, they do not expire/);
  assert.equal(of(/account/).state, "failed");
});

test("without Node it says so", async () => {
  const bin = path.join(lab.folder, "bin");
  mkdirSync(bin);
  symlinkSync("/bin/sh", path.join(bin, "sh"));
  const { code, of } = await doctor({ cwd: nowhere, env: { ...without, PATH: bin, AWS_REGION: "eu-west-1", AWS_ENDPOINT_URL: "http://127.0.0.1:1" } });
  assert.equal(code, 1);
  assert.equal(of(/node/).state, "failed");
  assert.match(of(/node/).advice, /install Node/);
});

test("before the first start nothing is in its way: the exit code is 0", async () => {
  const { code, of } = await doctor(local);
  assert.equal(code, 0);
  assert.match(of(/^app$/).said, /lab is synthesised: 1 stack, 2 functions can run live/);
  assert.deepEqual([of(/debug stack/).state, of(/debug stack/).advice], ["warning", "run `live start --stage e2e`, which deploys it"]);
  assert.match(of(/bootstrap/).said, /not yet: `live start` does it/);
});

test("CDK code that does not run is told", async () => {
  lab.write("functions.json", "not JSON");
  const { code, of } = await doctor(local);
  lab.describe({ Hello: { handler: "f.handler" }, Other: { handler: "f.handler" } });
  assert.equal(code, 1);
  assert.match(of(/^app$/).said, /synthesising the app/);
});

test("in a session all is in order", async () => {
  const session = await lab.go();
  const { code, checks, of } = await doctor(local);
  await session.stop();
  assert.equal(code, 0);
  assert.deepEqual(checks.filter(({ state }) => state !== "ok"), []);
  assert.match(of(/stubs/).said, /2 deployed, as this version makes them/);
  assert.match(of(/bootstrap/).said, /version \d+, \d+ is needed/);
  assert.match(of(/debug stack/).said, /as this version deploys it/);
});

test("a stub of another version is named", async () => {
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { UpdateFunctionCodeCommand } = sdk("lambda");
  const ZipFile = Buffer.from("UEsDBBQAAAAAAAAAIQDLFxT4AgAAAAIAAAAEAAAAeC5qcy8vUEsBAhQDFAAAAAAAAAAhAMsXFPgCAAAAAgAAAAQAAAAAAAAAAAAAAIABAAAAAHguanNQSwUGAAAAAAEAAQAyAAAAJAAAAAAA", "base64");
  await lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "e2e-Other", ZipFile }));
  const { code, of } = await doctor(local);
  assert.equal(code, 0, "start deploys it again");
  assert.deepEqual([of(/stubs/).state, of(/stubs/).said], ["warning", "of another version of live, or for another debug stack: e2e-Other"]);
});

test("what was changed or deleted by hand in the debug stack is named", async () => {
  assert.match((await doctor(local)).of(/^drift$/).said, /e2e-lab-debug-stack is as it was deployed/);
  const { bucket } = await lab.debugStack();
  const s3 = await client(lab, "s3", "S3Client");
  const { DeleteBucketPolicyCommand, GetBucketPolicyCommand, PutBucketPolicyCommand, PutPublicAccessBlockCommand } = sdk("s3");
  const { Policy } = await s3.send(new GetBucketPolicyCommand({ Bucket: bucket }));
  const block = (BlockPublicPolicy) => s3.send(new PutPublicAccessBlockCommand({ Bucket: bucket, PublicAccessBlockConfiguration: { BlockPublicAcls: true, IgnorePublicAcls: true, RestrictPublicBuckets: true, BlockPublicPolicy } }));
  await block(false);
  const changed = await doctor(local);
  assert.equal(changed.of(/^drift$/).state, "warning");
  assert.match(changed.of(/^drift$/).said, /changed by hand .*AWS::S3::Bucket Payloads \(\/PublicAccessBlockConfiguration\/BlockPublicPolicy\)$/);
  await s3.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
  const { code, of } = await doctor(local);
  assert.equal(code, 1);
  assert.deepEqual([of(/^drift$/).state, of(/^drift$/).advice], ["failed", "put it back as it was, or `live remove` and start again"]);
  assert.match(of(/^drift$/).said, /deleted by hand .*: AWS::S3::BucketPolicy PayloadsPolicy$/);
  await s3.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
  await block(true);
  assert.equal((await doctor(local)).of(/^drift$/).state, "ok");
});

test("a debug stack that another version has deployed is told", async () => {
  const StackName = "e2e-lab-debug-stack";
  const { Stacks } = await lab.formation("DescribeStacks", { StackName });
  const Tags = Stacks[0].Tags.map(({ Key, Value }) => ({ Key, Value: Key === "live:debug-stack" ? "0123456789abcdef" : Value }));
  await lab.formation("UpdateStack", { StackName, UsePreviousTemplate: true, Tags });
  const { of } = await doctor(local);
  assert.equal(of(/debug stack/).state, "warning");
  assert.match(of(/debug stack/).said, /deployed by another version of live or with other tags/);
});

test("a bootstrap that is too old for the app is told, with the command", async () => {
  const ssm = await client(lab, "ssm", "SSMClient");
  const { GetParameterCommand, PutParameterCommand } = sdk("ssm");
  const Name = "/cdk-bootstrap/hnb659fds/version";
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  await ssm.send(new PutParameterCommand({ Name, Value: "3", Overwrite: true }));
  const { code, of } = await doctor(local);
  await ssm.send(new PutParameterCommand({ Name, Value: Parameter.Value, Overwrite: true }));
  assert.equal(code, 1);
  assert.match(of(/bootstrap/).said, /version 3 .*but the app needs \d+/);
  assert.match(of(/bootstrap/).advice, /cdk bootstrap aws:\/\/000000000000\/us-east-1/);
});

test("what the developer may not is named; without IAM's own word, what could not be checked", async () => {
  const iam = await clientAs(lab, "iam", "IAMClient");
  const { CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand } = commands("iam");
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  const allow = (...Action) => iam.send(new PutUserPolicyCommand({ UserName: "ann", PolicyName: "Some", PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } }) }));
  const env = { ...(await keys()), AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey };
  const most = ["cloudformation:*", "sts:AssumeRole", "lambda:Get*", "logs:*", "iam:*", "ssm:*", "dynamodb:*", "s3:*", "execute-api:*"];

  await allow(...most);
  const some = (await doctor({ env })).of(/permissions/);
  assert.equal(some.state, "warning");
  assert.equal(some.said, "you may not: lambda:ListEventSourceMappings, lambda:UpdateEventSourceMapping");

  await allow(...most.slice(1), "lambda:*", "cloudformation:DescribeStacks");
  const few = await doctor({ env });
  assert.equal(few.code, 1);
  assert.deepEqual([few.of(/permissions/).state, few.of(/permissions/).said], ["failed", "you may not: cloudformation:ListStackResources, cloudformation:GetTemplate"]);

  await allow("cloudformation:*", "lambda:*", "dynamodb:*", "s3:*", "execute-api:*");
  const unknown = (await doctor({ env })).of(/permissions/);
  assert.equal(unknown.state, "warning");
  assert.match(unknown.said, /only reads were tried, not sts:AssumeRole/);
  assert.match(unknown.advice, /iam:SimulatePrincipalPolicy/);
});
