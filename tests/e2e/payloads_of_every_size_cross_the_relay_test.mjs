import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const lab = new Lab(
  { Echo: { handler: "size.echo", timeout: 60, memory: 512 }, Take: { handler: "size.take", timeout: 60 }, Give: { handler: "size.give", timeout: 60 } },
  {
    "src/size.js": `
      const { createHash, randomBytes } = require("node:crypto");
      const digest = (text) => createHash("sha256").update(text).digest("hex");
      exports.echo = async (event) => event;
      exports.take = async (event) => ({ length: event.length, digest: digest(event) });
      exports.give = async ({ length, kind }) =>
        kind === "random" ? randomBytes(length).toString("base64").slice(0, length) : kind === "unicode" ? "☃".repeat(length / 3) : "a".repeat(length);`,
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

const payloadsPut = () => lab.requests().filter((line) => /\bPUT \S*payloads\//.test(line)).length;
const digest = (text) => createHash("sha256").update(text).digest("hex");
const random = (length) => randomBytes(length).toString("base64").slice(0, length);

// Lengths of the whole JSON text: a string is its quotes longer. 1 KB is where compression begins, 32 KB a frame
// and a billed unit, 128 KB a message; base64 of what is sealed makes 96 KB of the last one.
const KB = 1024;
const around = [1 * KB, 16 * KB, 24 * KB, 32 * KB, 96 * KB, 128 * KB].flatMap((size) => [size - 1, size, size + 1]);
const sizes = [2, 3, ...around];

test("an echo of each size around the boundaries, text that compresses", async () => {
  for (const size of sizes) {
    const text = "x".repeat(size - 2);
    const answer = await lab.invoke("Echo", text);
    assert.equal(answer.error, undefined, `${size}: ${answer.text.slice(0, 300)}`);
    assert.ok(answer.body === text, `${size} bytes came back as ${answer.text.length}`);
  }
});

test("an echo of each size around the boundaries, bytes that do not compress", async () => {
  for (const size of sizes) {
    const text = random(size - 2);
    const answer = await lab.invoke("Echo", text);
    assert.equal(answer.error, undefined, `${size}: ${answer.text.slice(0, 300)}`);
    assert.ok(answer.body === text, `${size} bytes came back as ${answer.text.length}`);
  }
});

// Where the sealed message passes from the WebSocket to the bucket lies somewhere between; every byte of a range
// that surely holds it, in both directions at once.
test("every size where the encoded message reaches 128 KB", async () => {
  const fits = async (size) => {
    const from = payloadsPut();
    const text = random(size);
    const answer = await lab.invoke("Take", text);
    assert.deepEqual(answer.body, { length: size, digest: digest(text) });
    return payloadsPut() === from;
  };
  // base64 text compresses to about three quarters, and sealing makes four thirds of it: near the limit itself.
  let low = 100 * KB, high = 140 * KB;
  assert.equal(await fits(low), true, "100 KB of base64 should fit into a message");
  assert.equal(await fits(high), false, "140 KB of base64 should go through the bucket");
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (await fits(middle)) low = middle;
    else high = middle;
  }
  for (let size = low - 3; size <= low + 4; ++size) {
    const text = random(size);
    const answer = await lab.invoke("Echo", text);
    assert.ok(answer.body === text, `${size}: ${answer.text.slice(0, 200)}`);
  }
});

test("no event at all, an empty object, one byte, null", async () => {
  assert.deepEqual((await lab.invoke("Echo", undefined, { raw: "" })).body, {});
  assert.deepEqual((await lab.invoke("Echo", {})).body, {});
  assert.deepEqual((await lab.invoke("Echo", undefined, { raw: "7" })).body, 7);
  assert.deepEqual((await lab.invoke("Echo", undefined, { raw: "null" })).text, "null");
  assert.deepEqual((await lab.invoke("Echo", "")).body, "");
});

test("unicode of every plane, escaped and not", async () => {
  const text = "aé☃😀\u0000\u001f\"\\/\u2028" + "世界".repeat(30_000);
  const answer = await lab.invoke("Echo", { text });
  assert.ok(answer.body.text === text);
  const escaped = await lab.invoke("Echo", undefined, { raw: '{"text":"\\u2603\\ud83d\\ude00"}' });
  assert.equal(escaped.body.text, "☃😀");
});

for (const megabytes of [1, 5, 6]) {
  const size = megabytes === 6 ? 6 * KB * KB : megabytes * KB * KB;
  test(`${megabytes} MB to the handler`, async () => {
    for (const text of [random(size - 2), "y".repeat(size - 2)]) {
      const answer = await lab.invoke("Take", text);
      assert.equal(answer.error, undefined, answer.text.slice(0, 300));
      assert.deepEqual(answer.body, { length: size - 2, digest: digest(text) });
    }
  });
  test(`${megabytes} MB from the handler`, async () => {
    for (const kind of ["random", "plain", "unicode"]) {
      const length = kind === "unicode" ? Math.floor((size - 2) / 3) * 3 : size - 2;
      const answer = await lab.invoke("Give", { length, kind });
      assert.equal(answer.error, undefined, answer.text.slice(0, 300));
      assert.equal(Buffer.byteLength(answer.text), length + 2);
    }
  });
}

test("an answer larger than Lambda's limit gets Lambda's own error", async () => {
  const most = await lab.invoke("Give", { length: 6_291_556 - 2, kind: "plain" });
  assert.equal(most.error, undefined, most.text.slice(0, 300));
  for (const length of [6_291_556 - 1, 7 * KB * KB]) {
    const answer = await lab.invoke("Give", { length, kind: "plain" });
    assert.equal(answer.error, "Unhandled");
    assert.equal(answer.body.errorType, "Function.ResponseSizeTooLarge");
    assert.match(answer.body.errorMessage, /exceeded maximum allowed payload size \(6291556 bytes\)/);
  }
  assert.deepEqual((await lab.invoke("Echo", { still: "here" })).body, { still: "here" });
});

test("an event larger than Lambda's limit is refused before it is sent", async () => {
  await assert.rejects(lab.invoke("Echo", "z".repeat(6_291_456)), (error) => error.name === "RequestEntityTooLargeException" && error.$metadata.httpStatusCode === 413);
});

test("no payload object is left in the bucket", async () => {
  const s3 = await client(lab, "s3", "S3Client");
  const { ListBucketsCommand, ListObjectsV2Command } = sdk("s3");
  const bucket = (await s3.send(new ListBucketsCommand({}))).Buckets.map(({ Name }) => Name).find((name) => /debug/.test(name));
  assert.ok(bucket, "no bucket of the debug stack");
  assert.ok(payloadsPut() > 0, "nothing went through the bucket: this test would not see a leak");
  // Removal follows the answer at once, but not before it.
  const list = async () => ((await s3.send(new ListObjectsV2Command({ Bucket: bucket }))).Contents ?? []).map(({ Key }) => Key).filter((key) => key.startsWith("payloads/"));
  const until = Date.now() + 5000;
  let left = await list();
  while (left.length > 0 && Date.now() < until) left = await list();
  assert.deepEqual(left, []);
});
