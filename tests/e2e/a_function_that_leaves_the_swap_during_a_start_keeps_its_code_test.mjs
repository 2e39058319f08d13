// The app runs twice before a new stage is deployed. What the first run took for a live function, and the second did not bundle,
// the second one may know to be CloudFormation's own.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const handler = `exports.handler = async (event) => {
  const { StackId, RequestId, LogicalResourceId } = event;
  const body = JSON.stringify({ Status: "SUCCESS", PhysicalResourceId: "thing", StackId, RequestId, LogicalResourceId });
  if (event.ResponseURL) await fetch(event.ResponseURL, { method: "PUT", body });
  return { bundled: true, local: process.env.IS_LOCAL ?? "no" };
};`;
// The first run finds which functions are live.
const turning = `
  import * as cdk from "aws-cdk-lib";
  import { appendFileSync, statSync } from "node:fs";
  import main from "./index.js";
  export default function turning(app) {
    main(app);
    appendFileSync("runs", ".");
    if (statSync("runs").size < 2) return;
    const stack = app.node.findChild("lab");
    new cdk.CfnResource(stack, "Thing", { type: "Custom::Thing", properties: { ServiceToken: stack.node.findChild("Turning").functionArn } });
  }`;
const lab = new Lab(
  { Turning: { entry: "src/turning.js" }, Other: { handler: "other.handler" } },
  {
    "src/turning.js": handler,
    "src/other.js": "exports.handler = async () => ({ local: process.env.IS_LOCAL });",
    "lib/turning.js": turning,
    "live.json": JSON.stringify({ main: "lib/turning.js" }),
  },
);
after(() => lab.dispose());

test("a function that leaves the swap between two runs of one start is deployed with its own code", async () => {
  const session = await lab.go();
  assert.match(session.lines.join("\n"), /Turning keeps its deployed code: it is called by CloudFormation \(custom resource Thing\)/);
  const { body, text } = await lab.invoke("Turning");
  assert.deepEqual(body, { bundled: true, local: "no" }, text);
  assert.deepEqual((await lab.invoke("Other")).body, { local: "true" });
  await session.stop();
});
