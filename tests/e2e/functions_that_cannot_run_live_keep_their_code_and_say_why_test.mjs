// Inline, singleton, CDK-owned, edge and image functions in one stack: what is swapped, what is not, and why.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf } from "../support/lab.mjs";

const answers = (name) => `exports.handler = async () => ({ name: ${JSON.stringify(name)}, local: process.env.IS_LOCAL === "true" });`;
const lab = new Lab({}, {
  "src/index.js": answers("folder"),
  "src/edge.js": `exports.handler = async (event) => event.Records[0].cf.request;`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as cloudfront from "aws-cdk-lib/aws-cloudfront";
import * as origins from "aws-cdk-lib/aws-cloudfront-origins";
import * as ecr from "aws-cdk-lib/aws-ecr";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as s3 from "aws-cdk-lib/aws-s3";
const common = { runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler" };
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const name = (id) => app.stage + "-" + id;
  new lambda.Function(stack, "Inline", { ...common, functionName: name("Inline"), code: lambda.Code.fromInline(${JSON.stringify(answers("inline"))}) });
  for (const id of ["First", "Second"])
    new lambda.SingletonFunction(stack, id, { ...common, uuid: "5d1e1bd7-5c2a-44b1-9c3e-1a4bcf62ffa7", functionName: name("Singleton"), code: lambda.Code.fromAsset("src") });
  new s3.Bucket(stack, "Files", { removalPolicy: cdk.RemovalPolicy.DESTROY, autoDeleteObjects: true });
  const edge = new lambda.Function(stack, "Edge", { ...common, functionName: name("Edge"), handler: "edge.handler", code: lambda.Code.fromAsset("src") });
  new cloudfront.Distribution(stack, "Site", {
    defaultBehavior: {
      origin: new origins.HttpOrigin("example.com"),
      edgeLambdas: [{ functionVersion: edge.currentVersion, eventType: cloudfront.LambdaEdgeEventType.VIEWER_REQUEST }],
    },
  });
  const repository = new ecr.Repository(stack, "Images", { removalPolicy: cdk.RemovalPolicy.DESTROY });
  new lambda.DockerImageFunction(stack, "Image", { functionName: name("Image"), code: lambda.DockerImageCode.fromEcr(repository, { tagOrDigest: "one" }) });
}
`,
});
after(() => lab.dispose());
const swapped = ["Inline", "SingletonLambda5d1e1bd75c2a44b19c3e1a4bcf62ffa7"];
const kept = { Edge: "it runs at the edge", Image: "it is a container image", "Custom::S3AutoDeleteObjectsCustomResourceProvider": "it is called by CloudFormation" };

test("live start swaps what it can and names the others with the reason", async () => {
  const session = await lab.go();
  for (const [name, reason] of Object.entries(kept))
    assert.ok(session.lines.some((line) => line.includes(name) && line.includes(`keeps its deployed code: ${reason}`)), `${name}\n${session.tail()}`);
  const { stub, own } = codeOf(await lab.template("e2e-lab-lab"));
  assert.deepEqual(stub, swapped);
  assert.equal(own.length, 3, own.join());
  assert.deepEqual((await lab.invoke("Inline")).body, { name: "inline", local: true });
  assert.deepEqual((await lab.invoke("Singleton")).body, { name: "folder", local: true });
  const request = { uri: "/" };
  assert.deepEqual((await lab.invoke("Edge", { Records: [{ cf: { request } }] })).body, request); // its own code
  await assert.rejects(lab.invoke("Image"), /container image/);
  assert.equal((await session.stop()).code, 0);
});

test("live deploy puts the real code everywhere", async () => {
  await lab.do("deploy");
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")).stub, []);
  assert.deepEqual((await lab.invoke("Inline")).body, { name: "inline", local: false });
  assert.deepEqual((await lab.invoke("Singleton")).body, { name: "folder", local: false });
});

test("live remove leaves nothing", async () => {
  await lab.do("remove");
  // The bucket's own handler may write its last lines after its log group went, as on AWS.
  assert.deepEqual((await lab.leftOver()).filter((one) => !/^log group .*AutoDelete/.test(one)), []);
});
