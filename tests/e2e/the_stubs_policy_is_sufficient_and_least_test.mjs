import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import { clientAs, debugStackOf, dial, giveAway, rowOf, stubPolicyOf, without } from "../support/attacker.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";
import { connect, signedHeaders } from "../support/websocket.mjs";

const lab = new Lab(
  { Echo: { handler: "echo.echo", timeout: 20, memory: 512 }, Give: { handler: "give.give" } },
  { "src/echo.js": `exports.echo = async ({ give = 0, ...event }) => ({ ...event, given: "g".repeat(0) + require("node:crypto").randomBytes(give).toString("base64") });`, "src/give.js": giveAway },
);
let session, stack, other, policy, whole, credentials, owner;
before(async () => {
  session = await lab.go();
  const second = lab.start("--stage", "other");
  await second.listening();
  [stack, other] = [await debugStackOf(lab), await debugStackOf(lab, "other")];
  policy = await stubPolicyOf(lab, "Echo");
  whole = await policy.read();
  owner = await client(lab, "s3", "S3Client");
});
after(() => lab.dispose());

/** A new stub for the next call: the function's configuration has changed. */
async function renew() {
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { UpdateFunctionConfigurationCommand } = sdk("lambda");
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "e2e-Echo", Description: randomBytes(4).toString("hex") }));
}
const noise = (size) => randomBytes(size).toString("base64");
const large = { noise: noise(3_700_000) }; // 5 MB of JSON
const payloads = async () => {
  const { ListObjectsV2Command } = sdk("s3");
  return ((await owner.send(new ListObjectsV2Command({ Bucket: stack.bucket, Prefix: "payloads/" }))).Contents ?? []).map(({ Key }) => Key);
};

