import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = `
const { GetCallerIdentityCommand, STSClient } = require("@aws-sdk/client-sts");
const sts = new STSClient();
exports.handler = async (event, context) => ({
  event,
  context,
  remaining: context.getRemainingTimeInMillis(),
  functions: Object.keys(context).filter((key) => typeof context[key] === "function").sort(),
  environment: process.env,
  identity: await sts.send(new GetCallerIdentityCommand({})),
  directory: process.cwd() === process.env.LAMBDA_TASK_ROOT,
  file: require("node:path").relative(process.env.LAMBDA_TASK_ROOT, __filename),
});`;
const lab = new Lab(
  { Inspect: { handler: "inspect.handler", timeout: 20, memory: 256, environment: { GREETING: "hello, 世界", EMPTY_NOT: "0" } } },
  { "src/inspect.js": source },
);

// What belongs to the machine, to the mode, or to one environment; everything else has to be equal.
const ofTheMachine = [
  "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", // of each environment's own
  "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "_X_AMZN_TRACE_ID",
  "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "PWD", "HOME", "TMPDIR", "PATH", "LD_LIBRARY_PATH", "NODE_PATH",
  "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS",
  "IS_LOCAL",
];

let live, deployed;
const event = { text: "naïve ☃", list: [1, 2.5, null, true], nested: { empty: {} } };
const options = { clientContext: Buffer.from(JSON.stringify({ custom: { color: "blue" } })).toString("base64") };
before(async () => {
  const session = await lab.go();
  live = await lab.invoke("Inspect", event, options);
  await session.stop();
  await lab.must("deploy", "--local", "--stage", lab.stage);
  deployed = await lab.invoke("Inspect", event, options);
  assert.equal(live.error, undefined, live.text);
  assert.equal(deployed.error, undefined, deployed.text);
});
after(() => lab.dispose());

test("the event", () => {
  assert.deepEqual(live.body.event, event);
  assert.deepEqual(deployed.body.event, event);
});

test("the context", () => {
  const shape = ({ context }) => ({
    ...context,
    awsRequestId: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(context.awsRequestId),
    logStreamName: /^\d{4}\/\d{2}\/\d{2}\/\[\$LATEST\][0-9a-f]{32}$/.test(context.logStreamName),
  });
  assert.deepEqual(shape(live.body), shape(deployed.body));
  const { context } = live.body;
  assert.equal(shape(live.body).awsRequestId, true, context.awsRequestId);
  assert.equal(shape(live.body).logStreamName, true, context.logStreamName);
  assert.equal(context.functionName, "e2e-Inspect");
  assert.equal(context.functionVersion, "$LATEST");
  assert.equal(context.memoryLimitInMB, "256");
  assert.equal(context.logGroupName, "/aws/lambda/e2e-Inspect");
  assert.match(context.invokedFunctionArn, /^arn:aws:lambda:us-east-1:\d{12}:function:e2e-Inspect$/);
  assert.deepEqual(context.clientContext, { custom: { color: "blue" } });
  assert.deepEqual(live.body.functions, deployed.body.functions);
});

test("the remaining time", () => {
  for (const { body } of [live, deployed]) {
    assert.ok(body.remaining > 15_000 && body.remaining <= 20_000, `${body.remaining} ms of 20 s`);
  }
});

test("the environment", () => {
  const comparable = ({ environment }) =>
    Object.fromEntries(Object.entries(environment).filter(([name]) => !ofTheMachine.includes(name)).sort());
  assert.deepEqual(comparable(live.body), comparable(deployed.body));
  assert.equal(live.body.environment.GREETING, "hello, 世界");
  assert.equal(live.body.environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "256");
  assert.equal(live.body.environment.AWS_EXECUTION_ENV, "AWS_Lambda_nodejs22.x");
  assert.equal(live.body.environment._HANDLER, "inspect.handler");
  assert.equal(live.body.environment.IS_LOCAL, "true");
  assert.equal(deployed.body.environment.IS_LOCAL, undefined);
  for (const { body } of [live, deployed]) assert.match(body.environment._X_AMZN_TRACE_ID ?? "", /^Root=1-/);
});

test("the working folder and the handler's file", () => {
  assert.deepEqual([live.body.directory, live.body.file], [deployed.body.directory, deployed.body.file]);
});

test("the caller's identity is the function's role", () => {
  const role = ({ identity }) => /^arn:aws:sts::\d{12}:assumed-role\/(.+)\/e2e-Inspect$/.exec(identity.Arn)?.[1];
  assert.ok(role(live.body), live.body.identity.Arn);
  assert.match(role(live.body), /InspectServiceRole/);
  assert.equal(role(live.body), role(deployed.body));
  assert.equal(live.body.identity.Account, deployed.body.identity.Account);
});
