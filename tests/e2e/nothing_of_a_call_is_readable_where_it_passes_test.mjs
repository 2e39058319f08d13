import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { clientAs, debugStackOf, poster, rowOf, stubPolicyOf, tapped, without } from "../support/attacker.mjs";
import { Gate } from "../support/gate.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

const gate = await new Gate().listen();
const secret = { event: randomBytes(16).toString("hex"), answer: randomBytes(16).toString("hex"), environment: randomBytes(16).toString("hex") };
const lab = new Lab(
  { Hello: { handler: "hello.handler", timeout: 20, environment: { PLANTED: secret.environment } } },
  {
    "src/hello.js": `const { randomBytes } = require("node:crypto");
    exports.handler = async (event) => {
      await fetch(event.gate);
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, PLANTED } = process.env;
      if (event.keys) return { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, PLANTED };
      return { answer: "${secret.answer}", noise: randomBytes(event.size).toString("base64") };
    };`,
  },
);
let stack, s3, logs, credentials, holding;
const own = { accessKeyId: "test", secretAccessKey: "test" };
before(async () => {
  await lab.go();
  stack = await debugStackOf(lab);
  s3 = await client(lab, "s3", "S3Client");
  logs = await client(lab, "cloudwatch-logs", "CloudWatchLogsClient");
  const asked = lab.invoke("Hello", { gate: gate.url, keys: true });
  await gate.reached(1);
  gate.release();
  credentials = (await asked).body;
  assert.equal(credentials.PLANTED, secret.environment, "the variable does not travel: this test would see nothing");
  holding = lab.invoke("Hello", { gate: gate.url, size: 10 });
  await gate.reached(1);
});
after(async () => {
  gate.close();
  await lab.dispose();
});

/** The objects of the bucket but for the key, by name. */
async function objects() {
  const { ListObjectsV2Command, GetObjectCommand } = sdk("s3");
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: stack.bucket, Prefix: "payloads/" }));
  return await Promise.all(
    Contents.map(async ({ Key }) => [Key, Buffer.from(await (await s3.send(new GetObjectCommand({ Bucket: stack.bucket, Key }))).Body.transformToByteArray())]),
  );
}
async function logged() {
  const { DescribeLogGroupsCommand, FilterLogEventsCommand } = sdk("cloudwatch-logs");
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  const events = await Promise.all(logGroups.map(({ logGroupName }) => logs.send(new FilterLogEventsCommand({ logGroupName }))));
  return events.flatMap(({ events }) => events.map(({ message }) => message)).join("\n");
}
function readable(where, bytes) {
  const all = Buffer.from(bytes);
  const planted = { ...secret, key: credentials.AWS_SECRET_ACCESS_KEY, token: credentials.AWS_SESSION_TOKEN };
  for (const [name, text] of Object.entries(planted))
    for (const form of [text, Buffer.from(text).toString("base64").slice(0, -4), Buffer.from(text, "hex")])
      assert.ok(form.length < 12 || !all.includes(form), `the ${name} is readable in ${where}`);
}
async function nothingIsReadable(found) {
  for (const [key, bytes] of found) readable(key, bytes);
  readable("the table's row", JSON.stringify(await rowOf(lab, stack)));
  readable("the log of requests", lab.requests().join("\n"));
  readable("the functions' logs", await logged());
}

test("while a large event lies in the bucket, and its message is on its way", async () => {
  const post = await poster(lab, stack, own);
  const connection = (await rowOf(lab, stack)).connection.S;
  const event = { gate: gate.url, size: 10, secret: secret.event, noise: randomBytes(200_000).toString("base64") };
  const answer = await tapped(lab, stack, async (next) => {
    const answered = lab.invoke("Hello", event);
    const message = await next();
    const found = await objects();
    assert.equal(found.length, 1);
    assert.ok(found[0][1].length > 150_000);
    await nothingIsReadable(found);
    readable("the message", message);
    await post(connection, message);
    await gate.reached(2);
    await nothingIsReadable(await objects());
    gate.release();
    return await answered;
  });
  assert.equal(answer.body.answer, secret.answer);
  await holding;
});

test("a small event's message", async () => {
  const post = await poster(lab, stack, own);
  const connection = (await rowOf(lab, stack)).connection.S;
  holding = lab.invoke("Hello", { gate: gate.url, size: 10 });
  await gate.reached(1);
  // Two warm stubs by now: both are kept busy, the third is new and reads the row.
  const second = lab.invoke("Hello", { gate: gate.url, size: 10 });
  await gate.reached(2);
  await tapped(lab, stack, async (next) => {
    const answered = lab.invoke("Hello", { gate: gate.url, size: 10, secret: secret.event });
    const message = await next();
    readable("the message", message);
    assert.doesNotMatch(message, /e2e-Hello|PLANTED/);
    await post(connection, message);
    await gate.reached(3);
    gate.release();
    assert.equal((await answered).body.answer, secret.answer);
  });
  await Promise.all([holding, second]);
});

test("while a large answer lies in the bucket", async () => {
  const policy = await stubPolicyOf(lab, "Hello");
  const whole = await policy.read();
  const asked = lab.invoke("Hello", { gate: gate.url, size: 200_000, secret: secret.event });
  await gate.reached(1);
  await policy.write(without(whole, "s3:DeleteObject")); // what the stub has read stays
  gate.release();
  assert.equal((await asked).body.answer, secret.answer);
  await policy.write(whole);
  const found = await objects();
  assert.equal(found.length, 1, "no answer in the bucket");
  await nothingIsReadable(found);
});

test("the stage key is the one plain thing in the bucket, and the table has one row", async () => {
  const { ListObjectsV2Command } = sdk("s3");
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: stack.bucket }));
  const keys = Contents.map(({ Key }) => Key).filter((key) => !key.startsWith("payloads/"));
  assert.deepEqual(keys, ["keys/stage"]);
  const dynamodb = await clientAs(lab, "dynamodb", "DynamoDBClient");
  const { ScanCommand } = sdk("dynamodb");
  const { Items } = await dynamodb.send(new ScanCommand({ TableName: stack.table }));
  assert.deepEqual(Items.map((one) => Object.keys(one).sort()), [["connection", "epoch", "expires", "pk", "session", "since", "who"]]);
});
