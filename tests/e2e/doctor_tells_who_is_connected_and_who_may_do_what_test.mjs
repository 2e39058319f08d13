import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { clientAs, commands, stubPolicyOf, without } from "../support/attacker.mjs";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" }, Other: { handler: "f.handler" } }, { "src/f.js": `exports.handler = async () => "ran";` }, { env: { USER: "ann" } });
let session;
before(() => lab.must("cloud", "start"));
after(() => lab.dispose());

const run = promisify(execFile);
/** Without `env` as --local does it. @returns {Promise<{code: number, all: any, of: (about: RegExp) => any}>} */
async function doctor(env) {
  const args = ["doctor", "--json", "--stage", "e2e", ...(env ? [] : ["--local"])];
  const { stdout, stderr, code = 0 } = await run(lab.live, args, { cwd: lab.app, env: { ...lab.env, ...env }, timeout: 120_000 }).catch((error) => error);
  const all = stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line)).find(({ type }) => type === "doctor");
  assert.ok(all, stdout + stderr);
  return { code, all, of: (about) => all.findings.find((one) => about.test(one.about)) };
}
const needed = "connect to the WebSocket API, post to connections of stage e2e, read the client row, read/write/delete payloads/*";

test("before the first start it says what is missing and what to do, and exits with 0: a start works", async () => {
  const { code, all, of } = await doctor();
  assert.equal(code, 0);
  assert.equal(all.healthy, true);
  assert.deepEqual([of(/debug stack/).state, of(/debug stack/).advice], ["warning", "run `live start --stage e2e`, which deploys it"]);
});

test("in a session: who is connected since when, what each may do, and nothing is wrong", async () => {
  const began = Date.now();
  session = await lab.go();
  const { code, all, of } = await doctor();
  assert.equal(code, 0, JSON.stringify(all.findings));
  assert.ok(all.findings.every(({ state }) => state === "ok"), JSON.stringify(all.findings));
  const [, since] = /^ann@\S+ is connected since (\S+)$/.exec(of(/connection/).said) ?? assert.fail(of(/connection/).said);
  assert.ok(Date.parse(since) >= began - 1000 && Date.parse(since) <= Date.now() + 1000, since);
  assert.equal(of(/^you, arn:aws:iam::000000000000:root$/).said, "everything: this is the account's root");
  for (const name of ["Hello", "Other"]) assert.equal(of(new RegExp(`^role .* of e2e-${name}$`)).said, `${needed}; nothing else on the debug stack`);
  assert.match(of(/files/).said, /yours alone/);
  assert.deepEqual(all.principals.map(({ kind }) => kind), ["identity", "role", "role"]);
});

test("for people, the same in lines", async () => {
  const { code, text } = await lab.run("doctor", "--local", "--stage", "e2e");
  assert.equal(code, 0, text);
  assert.match(text, /✓ connection: ann@\S+ is connected since/);
  assert.ok(text.includes(`of e2e-Hello: ${needed}; nothing else on the debug stack`), text);
});

test("a role that may more is told, with the policy and what to do", async () => {
  const { iam, role } = await stubPolicyOf(lab, "Hello");
  const { PutRolePolicyCommand, DeleteRolePolicyCommand } = commands("iam");
  const which = { RoleName: role, PolicyName: "Wide" };
  await iam.send(new PutRolePolicyCommand({ ...which, PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } }) }));
  const { code, of } = await doctor();
  await iam.send(new DeleteRolePolicyCommand(which));
  assert.equal(code, 0, "a warning is no failure");
  const found = of(/of e2e-Hello$/);
  assert.equal(found.state, "warning");
  assert.match(found.said, /more than that: read the stage key/);
  assert.match(found.advice, /narrow Wide/);
  assert.equal(of(/of e2e-Other$/).state, "ok");
});

test("a role that lacks something is told, and the exit code is 1", async () => {
  const policy = await stubPolicyOf(lab, "Hello");
  const whole = await policy.read();
  await policy.write(without(whole, "dynamodb:GetItem"));
  const { code, of } = await doctor();
  await policy.write(whole);
  assert.equal(code, 1);
  assert.match(of(/of e2e-Hello$/).said, /it lacks: read the client row/);
});

test("a developer who is no administrator is told what he may, and what he lacks", async () => {
  const iam = await clientAs(lab, "iam", "IAMClient");
  const { CreateUserCommand, CreateAccessKeyCommand, PutUserPolicyCommand } = commands("iam");
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  const allow = ["cloudformation:*", "lambda:Get*", "iam:Get*", "iam:List*", "dynamodb:GetItem", "execute-api:*"];
  await iam.send(new PutUserPolicyCommand({ UserName: "ann", PolicyName: "Some", PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: { Effect: "Allow", Action: allow, Resource: "*" } }) }));
  const { AWS_ENDPOINT_URL } = await lab.aws();
  const { code, of, all } = await doctor({ AWS_ENDPOINT_URL, AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: AccessKey.AccessKeyId, AWS_SECRET_ACCESS_KEY: AccessKey.SecretAccessKey });
  assert.equal(code, 1);
  const found = of(/^you, arn:aws:iam::000000000000:user\/ann$/);
  assert.ok(found, JSON.stringify(all.findings));
  assert.match(found.said, /read the client row.*it lacks: .*register as the client/);
});

test("a session that was killed is told as one that went without a goodbye", async () => {
  await session.kill();
  const { of } = await doctor();
  assert.equal(of(/connection/).state, "warning");
  assert.match(of(/connection/).said, /ann@\S+ connected at \S+ and went without a goodbye/);
});

test("with the real code deployed no function runs live", async () => {
  await lab.must("deploy", "--local", "--stage", "e2e");
  const { code, of } = await doctor();
  assert.equal(code, 0);
  assert.match(of(/^functions/).said, /none of this stage runs live/);
});
