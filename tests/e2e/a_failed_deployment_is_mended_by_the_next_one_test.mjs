import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { Session } from "../support/live.mjs";

const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async () => ({ local: process.env.IS_LOCAL ?? 'false' });" });
const options = ["--local", "--stage", "e2e"];
after(() => lab.dispose());
const resources = (all) => lab.write("resources.json", JSON.stringify(all));
const answer = async () => {
  const { error, text, body } = await lab.invoke("Hello");
  assert.equal(error, undefined, text);
  return body.local;
};

// A role whose trust policy names a service that is none is accepted by CloudFormation and refused by IAM.
const broken = { Broken: { type: "AWS::IAM::Role", properties: { AssumeRolePolicyDocument: { Version: "2012-10-17", Statement: "nothing" } } } };

test("a resource of a type that is not supported is named", async () => {
  resources({ Spots: { type: "AWS::EC2::SpotFleet", properties: {} } });
  const { code, text } = await lab.run("start", ...options);
  assert.equal(code, 1, text);
  assert.match(text, /AWS::EC2::SpotFleet/);
  assert.match(text, /Spots/);
  assert.match(text, /run this again/);
});

test("a resource that fails is named with its reason, and its stack is rolled back", async () => {
  resources(broken);
  const { code, text } = await lab.run("start", ...options);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*Broken AWS::IAM::Role: \S+/);
  assert.match(text, /not deployed: e2e-lab-lab/);
  await assert.rejects(lab.invoke("Hello"), { name: "ResourceNotFoundException" });
});

test("the mended app deploys", async () => {
  rmSync(path.join(lab.app, "resources.json"));
  const session = await lab.go();
  assert.equal(await answer(), "true");
  const { code } = await session.stop();
  assert.equal(code, 0, session.tail());
});

test("an update that fails goes back to what was there", async () => {
  resources(broken);
  const { code, text } = await lab.run("deploy", ...options);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*Broken AWS::IAM::Role/);
  const { error, body, text: said } = await lab.invoke("Hello");
  assert.equal(error, "Unhandled", said); // a stub as before, without a client
  assert.equal(body.errorType, "Live.NoClient");
});

test("and the mended app deploys", async () => {
  rmSync(path.join(lab.app, "resources.json"));
  await lab.must("deploy", ...options);
  assert.equal(await answer(), "false");
});

for (const [moment, pattern, kill] of [
  ["while the debug stack is deployed", /AWS::ApiGatewayV2::Api debug-stack/, "SIGKILL"],
  ["while the app is deployed", /AWS::IAM::Role lab\/Hello/, "SIGKILL"],
  ["while the app is deployed, by Ctrl-C", /AWS::IAM::Role lab\/Hello/, "SIGINT"],
]) {
  test(`live start is ended ${moment}: the next one continues`, async () => {
    await lab.must("remove", ...options, "--yes");
    const interrupted = lab.start("--stage", "e2e", "--verbose");
    await interrupted.line(pattern, "resource");
    interrupted.child.kill(kill);
    const { code, signal } = await interrupted.ended;
    assert.notEqual(code, 0, interrupted.tail());
    if (kill === "SIGINT") assert.equal(signal, null);
    const session = await lab.go();
    assert.equal(await answer(), "true");
    await session.stop();
  });
}

test("live remove is ended half way: the next one continues and leaves nothing", async () => {
  const removing = new Session(lab, ["remove", ...options, "--yes", "--verbose"]);
  lab.sessions.push(removing);
  await removing.line(/DELETE_COMPLETE/, "deleted resource");
  await removing.kill();
  await lab.must("remove", ...options, "--yes");
  assert.deepEqual(await lab.leftOver(), []);
});
