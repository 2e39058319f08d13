// A shared role with a path, ten managed policies and a permissions boundary, which two stacks import; and a role of the
// app's own that such a boundary binds.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, client, codeOf, ofType, sdk } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true" });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as iam from "aws-cdk-lib/aws-iam";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const work = (stack, id, role) => new lambda.Function(stack, id, { functionName: app.stage + "-" + id, runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"), role });
  for (const id of ["One", "Two"]) {
    const stack = new cdk.Stack(app, id.toLowerCase());
    work(stack, id, iam.Role.fromRoleArn(stack, "Shared", "arn:aws:iam::" + stack.account + ":role/team/shared"));
  }
  const own = new cdk.Stack(app, "own");
  const bounded = work(own, "Bounded");
  iam.PermissionsBoundary.of(bounded).apply(iam.ManagedPolicy.fromManagedPolicyArn(own, "Boundary", "arn:aws:iam::" + own.account + ":policy/boundary"));
}
`,
});
after(() => lab.dispose());
let iam;
const ask = (action, input) => iam.send(new (sdk("iam")[`${action}Command`])(input));
const statement = (Action) => JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } });
const boundary = (action) => ask("CreatePolicyVersion", { PolicyArn: "arn:aws:iam::000000000000:policy/boundary", PolicyDocument: statement(action), SetAsDefault: true });
const inline = async () => (await ask("ListRolePolicies", { RoleName: "shared" })).PolicyNames;

test("a role with a path and ten policies gets one of each stack's own, and that is said", async () => {
  await lab.cloud();
  iam = await client(lab, "iam", "IAMClient");
  await ask("CreatePolicy", { PolicyName: "boundary", PolicyDocument: statement("*") });
  await ask("CreateRole", {
    RoleName: "shared", Path: "/team/", PermissionsBoundary: "arn:aws:iam::000000000000:policy/boundary",
    AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } } }),
  });
  for (let i = 0; i < 10; ++i) {
    const { Policy } = await ask("CreatePolicy", { PolicyName: `p${i}`, PolicyDocument: statement("logs:*") });
    await ask("AttachRolePolicy", { RoleName: "shared", PolicyArn: Policy.Arn });
  }
  const session = await lab.go();
  for (const name of ["One", "Two", "Bounded"]) assert.equal((await lab.invoke(name)).body.local, true, name);
  assert.equal((await inline()).length, 2);
  const policy = Object.values(ofType(await lab.template("e2e-lab-one"), "AWS::IAM::RolePolicy"))[0].Properties;
  assert.equal(policy.RoleName, "shared");
  for (const said of [/one\/One, two\/Two: the role shared is none of this app's/, /own\/Bounded: the permissions boundary .* has to allow what stubs do/])
    assert.ok(session.lines.some((line) => said.test(line)), `${said}\n${session.tail()}`);
  await session.stop();
});

test("a boundary that does not allow it makes calls fail at once, and they say so", async () => {
  await boundary(["logs:*", "lambda:*"]);
  const session = await lab.go();
  for (const name of ["One", "Bounded"]) {
    const { error, body } = await lab.invoke(name);
    assert.equal(error, "Unhandled");
    assert.match(body.errorType, /^Live\./);
    assert.match(body.errorMessage, /no permissions boundary allows the execute-api:/);
  }
  await session.stop();
  await boundary("*");
});

test("a role that has no room for a policy is told with the next step, which helps", async () => {
  const statements = Array.from({ length: 90 }, (_, i) => ({ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::a-bucket-of-somebody-${i}/a/folder/in/it/*` }));
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: statements });
  await lab.do("deploy");
  await ask("PutRolePolicy", { RoleName: "shared", PolicyName: "full", PolicyDocument });
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1, text);
  assert.match(text, /Maximum policy size of 10240 bytes exceeded for role shared/);
  assert.match(text, /The role shared has no room for the inline policy that stubs need.*--except.*managed policy/);
  const session = await lab.go("--except", "one/One", "--except", "two/Two");
  assert.equal((await lab.invoke("Bounded")).body.local, true);
  assert.equal((await lab.invoke("One")).body.local, false);
  await session.stop();
  await ask("DeleteRolePolicy", { RoleName: "shared", PolicyName: "full" });
});

test("live deploy takes the policies away, and live remove leaves the role", async () => {
  await lab.do("deploy");
  for (const name of ["One", "Two"]) {
    assert.equal((await lab.invoke(name)).body.local, false, name);
    assert.deepEqual(codeOf(await lab.template(`e2e-lab-${name.toLowerCase()}`)).stub, []);
  }
  assert.deepEqual(await inline(), []);
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), ["role shared"]);
});
