import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, until } from "../support/lab.mjs";

// Somebody changes the user's part of the debug stack while a session runs on the stage: its API is deployed again, and
// its connections end.
const gate = await new Gate().listen();
const source = { "src/work.js": `exports.handler = async ({ n, gate }) => { if (gate) await fetch(gate); return { n }; };` };
const functions = { Work: { handler: "work.handler", timeout: 60 } };
const lab = new Lab(functions, source);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const worked = ({ error, text }) => assert.equal(error, undefined, text);

test("calls that run while its connections end are answered, and others work", async () => {
  const running = Array.from({ length: 3 }, (_, n) => lab.invoke("Work", { n, gate: gate.url }));
  await gate.reached(3);
  const from = session.lines.length;
  await lab.faults("client:hang-up,stubs:hang-up");
  await lab.faults("none");
  await session.line(/Connected again/, "reconnect", { from });
  worked(await lab.invoke("Work", { n: "during" }));
  gate.release();
  for (const call of running) worked(await call);
});

test("the stack itself is deployed again, with more in it and another stage setting: the session goes on", async () => {
  const StackName = "e2e-lab-debug-stack";
  const { TemplateBody } = await lab.formation("GetTemplate", { StackName });
  const template = JSON.parse(TemplateBody);
  template.Resources.Added = { Type: "AWS::SSM::Parameter", Properties: { Type: "String", Value: "x" } };
  const stage = Object.values(template.Resources).find(({ Type }) => Type === "AWS::ApiGatewayV2::Stage");
  stage.Properties.Description = "deployed again";
  await lab.formation("UpdateStack", { StackName, TemplateBody: JSON.stringify(template) });
  await until("deployed stack", async () => (await lab.formation("DescribeStacks", { StackName })).Stacks[0].StackStatus === "UPDATE_COMPLETE");
  for (let n = 0; n < 5; ++n) worked(await lab.invoke("Work", { n }));
  assert.equal(session.child.exitCode, null, session.tail());
});
