// The tracers of AWS Lambda Powertools, with the X-Ray SDK below them: sampled or not, with a daemon or without one, a
// call answers as ever and prints nothing more. A daemon that is there gets the subsegments of what is sampled.
import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { byNpm, byPip } from "../support/fetched.mjs";
import { Lab, until } from "../support/lab.mjs";

const { folder: npm, skip: noTypescript } = byNpm("powertools-tracer/npm", "Powertools", "@aws-lambda-powertools/tracer@2.36.0");
const { folder: pip, skip: noPython } = byPip("powertools-tracer/pip", "Powertools", "aws-lambda-powertools[tracer]==3.37.0");

const daemon = createSocket("udp4");
const segments = [];
daemon.on("message", (message) => segments.push(JSON.parse(message.toString().split("\n")[1])));
await new Promise((resolve) => daemon.bind(0, "127.0.0.1", resolve));

const environment = { POWERTOOLS_SERVICE_NAME: "shop" };
const followed = { ...environment, AWS_XRAY_DAEMON_ADDRESS: `127.0.0.1:${daemon.address().port}` };
const languages = { ...(noTypescript ? {} : { Typed: { entry: "typed/handler.ts" } }), ...(noPython ? {} : { Python: { runtime: "python3.12", code: "python", handler: "index.handler" } }) };
const functions = {};
for (const [name, one] of Object.entries(languages)) {
  functions[name] = { ...one, environment, tracing: "ACTIVE" };
  functions[`${name}Unsampled`] = { ...one, environment, tracing: "PASS_THROUGH" };
  functions[`${name}Followed`] = { ...one, environment: followed, tracing: "ACTIVE" };
}
const lab = new Lab(functions, {
  "typed/handler.ts": `
    import { Tracer } from "@aws-lambda-powertools/tracer";
    const tracer = new Tracer();
    export const handler = async () => {
      const segment = tracer.getSegment()!;
      const work = segment.addNewSubsegment("## work");
      tracer.setSegment(work);
      console.log("said");
      tracer.putAnnotation("order", 7);
      work.close();
      tracer.setSegment(segment);
      return { enabled: tracer.isTracingEnabled(), trace: process.env._X_AMZN_TRACE_ID, daemon: process.env.AWS_XRAY_DAEMON_ADDRESS, missing: process.env.AWS_XRAY_CONTEXT_MISSING };
    };`,
  "python/index.py": `
import os
from aws_lambda_powertools import Tracer
tracer = Tracer()
@tracer.capture_method
def work():
    print("said")
    tracer.put_annotation("order", 7)
@tracer.capture_lambda_handler
def handler(event, context):
    work()
    return {"enabled": not tracer.disabled, "trace": os.environ["_X_AMZN_TRACE_ID"], "daemon": os.environ["AWS_XRAY_DAEMON_ADDRESS"], "missing": os.environ["AWS_XRAY_CONTEXT_MISSING"]}
`,
});
before(async () => {
  if (!noTypescript) symlinkSync(path.join(npm, "node_modules"), path.join(lab.app, "typed/node_modules"));
  if (!noPython) cpSync(path.join(pip, "site"), path.join(lab.app, "python"), { recursive: true });
  if (!noTypescript || !noPython) await lab.go();
});
after(async () => {
  daemon.close();
  await lab.dispose();
});

async function traced(name, sampled, address) {
  let body;
  const [[, lines]] = await lab.newlyLogged(name, async () => ({ body } = await lab.invoke(name)));
  assert.deepEqual([body.enabled, body.missing, body.daemon], [true, "LOG_ERROR", address]);
  assert.match(body.trace, new RegExp(`^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=${sampled}`));
  assert.equal(lines[0], "said");
  assert.match(lines[1], /^LIVE RequestId: /);
  assert.equal(lines.length, 2);
  return body.trace.slice(5, 40);
}

for (const [name, skip] of [["Typed", noTypescript], ["Python", noPython]]) {
  test(`${name}: sampled, without a daemon`, { skip }, async () => {
    await traced(name, 1, "127.0.0.1:2000");
    await traced(name, 1, "127.0.0.1:2000");
  });
  test(`${name}: not sampled`, { skip }, () => traced(`${name}Unsampled`, 0, "127.0.0.1:2000"));
  test(`${name}: a daemon gets the subsegments`, { skip }, async () => {
    const trace = await traced(`${name}Followed`, 1, followed.AWS_XRAY_DAEMON_ADDRESS);
    const work = await until("subsegment", () => segments.find((one) => one.trace_id === trace && one.name.includes("work")));
    assert.equal(work.annotations.order, 7);
  });
}
