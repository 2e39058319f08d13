import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Lab, client, sdk } from "../support/lab.mjs";

// Two apps with functions of the same name, one of them with two stages, three clients, one account.
const source = (who) => `exports.handler = async ({ n, keys }) => ({
  who: "${who}", n, stage: process.env.AWS_LAMBDA_FUNCTION_NAME, pid: process.pid,
  keys: keys && { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN },
});`;
const functions = (id) => ({ [id]: { handler: "hello.handler", timeout: 60 } });
const shop = new Lab(functions("Hello"), { "src/hello.js": source("shop, dev") }, { stage: "dev" });
const home = { env: { LIVE_HOME: shop.env.LIVE_HOME } };
const shopToo = new Lab(functions("Hello"), { "src/hello.js": source("shop, next") }, { stage: "next", ...home });
const bank = new Lab(functions("Account"), { "src/hello.js": source("bank, dev") }, { stage: "dev", ...home });
const manifest = path.join(bank.app, "package.json");
writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"name": "lab"', '"name": "bank"'));
writeFileSync(path.join(bank.app, "lib/index.js"), readFileSync(path.join(bank.app, "lib/index.js"), "utf8").replace('cdk.Stack(app, "lab")', 'cdk.Stack(app, "bank")'));
const places = [
  { lab: shop, id: "Hello", who: "shop, dev" },
  { lab: shopToo, id: "Hello", who: "shop, next" },
  { lab: bank, id: "Account", who: "bank, dev" },
];
before(async () => {
  await shop.cloud();
  for (const { lab } of places) await lab.go("--verbose");
});
after(async () => {
  await bank.dispose();
  await shopToo.dispose();
  await shop.dispose();
});

test("every call is answered by its own app's and stage's client", async () => {
  for (let round = 0; round < 5; ++round) {
    const calls = Array.from({ length: 9 }, (_, n) => ({ n: round * 9 + n, ...places[n % 3] }));
    await Promise.all(
      calls.map(async ({ n, lab, id, who }) => {
        const { error, text, body } = await lab.invoke(id, { n });
        assert.equal(error, undefined, text);
        assert.deepEqual([body.who, body.n, body.stage], [who, n, `${lab.stage}-${id}`]);
      }),
    );
  }
});

test("no message came to a client that it was not for", () => {
  for (const { lab, who } of places) assert.ok(!lab.sessions[0].lines.some((line) => /message dropped/.test(line)), `${who}:\n${lab.sessions[0].tail()}`);
});

test("the role of one stage's function reaches neither another's client, row and key, nor more than its stub needs", async () => {
  const { keys: credentials } = (await shop.invoke("Hello", { keys: true })).body;
  const [own, other] = [await shop.debugStack(), await shopToo.debugStack()];
  const refused = async (what, call) => {
    const error = await call.then(() => assert.fail(`${what} is allowed`), (error) => error);
    assert.match(`${error.name} ${error.$metadata?.httpStatusCode}`, /AccessDenied|Forbidden|403/, `${what}: ${error}`);
  };
  const { GetItemCommand, PutItemCommand } = sdk("dynamodb");
  const { GetObjectCommand } = sdk("s3");
  const { PostToConnectionCommand } = sdk("apigatewaymanagementapi");
  const Key = { pk: { S: "client" } };
  const dynamodb = await client(shop, "dynamodb", "DynamoDBClient", { credentials });
  const s3 = await client(shop, "s3", "S3Client", { credentials });
  await refused("reading the other stage's row", dynamodb.send(new GetItemCommand({ TableName: other.table, Key })));
  await refused("writing its own stage's row", dynamodb.send(new PutItemCommand({ TableName: own.table, Item: Key })));
  await refused("reading the other stage's key", s3.send(new GetObjectCommand({ Bucket: other.bucket, Key: "keys/stage" })));
  await refused("reading its own stage's key", s3.send(new GetObjectCommand({ Bucket: own.bucket, Key: "keys/stage" })));
  const row = await dynamodb.send(new GetItemCommand({ TableName: own.table, Key })); // as its stub does
  const admin = await client(shop, "dynamodb", "DynamoDBClient");
  const otherRow = await admin.send(new GetItemCommand({ TableName: other.table, Key }));
  const post = async ({ api }, { Item }) => {
    const gateway = await client(shop, "apigatewaymanagementapi", "ApiGatewayManagementApiClient", { credentials, endpoint: `/_api/${api}/live` });
    await gateway.send(new PostToConnectionCommand({ ConnectionId: Item.connection.S, Data: Buffer.from("not a message") }));
  };
  await refused("posting to the other stage's client", post(other, otherRow));
  await assert.rejects(post(own, otherRow), { name: "GoneException" }, "its own stage's API reaches the other stage's client");
  await post(own, row);
});

test("what came to the own client unsealed is dropped, and told", async () => {
  await shop.sessions[0].line(/message dropped: not JSON/, "word of it");
});
