// An SQS FIFO queue with a dead letter queue, and a DynamoDB stream, while the client is away: their messages fail, as
// they would in a handler that throws, and so come again. Nothing of the queues, the stream and their mappings is touched.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, ofType } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async ({ Records }) => ({ batchItemFailures: [], seen: Records.map((one) => one.messageId ?? one.eventID), local: process.env.IS_LOCAL === "true" });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { DynamoEventSource, SqsEventSource } from "aws-cdk-lib/aws-lambda-event-sources";
import * as sqs from "aws-cdk-lib/aws-sqs";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const work = (id) => new lambda.Function(stack, id, { functionName: app.stage + "-" + id, runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src") });
  const dead = new sqs.Queue(stack, "Dead", { fifo: true });
  const jobs = new sqs.Queue(stack, "Jobs", { fifo: true, visibilityTimeout: cdk.Duration.seconds(30), deadLetterQueue: { queue: dead, maxReceiveCount: 3 } });
  work("Reader").addEventSource(new SqsEventSource(jobs, { batchSize: 5, reportBatchItemFailures: true }));
  const table = new dynamodb.Table(stack, "Table", { partitionKey: { name: "pk", type: "S" }, stream: dynamodb.StreamViewType.NEW_IMAGE, removalPolicy: cdk.RemovalPolicy.DESTROY });
  work("Follower").addEventSource(new DynamoEventSource(table, { startingPosition: lambda.StartingPosition.TRIM_HORIZON, bisectBatchOnError: true, retryAttempts: 10 }));
}
`,
});
after(() => lab.dispose());
const message = { Records: [{ messageId: "m1", body: "{}", eventSource: "aws:sqs", attributes: { MessageGroupId: "g", SequenceNumber: "1" } }] };
const change = { Records: [{ eventID: "e1", eventName: "INSERT", eventSource: "aws:dynamodb", dynamodb: { NewImage: { pk: { S: "a" } } } }] };
const untouched = ["AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping", "AWS::DynamoDB::Table"];
const both = async () => [await lab.invoke("Reader", message), await lab.invoke("Follower", change)];
let live;

test("live start leaves queues, stream and mappings as they are, and batches are answered here", async () => {
  const session = await lab.go();
  const [read, followed] = await both();
  assert.deepEqual(read.body, { batchItemFailures: [], seen: ["m1"], local: true });
  assert.deepEqual(followed.body, { batchItemFailures: [], seen: ["e1"], local: true });
  live = await lab.template("e2e-lab-lab");
  assert.equal((await session.stop()).code, 0);
});

test("while the client is away each batch fails as a whole: never an answer that takes messages off a queue", async () => {
  for (const { error, body } of await both()) {
    assert.equal(error, "Unhandled");
    assert.equal(body.errorType, "Live.NoClient");
    assert.equal(body.batchItemFailures, undefined);
  }
});

test("when it is back, the same batch is answered", async () => {
  const session = await lab.go();
  for (const { body } of await both()) assert.equal(body.local, true);
  await session.stop();
});

test("live deploy puts the real code behind the same queues, and live remove takes all down", async () => {
  await lab.do("deploy");
  for (const { body } of await both()) assert.equal(body.local, false);
  const deployed = await lab.template("e2e-lab-lab");
  for (const type of untouched) assert.deepEqual(ofType(live, type), ofType(deployed, type), type);
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
