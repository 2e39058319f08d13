// S3, DynamoDB and SNS through the AWS SDK for JavaScript v3, whose S3 client streams bodies in aws-chunked
// with checksum trailers and verifies the checksums of what it reads.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as s3 from "@aws-sdk/client-s3";
import * as sns from "@aws-sdk/client-sns";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.LIVE_BINARY ?? join(root, "build/dev/live");
const state = mkdtempSync(join(tmpdir(), "live-cloud-"));
const Bucket = "sdk-js-bucket";
let cloud, buckets, tables, topics;

before(async () => {
  const keys = ["--access-key", "test", "--secret-key", "test"];
  cloud = spawn(binary, ["cloud", "--port", "0", "--state", state, ...keys, "--ready-fd", "3"],
                { stdio: ["ignore", "ignore", "ignore", "pipe"] });
  await new Promise((ready, failed) => {
    cloud.stdio[3].once("data", ready);
    cloud.once("exit", (code) => failed(new Error(`${binary} cloud ended with ${code}`)));
  });
  const { endpoint } = JSON.parse(readFileSync(join(state, "run.json"), "utf8"));
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const settings = { region: "eu-west-1", endpoint, credentials, maxAttempts: 1 };
  buckets = new s3.S3Client({ ...settings, forcePathStyle: true });
  tables = new dynamodb.DynamoDBClient(settings);
  topics = new sns.SNSClient(settings);
  await buckets.send(new s3.CreateBucketCommand({ Bucket }));
});

after(async () => {
  for (const client of [buckets, tables, topics]) client?.destroy();
  if (cloud?.exitCode === null) {
    const ended = new Promise((done) => cloud.once("exit", done));
    cloud.kill("SIGTERM");
    await ended;
  }
  rmSync(state, { recursive: true, force: true });
});

const put = (Key, Body, more = {}) => buckets.send(new s3.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key, more = {}) => buckets.send(new s3.GetObjectCommand({ Bucket, Key, ...more }));
const failsWith = (promise, name) => assert.rejects(promise, (error) => (assert.equal(error.name, name), true));

test("an object comes back with metadata and a verified checksum", async () => {
  const written = await put("dir/a b+ü", "hello", { Metadata: { m: "1" }, ContentType: "text/plain" });
  assert.ok(written.ChecksumCRC32 || written.ChecksumCRC64NVME);
  const got = await get("dir/a b+ü", { ChecksumMode: "ENABLED" });
  assert.equal(await got.Body.transformToString(), "hello");
  assert.deepEqual([got.Metadata, got.ContentType, got.ETag], [{ m: "1" }, "text/plain", written.ETag]);
});

for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "SHA1", "SHA256"]) {
  test(`a streamed body is decoded and its ${ChecksumAlgorithm} trailer verified and kept`, async () => {
    const body = randomBytes(300_000);
    await put("streamed", Readable.from([body.subarray(0, 1000), body.subarray(1000)]),
              { ChecksumAlgorithm, ContentLength: body.length });
    const got = await get("streamed", { ChecksumMode: "ENABLED" });
    assert.ok(got[`Checksum${ChecksumAlgorithm}`]);
    assert.equal(got.ContentEncoding, undefined);
    assert.deepEqual(Buffer.from(await got.Body.transformToByteArray()), body);
  });
}

