import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { clientAs, debugStackOf, giveAway, poster, rowOf, tapped } from "../support/attacker.mjs";
import { Gate } from "../support/gate.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab({}, {
  "src/hello.js": `const { appendFileSync } = require("node:fs");
    exports.handler = async (event) => {
      appendFileSync(process.env.RAN, event.name + "\\n");
      if (event.gate) await fetch(event.gate);
      return { name: event.name, length: JSON.stringify(event).length };
    };`,
  "src/give.js": giveAway,
});
const ran = path.join(lab.folder, "ran");
const runs = () => (existsSync(ran) ? readFileSync(ran, "utf8").split("\n").filter(Boolean) : []);
let session, stack, credentials, post, connection, holding;
before(async () => {
  lab.describe({ Hello: { handler: "hello.handler", timeout: 60, environment: { RAN: ran } }, Give: { handler: "give.give" } });
  session = await lab.go("--verbose");
  stack = await debugStackOf(lab);
  credentials = (await lab.invoke("Give")).body;
  assert.match(credentials.accessKeyId, /^ASIA/);
  post = await poster(lab, stack, credentials);
  connection = (await rowOf(lab, stack, credentials)).connection.S;
  // A call that stays keeps the warm stub busy: whatever is called beside it comes from a new one, which reads the row.
  holding = lab.invoke("Hello", { name: "holding", gate: gate.url });
  await gate.reached(1);
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const drops = () => session.lines.filter((line) => /message dropped/.test(line)).length;
/** Until so many more lines say that something was dropped. */
async function dropped(from, count) {
  for (const until = Date.now() + 20_000; drops() < from + count; await new Promise((resolve) => setTimeout(resolve, 20)))
    assert.ok(Date.now() < until, `${drops() - from} of ${count} were said to be dropped:\n${session.tail()}`);
}
const runsOf = (name) => runs().filter((one) => one === name).length;

test("he cannot register as the client, nor end its row", async () => {
  const dynamodb = await clientAs(lab, "dynamodb", "DynamoDBClient", { credentials });
  const { UpdateItemCommand, PutItemCommand, DeleteItemCommand } = sdk("dynamodb");
  const Key = { pk: { S: "client" } };
  for (const command of [
    new UpdateItemCommand({ TableName: stack.table, Key, UpdateExpression: "SET #c = :c", ExpressionAttributeNames: { "#c": "connection" }, ExpressionAttributeValues: { ":c": { S: "mine=" } } }),
    new PutItemCommand({ TableName: stack.table, Item: { ...Key, connection: { S: "mine=" } } }),
    new DeleteItemCommand({ TableName: stack.table, Key }),
  ])
    await assert.rejects(dynamodb.send(command), (error) => error.name === "AccessDeniedException");
  assert.equal((await rowOf(lab, stack, credentials)).connection.S, connection);
});

test("whatever he posts by himself runs nothing, and --verbose says so", async () => {
  const row = await rowOf(lab, stack, credentials);
  const plain = { version: 1, request_id: "8f5e0a2c-0000-4000-8000-000000000001", nonce: "n", sequence: 1, sent_at: Date.now(), to: row.session.S, reply_to: "mine=" };
  const body = (value) => Buffer.from(value).toString("base64");
  const texts = [
    "hello", "{}", "null", "[]", '"invoke"', "\u0000", "☃".repeat(1000),
    JSON.stringify({ name: "forged" }),
    JSON.stringify({ type: "invoke", body: { name: "forged" } }),
    ...["invoke", "reply", "alive", "chunk", "moved", "superseded"].flatMap((type) => [
      JSON.stringify({ type, ...plain, body: body(JSON.stringify({ name: "forged" })) }),
      JSON.stringify({ type, ...plain, body: body(randomBytes(400)) }),
      JSON.stringify({ type, ...plain, request_id: "", nonce: "", body: "" }),
    ]),
    JSON.stringify({ type: "invoke", ...plain, payload_key: "payloads/" + "a".repeat(48), body: "" }),
    "[".repeat(100_000), '{"a":'.repeat(20_000), '{"type":"' + "x".repeat(120_000) + '"}', JSON.stringify({ type: "invoke", ...plain, body: "A".repeat(120_000) }),
  ];
  const from = drops();
  for (const text of texts) await post(connection, text);
  await dropped(from, texts.length);
  assert.deepEqual(runs(), ["holding"]);
});

test("a message of a stub's that he got hold of runs once, however often and however bent he posts it", async () => {
  let captured;
  const answer = await tapped(lab, stack, async (next) => {
    const answered = lab.invoke("Hello", { name: "captured" });
    captured = await next();
    await Promise.all(Array.from({ length: 5 }, () => post(connection, captured)));
    return await answered;
  });
  assert.equal(answer.error, undefined, answer.text);
  assert.equal(answer.body.name, "captured");
  for (let n = 0; n < 5; ++n) await post(connection, captured);
  const parsed = JSON.parse(captured);
  const bent = Object.keys(parsed).map((member) => ({ ...parsed, [member]: typeof parsed[member] === "number" ? parsed[member] + 1 : parsed[member].slice(0, -2) + "xx" }));
  const from = drops();
  for (const one of bent) await post(connection, JSON.stringify(one));
  await dropped(from, bent.length);
  assert.equal(runsOf("captured"), 1);
});

test("payload objects that he writes over or trades fail their own calls and run nothing", async () => {
  const s3 = await clientAs(lab, "s3", "S3Client", { credentials });
  const owner = await client(lab, "s3", "S3Client");
  const { GetObjectCommand, PutObjectCommand, ListObjectsV2Command } = sdk("s3");
  const list = async () => ((await owner.send(new ListObjectsV2Command({ Bucket: stack.bucket, Prefix: "payloads/" }))).Contents ?? []).map(({ Key }) => Key);
  const read = async (Key) => Buffer.from(await (await s3.send(new GetObjectCommand({ Bucket: stack.bucket, Key }))).Body.transformToByteArray());
  const write = (Key, Body) => s3.send(new PutObjectCommand({ Bucket: stack.bucket, Key, Body }));
  // Incompressible: it does not fit into a message.
  const event = (name) => ({ name, noise: randomBytes(300_000).toString("base64") });
  for (const spoil of [
    async ([a, b]) => { const [one, other] = [await read(a), await read(b)]; await write(a, other); await write(b, one); },
    async ([a, b]) => { for (const key of [a, b]) await write(key, JSON.stringify(event("spoilt"))); },
    async ([a, b]) => { for (const key of [a, b]) await write(key, (await read(key)).subarray(0, -1)); },
  ]) {
    const from = drops();
    const answers = await tapped(lab, stack, async (next) => {
      const calls = [lab.invoke("Hello", event("spoilt")), lab.invoke("Hello", event("spoilt"))];
      const texts = [await next(), await next()];
      await spoil(await list());
      for (const text of texts) await post(connection, text);
      return await Promise.all(calls);
    });
    for (const { error, body, text } of answers) {
      assert.equal(error, "Unhandled", text.slice(0, 300));
      assert.equal(body.errorType, "Live.Protocol", text.slice(0, 300));
    }
    await dropped(from, 2);
  }
  assert.equal(runsOf("spoilt"), 0);
});

test("he cannot answer a stub in the client's name", async () => {
  const other = await new Gate().listen();
  const answer = await tapped(lab, stack, async (next) => {
    const answered = lab.invoke("Hello", { name: "asked", gate: other.url });
    const captured = await next();
    await post(connection, captured);
    await other.reached(1);
    const { reply_to, body, ...head } = JSON.parse(captured);
    const forged = [captured, "{}", ...["reply", "moved", "chunk", "superseded"].map((type) => JSON.stringify({ ...head, type, sequence: 9, body }))];
    forged.push(JSON.stringify({ ...head, type: "reply", sequence: 9, body: Buffer.from('{"name":"forged"}').toString("base64") }));
    for (const text of forged) await post(reply_to, text);
    other.release();
    return await answered;
  });
  other.close();
  assert.equal(answer.error, undefined, answer.text);
  assert.equal(answer.body.name, "asked");
});

test("meanwhile the developer's own calls are answered, and nothing else ran", async () => {
  gate.release();
  assert.equal((await holding).body.name, "holding");
  for (let n = 0; n < 3; ++n) assert.equal((await lab.invoke("Hello", { name: "own" })).body.name, "own");
  assert.equal(session.child.exitCode, null, session.tail());
  assert.deepEqual(runs().sort(), ["asked", "captured", "holding", "own", "own", "own"]);
});
