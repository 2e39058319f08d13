// Somebody who has no more than the role credentials of one function, and what he can reach with them.
import { createRequire } from "node:module";
import path from "node:path";
import { root } from "./live.mjs";
import { client, sdk } from "./lab.mjs";
import { connect, signedHeaders } from "./websocket.mjs";

const requireHost = createRequire(path.join(root, "host/package.json"));
const hostSdk = (service) => requireHost(`@aws-sdk/client-${service}`);

/** A client on the embedded AWS with the given keys; without them the administrator's. */
export async function clientAs(place, service, name, { credentials, endpoint } = {}) {
  const env = await place.aws();
  const made = ["cloudformation", "iam"].includes(service) ? hostSdk(service) : sdk(service);
  return new made[name]({
    endpoint: endpoint ?? env.AWS_ENDPOINT_URL,
    region: env.AWS_REGION,
    credentials: credentials ?? { accessKeyId: env.AWS_ACCESS_KEY_ID, secretAccessKey: env.AWS_SECRET_ACCESS_KEY },
    forcePathStyle: true,
    maxAttempts: 1,
  });
}
export const commands = (service) => (["cloudformation", "iam"].includes(service) ? hostSdk(service) : sdk(service));

/** Where the debug stack of a lab's stage lies. @returns {Promise<{ url: string, host: string, api: string, table: string, bucket: string, connections: string, endpoint: string }>} */
export async function debugStackOf(lab, stage = lab.stage) {
  const { DescribeStacksCommand } = commands("cloudformation");
  const cloudformation = await clientAs(lab, "cloudformation", "CloudFormationClient");
  const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: `${stage}-lab-debug-stack` }));
  const outputs = Object.fromEntries(Stacks[0].Outputs.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const host = new URL(outputs.Url).host;
  const api = host.split(".")[0];
  const endpoint = (await lab.aws()).AWS_ENDPOINT_URL;
  return { url: outputs.Url, host, api, table: outputs.Table, bucket: outputs.Bucket, endpoint, connections: `${endpoint}/_api/${api}/live` };
}

/** The handler's source for a function that gives its credentials away. */
export const giveAway = `exports.give = async () => ({
  accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY, sessionToken: process.env.AWS_SESSION_TOKEN });`;

/** The table's row, read with the given keys. */
export async function rowOf(lab, stack, credentials) {
  const dynamodb = await clientAs(lab, "dynamodb", "DynamoDBClient", { credentials });
  const { GetItemCommand } = sdk("dynamodb");
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: stack.table, Key: { pk: { S: "client" } } }));
  return Item;
}

/** Opens the debug stack's WebSocket and learns its own connection id. */
export async function dial(stack, credentials) {
  const socket = await connect(stack.endpoint, "/live", await signedHeaders(credentials, stack.host, "/live"));
  socket.send('{"type":"hello"}');
  return { socket, connection: JSON.parse(await socket.read()).connectionId };
}

/**
 * Stands between stubs and client, as only the owner of the account can: the row names our connection while `during`
 * runs, which gets the next message that a stub meant for the client.
 */
export async function tapped(lab, stack, during) {
  const dynamodb = await client(lab, "dynamodb", "DynamoDBClient");
  const { UpdateItemCommand } = sdk("dynamodb");
  const row = await rowOf(lab, stack);
  const { socket, connection } = await dial(stack, { accessKeyId: "test", secretAccessKey: "test" });
  const name = (to) =>
    dynamodb.send(
      new UpdateItemCommand({ TableName: stack.table, Key: { pk: { S: "client" } }, UpdateExpression: "SET #c = :c", ExpressionAttributeNames: { "#c": "connection" }, ExpressionAttributeValues: { ":c": { S: to } } }),
    );
  await name(connection);
  try {
    return await during(() => socket.read());
  } finally {
    await name(row.connection.S);
    socket.close();
  }
}

export async function poster(lab, stack, credentials) {
  const { PostToConnectionCommand } = sdk("apigatewaymanagementapi");
  const management = await clientAs(lab, "apigatewaymanagementapi", "ApiGatewayManagementApiClient", { credentials, endpoint: stack.connections });
  return (connection, text) => management.send(new PostToConnectionCommand({ ConnectionId: connection, Data: Buffer.from(text) }));
}

/** What `live start` let a function's role do, to be read and written anew. */
export async function stubPolicyOf(lab, id, stage = lab.stage) {
  const { GetFunctionConfigurationCommand } = sdk("lambda");
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { Role } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: `${stage}-${id}` }));
  const iam = await clientAs(lab, "iam", "IAMClient");
  const { GetRolePolicyCommand, PutRolePolicyCommand } = commands("iam");
  const which = { RoleName: Role.split("/").at(-1), PolicyName: "live-lambda-stub" };
  return {
    role: which.RoleName,
    iam,
    async read() {
      return JSON.parse(decodeURIComponent((await iam.send(new GetRolePolicyCommand(which))).PolicyDocument));
    },
    async write(document) {
      await iam.send(new PutRolePolicyCommand({ ...which, PolicyDocument: JSON.stringify(document) }));
    },
  };
}

/** The policy without one action of one statement. */
export function without(policy, action) {
  const statements = policy.Statement.map((one) => ({ ...one, Action: [one.Action].flat().filter((name) => name !== action) }));
  return { ...policy, Statement: statements.filter(({ Action }) => Action.length > 0) };
}
