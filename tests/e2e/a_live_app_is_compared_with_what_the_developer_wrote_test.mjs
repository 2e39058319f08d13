// While functions run live, a session and `live diff` compare the app with the app as it was deployed, and not with what
// stubs have instead of it: settings that a stub overrides are seen, and what only makes it a stub is not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const app = `import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { readFileSync } from "node:fs";
export default function main(app) {
  const { memorySize, disk, action, timeout } = JSON.parse(readFileSync("settings.json", "utf8"));
  const stack = new cdk.Stack(app, "lab");
  const own = new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: [action], resources: ["*"] })] });
  const role = new iam.Role(stack, "Role", { assumedBy: new iam.ServicePrincipal("lambda.amazonaws.com"), inlinePolicies: { own } });
  const hello = new lambda.Function(stack, "Hello", { functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "f.handler", code: lambda.Code.fromAsset("src"), role,
    memorySize, ephemeralStorageSize: disk && cdk.Size.mebibytes(disk), timeout: cdk.Duration.seconds(timeout) });
  const alias = new lambda.Alias(stack, "Prod", { aliasName: "prod", version: hello.currentVersion });
  alias.addAutoScaling({ maxCapacity: 4 }).scaleOnUtilization({ utilizationTarget: 0.5 });
}
`;
const settings = { memorySize: 256, action: "sqs:SendMessage", timeout: 10 };
const lab = new Lab({}, {
  "lib/index.js": app,
  "settings.json": JSON.stringify(settings),
  "src/f.js": "exports.handler = async (event, { memoryLimitInMB }) => ({ memoryLimitInMB });",
});
const set = (some) => lab.write("settings.json", JSON.stringify({ ...settings, ...some }));
const diff = async (...args) => (await lab.run("diff", "--local", "--stage", "e2e", ...args)).text;
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

test("nothing that belongs to the stubs is a difference", async () => {
  const text = await diff();
  assert.match(text, /1 function runs live at stage e2e: lab\/Hello/);
  assert.doesNotMatch(text, /AWS::|Permissions/);
});

test("memory that a stub overrides is shown when it is changed, to the stub's own too", async () => {
  const from = session.lines.length;
  set({ memorySize: 512 });
  await session.line(/Press ENTER to deploy/, "the offer", { from });
  const change = /~ AWS::Lambda::Function Hello: MemorySize 256 → 512/;
  assert.match(session.lines.slice(from).join("\n"), change);
  assert.match(await diff(), change);
});

test("after ENTER the function has it, and it is no difference any more", async () => {
  assert.equal((await lab.invoke("Hello")).body.memoryLimitInMB, "256");
  const from = session.lines.length;
  session.enter();
  await session.line(/Live: 1 function/, "word of the deployment", { from });
  assert.equal((await lab.invoke("Hello")).body.memoryLimitInMB, "512");
  assert.doesNotMatch(await diff(), /AWS::/);
});

test("what a stub has not is shown when it is changed", async () => {
  set({ memorySize: 512, disk: 1024, timeout: 11 });
  const text = await diff();
  assert.match(text, /~ AWS::Lambda::Function Hello: (EphemeralStorage, Timeout|Timeout, EphemeralStorage)\n/);
  assert.doesNotMatch(text, /IAM|Scal/);
});

test("the inline policies of a role are compared without the stub's", async () => {
  set({ memorySize: 512, action: "sqs:DeleteMessage" });
  const text = await diff();
  assert.match(text, /~ AWS::IAM::Role Role: Policies \[\{"PolicyDocument".*own|~ AWS::IAM::Role Role: Policies/);
  assert.match(text, /- Allow sqs:SendMessage/);
  assert.match(text, /\+ Allow sqs:DeleteMessage/);
  assert.doesNotMatch(text, /execute-api|live-lambda-stub/);
});

test("a start after that deploys nothing but what has changed since", async () => {
  set({ memorySize: 512 });
  await session.stop();
  const next = await lab.go();
  assert.ok(!next.lines.some((line) => /Stack e2e-lab-lab deployed/.test(line)), next.tail());
  await next.stop();
});

test("live deploy puts all of it back", async () => {
  await lab.do("deploy");
  assert.match(await diff(), /No differences/);
  assert.doesNotMatch(JSON.stringify(await lab.template("e2e-lab-lab")), /live:|live-lambda/);
});