test("it names one resource for each action, and nothing is on *", () => {
  const granted = whole.Statement.flatMap(({ Effect, Action, Resource, ...rest }) => {
    assert.equal(Effect, "Allow");
    assert.deepEqual(rest, {});
    return [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${resource}`));
  });
  const arn = `arn:aws:execute-api:us-east-1:000000000000:${stack.api}/live`;
  assert.deepEqual(granted.sort(), [
    `dynamodb:GetItem arn:aws:dynamodb:us-east-1:000000000000:table/${stack.table}`,
    `execute-api:Invoke ${arn}/$connect`,
    `execute-api:ManageConnections ${arn}/POST/@connections/*`,
    `s3:DeleteObject arn:aws:s3:::${stack.bucket}/payloads/*`,
    `s3:GetObject arn:aws:s3:::${stack.bucket}/payloads/*`,
    `s3:PutObject arn:aws:s3:::${stack.bucket}/payloads/*`,
  ]);
});

test("with all of it everything works, 5 MB in both directions included", async () => {
  const small = await lab.invoke("Echo", { a: 1 });
  assert.deepEqual(small.body, { a: 1, given: "" });
  const there = await lab.invoke("Echo", large);
  assert.ok(there.body?.noise === large.noise, there.text.slice(0, 300));
  const back = await lab.invoke("Echo", { give: 3_700_000 });
  assert.ok(back.body.given.length > 4_900_000, back.text.slice(0, 300));
  for (const until = Date.now() + 5000; (await payloads()).length > 0; ) assert.ok(Date.now() < until, "objects are left");
});

for (const [action, event, type] of [
  ["execute-api:Invoke", {}, "Live.NotConnected"],
  ["execute-api:ManageConnections", {}],
  ["dynamodb:GetItem", {}],
  ["s3:PutObject", large],
  ["s3:GetObject", { give: 3_700_000 }],
])
  test(`without ${action} a call fails and says so`, async () => {
    await policy.write(without(whole, action));
    await renew();
    const { error, body, text } = await lab.invoke("Echo", event);
    await policy.write(whole);
    assert.equal(error, "Unhandled", text.slice(0, 300));
    assert.match(body.errorType, /^Live\./);
    if (type) assert.equal(body.errorType, type);
    assert.match(body.errorMessage, new RegExp(`not authorized to perform: ${action}|AccessDenied`), text);
    await renew();
    const again = await lab.invoke("Echo", { a: 1 });
    assert.deepEqual(again.body, { a: 1, given: "" }, again.text);
  });

test("without s3:DeleteObject what was read stays in the bucket", async () => {
  const before = await payloads();
  await policy.write(without(whole, "s3:DeleteObject"));
  await renew();
  const { error, text } = await lab.invoke("Echo", { give: 300_000 });
  assert.equal(error, undefined, text.slice(0, 300));
  await lab.invoke("Echo", {});
  assert.equal((await payloads()).length, before.length + 1);
  await policy.write(whole);
});

test("the role may do nothing more on the debug stacks", async () => {
  credentials = (await lab.invoke("Give")).body;
  const as = { credentials };
  const s3 = await clientAs(lab, "s3", "S3Client", as);
  const dynamodb = await clientAs(lab, "dynamodb", "DynamoDBClient", as);
  const lambda = await clientAs(lab, "lambda", "LambdaClient", as);
  const iam = await clientAs(lab, "iam", "IAMClient", as);
  const connections = (at) => clientAs(lab, "apigatewaymanagementapi", "ApiGatewayManagementApiClient", { ...as, endpoint: at.connections });
  const [own, foreign] = [await connections(stack), await connections(other)];
  const S3 = sdk("s3"), D = sdk("dynamodb"), L = sdk("lambda"), C = sdk("apigatewaymanagementapi");
  const I = await import("../support/attacker.mjs").then(({ commands }) => commands("iam"));
  const [row, theirs] = [await rowOf(lab, stack, credentials), await rowOf(lab, other)];
  const Bucket = stack.bucket, TableName = stack.table, Key = { pk: { S: "client" } };
  const FunctionName = "e2e-Give";
  const ConnectionId = row.connection.S;
  const denied = {
    "read the stage key": () => s3.send(new S3.GetObjectCommand({ Bucket, Key: "keys/stage" })),
    "learn of the stage key": () => s3.send(new S3.HeadObjectCommand({ Bucket, Key: "keys/stage" })),
    "write the stage key": () => s3.send(new S3.PutObjectCommand({ Bucket, Key: "keys/stage", Body: "k" })),
    "delete the stage key": () => s3.send(new S3.DeleteObjectCommand({ Bucket, Key: "keys/stage" })),
    "copy the stage key to where it may read": () => s3.send(new S3.CopyObjectCommand({ Bucket, Key: "payloads/k", CopySource: `${Bucket}/keys/stage` })),
    "list the bucket": () => s3.send(new S3.ListObjectsV2Command({ Bucket })),
    "list payloads/": () => s3.send(new S3.ListObjectsV2Command({ Bucket, Prefix: "payloads/" })),
    "list buckets": () => s3.send(new S3.ListBucketsCommand({})),
    "read the bucket's policy": () => s3.send(new S3.GetBucketPolicyCommand({ Bucket })),
    "take the bucket's policy away": () => s3.send(new S3.DeleteBucketPolicyCommand({ Bucket })),
    "write elsewhere in the bucket": () => s3.send(new S3.PutObjectCommand({ Bucket, Key: "elsewhere", Body: "" })),
    "write the payloads of another stage": () => s3.send(new S3.PutObjectCommand({ Bucket: other.bucket, Key: "payloads/a", Body: "" })),
    "read the stage key of another stage": () => s3.send(new S3.GetObjectCommand({ Bucket: other.bucket, Key: "keys/stage" })),
    "write the row": () => dynamodb.send(new D.PutItemCommand({ TableName, Item: { ...Key, connection: { S: "x" } } })),
    "change the row": () => dynamodb.send(new D.UpdateItemCommand({ TableName, Key, UpdateExpression: "SET a = :a", ExpressionAttributeValues: { ":a": { S: "x" } } })),
    "delete the row": () => dynamodb.send(new D.DeleteItemCommand({ TableName, Key })),
    "write the row in a batch": () => dynamodb.send(new D.BatchWriteItemCommand({ RequestItems: { [TableName]: [{ DeleteRequest: { Key } }] } })),
    "write the row in a transaction": () => dynamodb.send(new D.TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key } }] })),
    "scan the table": () => dynamodb.send(new D.ScanCommand({ TableName })),
    "query the table": () => dynamodb.send(new D.QueryCommand({ TableName, KeyConditionExpression: "pk = :pk", ExpressionAttributeValues: { ":pk": { S: "client" } } })),
    "describe the table": () => dynamodb.send(new D.DescribeTableCommand({ TableName })),
    "delete the table": () => dynamodb.send(new D.DeleteTableCommand({ TableName })),
    "read another stage's row": () => dynamodb.send(new D.GetItemCommand({ TableName: other.table, Key })),
    "end a connection": () => own.send(new C.DeleteConnectionCommand({ ConnectionId })),
    "learn of a connection": () => own.send(new C.GetConnectionCommand({ ConnectionId })),
    "post to a connection of another stage": () => foreign.send(new C.PostToConnectionCommand({ ConnectionId: theirs.connection.S, Data: Buffer.from("{}") })),
    "read its stub's package": () => lambda.send(new L.GetFunctionCommand({ FunctionName })),
    "change its own code": () => lambda.send(new L.UpdateFunctionCodeCommand({ FunctionName, ZipFile: Buffer.from("") })),
    "invoke a function": () => lambda.send(new L.InvokeCommand({ FunctionName })),
    "change its own policy": () => iam.send(new I.PutRolePolicyCommand({ RoleName: policy.role, PolicyName: "more", PolicyDocument: "{}" })),
  };
  for (const [what, attempt] of Object.entries(denied))
    await assert.rejects(attempt(), (error) => /AccessDenied|Forbidden/.test(error.name) || error.$metadata?.httpStatusCode === 403, `it may ${what}`);
  const refused = async (host) => {
    const headers = await signedHeaders(credentials, host, "/live");
    await assert.rejects(connect(stack.endpoint, "/live", headers).then((socket) => socket.close()), (error) => error.status === 403 && /not authorized/.test(error.body));
  };
  await refused(other.host);
  (await dial(stack, credentials)).socket.close(); // its own stage's it may, with the same keys
  assert.equal(session.child.exitCode, null, session.tail());
});
