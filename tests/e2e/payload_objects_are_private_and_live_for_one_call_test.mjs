import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { debugStackOf, poster, rowOf, tapped } from "../support/attacker.mjs";
import { Gate } from "../support/gate.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab({ Echo: { handler: "echo.echo", timeout: 30 } }, { "src/echo.js": `exports.echo = async ({ gate, ...event }) => { if (gate) await fetch(gate); return event; };` });
let stack, s3, holding;
before(async () => {
  await lab.go();
  stack = await debugStackOf(lab);
  s3 = await client(lab, "s3", "S3Client");
  holding = lab.invoke("Echo", { gate: gate.url });
  await gate.reached(1);
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const S3 = sdk("s3");
const ask = (name, more) => s3.send(new S3[name]({ Bucket: stack.bucket, ...more }));
const keys = async () => ((await ask("ListObjectsV2Command", { Prefix: "payloads/" })).Contents ?? []).map(({ Key }) => Key);

test("each lies under a key of its own that nobody can guess, and is gone when it was read", async () => {
  const post = await poster(lab, stack, { accessKeyId: "test", secretAccessKey: "test" });
  const connection = (await rowOf(lab, stack)).connection.S;
  const events = Array.from({ length: 4 }, () => ({ noise: randomBytes(200_000).toString("base64") }));
  const answers = await tapped(lab, stack, async (next) => {
    const calls = events.map((event) => lab.invoke("Echo", event));
    const texts = [];
    for (const _ of events) texts.push(await next());
    const found = await keys();
    assert.equal(new Set(found).size, events.length);
    for (const key of found) assert.match(key, /^payloads\/[0-9a-f]{48}$/); // 192 bits
    for (const text of texts) for (const key of found) assert.ok(!text.includes(key.slice("payloads/".length)), "the message tells the key");
    for (const text of texts) await post(connection, text);
    return await Promise.all(calls);
  });
  for (const { body, text } of answers) assert.ok(events.some(({ noise }) => noise === body?.noise), text.slice(0, 200));
  for (const until = Date.now() + 5000; (await keys()).length > 0; ) assert.ok(Date.now() < until, "objects are left");
  gate.release();
  await holding;
});

test("what nobody reads expires after a day, unfinished uploads too", async () => {
  const { Rules } = await ask("GetBucketLifecycleConfigurationCommand");
  assert.equal(Rules.length, 1);
  const [{ Status, Expiration, AbortIncompleteMultipartUpload, Filter, Prefix }] = Rules;
  assert.deepEqual([Status, Expiration.Days, AbortIncompleteMultipartUpload.DaysAfterInitiation], ["Enabled", 1, 1]);
  assert.equal(Prefix ?? Filter.Prefix, "payloads/");
});

test("the bucket takes TLS only, encrypts, and is public to nobody", async () => {
  const policy = JSON.parse((await ask("GetBucketPolicyCommand")).Policy);
  const arn = `arn:aws:s3:::${stack.bucket}`;
  assert.deepEqual(policy.Statement, [
    { Sid: "TlsOnly", Effect: "Deny", Principal: { AWS: "*" }, Action: "s3:*", Resource: [arn, `${arn}/*`], Condition: { Bool: { "aws:SecureTransport": "false" } } },
  ]);
  const { PublicAccessBlockConfiguration } = await ask("GetPublicAccessBlockCommand");
  assert.deepEqual(PublicAccessBlockConfiguration, { BlockPublicAcls: true, IgnorePublicAcls: true, BlockPublicPolicy: true, RestrictPublicBuckets: true });
  const { ServerSideEncryptionConfiguration } = await ask("GetBucketEncryptionCommand");
  assert.equal(ServerSideEncryptionConfiguration.Rules[0].ApplyServerSideEncryptionByDefault.SSEAlgorithm, "AES256");
  assert.equal((await fetch(`${stack.endpoint}/${stack.bucket}/keys/stage`)).status, 403, "the stage key is public");
});
