// Isolated subnets, a file system and an `execute-api` endpoint with private DNS: a stub in there could not answer, so it
// leaves the VPC while it runs live, unless it is told to stay.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, ofType } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true" });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as ec2 from "aws-cdk-lib/aws-ec2";
import * as efs from "aws-cdk-lib/aws-efs";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const vpc = new ec2.Vpc(stack, "Vpc", { maxAzs: 2, natGateways: 0, restrictDefaultSecurityGroup: false, subnetConfiguration: [{ name: "isolated", subnetType: ec2.SubnetType.PRIVATE_ISOLATED }] });
  vpc.addInterfaceEndpoint("Api", { service: ec2.InterfaceVpcEndpointAwsService.APIGATEWAY });
  const files = new efs.FileSystem(stack, "Files", { vpc, vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }, removalPolicy: cdk.RemovalPolicy.DESTROY });
  new lambda.Function(stack, "Hello", {
    functionName: app.stage + "-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src"), vpc,
    vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
    filesystem: lambda.FileSystem.fromEfsAccessPoint(files.addAccessPoint("Point"), "/mnt/files"),
  });
}
`,
});
after(() => lab.dispose());
const hello = async () => Object.values(ofType(await lab.template("e2e-lab-lab"), "AWS::Lambda::Function"))[0].Properties;

test("live start leaves VPC and file system out, says so, and the call is answered here", async () => {
  const session = await lab.go();
  assert.ok(session.lines.some((line) => /lab\/Hello: VPC and file systems are left out while live \(live\.vpc: "keep" keeps them\)/.test(line)), session.tail());
  const { VpcConfig, FileSystemConfigs } = await hello();
  assert.deepEqual([VpcConfig, FileSystemConfigs], [undefined, undefined]);
  assert.equal((await lab.invoke("Hello")).body.local, true);
  await session.stop();
});

test("told to keep the VPC, it says what an endpoint with private DNS does to the stub", async () => {
  lab.write("live.json", JSON.stringify({ live: { vpc: "keep" } }));
  const session = await lab.go();
  assert.ok((await hello()).VpcConfig);
  assert.ok(session.lines.some((line) => /lab\/Hello: with the private DNS of the endpoint .* public APIs answer 403 in the VPC/.test(line)), session.tail());
  await session.stop();
});

test("live deploy puts it back into the VPC, and live remove takes all down", async () => {
  await lab.do("deploy");
  const { VpcConfig, FileSystemConfigs } = await hello();
  assert.equal(VpcConfig.SubnetIds.length, 2);
  assert.equal(FileSystemConfigs[0].LocalMountPath, "/mnt/files");
  assert.equal((await lab.invoke("Hello")).body.local, false);
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