test("an upload in parts of incompressible data is whole", async () => {
  const body = randomBytes(12 * 1024 * 1024);
  const upload = new Upload({ client: buckets, params: { Bucket, Key: "parts", Body: body } });
  assert.match((await upload.done()).ETag, /-3"$/);
  assert.deepEqual(Buffer.from(await (await get("parts")).Body.transformToByteArray()), body);
});

test("only the first of two conditional writes happens", async () => {
  await put("once", "first", { IfNoneMatch: "*" });
  await failsWith(put("once", "second", { IfNoneMatch: "*" }), "PreconditionFailed");
  assert.equal(await (await get("once")).Body.transformToString(), "first");
});

test("pages, common prefixes and deletions", async () => {
  for (const key of ["list/a", "list/b/1", "list/b/2", "list/c"]) await put(key, "x");
  const keys = [];
  for await (const page of s3.paginateListObjectsV2({ client: buckets, pageSize: 1 }, { Bucket, Prefix: "list/", Delimiter: "/" }))
    keys.push(...(page.Contents ?? []).map((one) => one.Key), ...(page.CommonPrefixes ?? []).map((one) => one.Prefix));
  assert.deepEqual(keys, ["list/a", "list/b/", "list/c"]);
  const Delete = { Objects: ["list/a", "list/c"].map((Key) => ({ Key })), Quiet: false };
  const { Deleted } = await buckets.send(new s3.DeleteObjectsCommand({ Bucket, Delete }));
  assert.deepEqual(Deleted.map((one) => one.Key), ["list/a", "list/c"]);
});

test("presigned URLs write and read", async () => {
  const url = await getSignedUrl(buckets, new s3.PutObjectCommand({ Bucket, Key: "signed url" }));
  assert.equal((await fetch(url, { method: "PUT", body: "by fetch" })).status, 200);
  const read = await getSignedUrl(buckets, new s3.GetObjectCommand({ Bucket, Key: "signed url" }));
  assert.equal(await (await fetch(read)).text(), "by fetch");
  assert.equal((await fetch(read + "0")).status, 403);
});

test("errors of S3 have their names", async () => {
  await failsWith(get("none"), "NoSuchKey");
  await failsWith(buckets.send(new s3.HeadObjectCommand({ Bucket, Key: "none" })), "NotFound");
  await failsWith(buckets.send(new s3.ListObjectsV2Command({ Bucket: "no-such-bucket" })), "NoSuchBucket");
  await failsWith(buckets.send(new s3.GetBucketWebsiteCommand({ Bucket })), "NotImplemented");
});

test("a table keeps items, conditions and transactions", async () => {
  const TableName = "sdk-js";
  await tables.send(new dynamodb.CreateTableCommand({
    TableName, BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }, { AttributeName: "sk", AttributeType: "N" }],
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }, { AttributeName: "sk", KeyType: "RANGE" }],
  }));
  await dynamodb.waitUntilTableExists({ client: tables, maxWaitTime: 60 }, { TableName });
  const item = { pk: { S: "a" }, sk: { N: "1" }, b: { B: new Uint8Array([1, 2]) }, l: { L: [{ NULL: true }] } };
  await tables.send(new dynamodb.PutItemCommand({ TableName, Item: item }));
  const key = { pk: item.pk, sk: item.sk };
  assert.deepEqual((await tables.send(new dynamodb.GetItemCommand({ TableName, Key: key }))).Item, item);
  const failing = new dynamodb.PutItemCommand({ TableName, Item: item, ConditionExpression: "attribute_not_exists(pk)",
                                                ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
  await assert.rejects(tables.send(failing), (error) => {
    assert.equal(error.name, "ConditionalCheckFailedException");
    assert.deepEqual(error.Item, item);
    return true;
  });
  const transaction = new dynamodb.TransactWriteItemsCommand({ TransactItems: [
    { Put: { TableName, Item: { pk: { S: "a" }, sk: { N: "2" } } } },
    { ConditionCheck: { TableName, Key: key, ConditionExpression: "attribute_not_exists(pk)" } }] });
  await assert.rejects(tables.send(transaction), (error) => {
    assert.equal(error.name, "TransactionCanceledException");
    assert.deepEqual(error.CancellationReasons.map((reason) => reason.Code), ["None", "ConditionalCheckFailed"]);
    return true;
  });
  const { Count } = await tables.send(new dynamodb.QueryCommand({
    TableName, KeyConditionExpression: "pk = :a AND sk BETWEEN :l AND :h",
    ExpressionAttributeValues: { ":a": { S: "a" }, ":l": { N: "0" }, ":h": { N: "9" } } }));
  assert.equal(Count, 1);
});

test("a topic is made, described and published to", async () => {
  const { TopicArn } = await topics.send(new sns.CreateTopicCommand({ Name: "sdk-js", Tags: [{ Key: "k", Value: "v" }] }));
  const { Attributes } = await topics.send(new sns.GetTopicAttributesCommand({ TopicArn }));
  assert.equal(Attributes.TopicArn, TopicArn);
  const MessageAttributes = { a: { DataType: "String", StringValue: "1" } };
  assert.match((await topics.send(new sns.PublishCommand({ TopicArn, Message: "m", MessageAttributes }))).MessageId, /^[0-9a-f-]{36}$/);
  const tags = await topics.send(new sns.ListTagsForResourceCommand({ ResourceArn: TopicArn }));
  assert.deepEqual(tags.Tags, [{ Key: "k", Value: "v" }]);
  await failsWith(topics.send(new sns.PublishCommand({ TopicArn: TopicArn + "x", Message: "m" })), "NotFoundException");
});
