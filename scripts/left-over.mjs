// What an account holds beside the CDK's bootstrap stack and its assets, as a JSON list of names.
import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(import.meta.dirname, "../host/package.json"));
const { CloudFormationClient, paginateListStacks } = require("@aws-sdk/client-cloudformation");

const left = [];
const cloudformation = new CloudFormationClient({});
for await (const page of paginateListStacks({ client: cloudformation }, {}))
  for (const stack of page.StackSummaries ?? [])
    if (stack.StackStatus !== "DELETE_COMPLETE" && stack.StackName !== "CDKToolkit") left.push(`stack ${stack.StackName} (${stack.StackStatus})`);

// The other services are asked through the signature alone: a list call each, in their own protocols.
const { SignatureV4 } = require("@smithy/signature-v4");
class Sha256 {
  constructor(secret) {
    this.hash = secret ? createHmac("sha256", secret) : createHash("sha256");
  }
  update(bytes) {
    this.hash.update(bytes);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}
const endpoint = new URL(process.env.AWS_ENDPOINT_URL);
const region = process.env.AWS_REGION;

async function ask(service, { method = "POST", pathname = "/", query = {}, headers = {}, body = "" }) {
  const signer = new SignatureV4({
    service,
    region,
    sha256: Sha256,
    credentials: { accessKeyId: process.env.AWS_ACCESS_KEY_ID, secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY },
  });
  const request = { method, protocol: endpoint.protocol, hostname: endpoint.hostname, port: Number(endpoint.port), path: pathname, query, headers: { ...headers, host: endpoint.host }, body };
  const signed = await signer.sign(request);
  const search = new URLSearchParams(query).toString();
  const response = await fetch(`${endpoint.origin}${pathname}${search ? "?" + search : ""}`, { method, headers: signed.headers, body: method === "GET" ? undefined : body });
  const text = await response.text();
  if (!response.ok) throw new Error(`${service}: ${response.status} ${text}`);
  return text;
}
const json = (target, version) => ({ headers: { "content-type": `application/x-amz-json-${version}`, "x-amz-target": target }, body: "{}" });

for (const name of JSON.parse(await ask("dynamodb", json("DynamoDB_20120810.ListTables", "1.0"))).TableNames) left.push(`table ${name}`);
for (const group of JSON.parse(await ask("logs", json("Logs_20140328.DescribeLogGroups", "1.1"))).logGroups ?? []) left.push(`log group ${group.logGroupName}`);
for (const one of JSON.parse(await ask("lambda", { method: "GET", pathname: "/2015-03-31/functions/" })).Functions ?? []) left.push(`function ${one.FunctionName}`);
for (const one of JSON.parse(await ask("apigateway", { method: "GET", pathname: "/restapis" })).item ?? []) left.push(`REST API ${one.name}`);
for (const one of JSON.parse(await ask("apigateway", { method: "GET", pathname: "/v2/apis" })).items ?? []) left.push(`API ${one.name}`);
for (const [, name] of (await ask("s3", { method: "GET" })).matchAll(/<Bucket>.*?<Name>([^<]+)<\/Name>/gs)) if (!name.startsWith("cdk-hnb659fds-assets-")) left.push(`bucket ${name}`);
for (const [, arn] of (await ask("sns", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Action=ListTopics&Version=2010-03-31" })).matchAll(/<TopicArn>([^<]+)</g)) left.push(`topic ${arn}`);
for (const [, name] of (await ask("iam", { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "Action=ListRoles&Version=2010-05-08" })).matchAll(/<RoleName>([^<]+)</g)) if (!name.startsWith("cdk-hnb659fds-")) left.push(`role ${name}`);

console.log(JSON.stringify(left));
