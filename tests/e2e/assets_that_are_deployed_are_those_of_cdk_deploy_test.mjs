// BucketDeployment with bundled assets, exclude and symlinks, beside functions with bundled code: whatever lies under an
// asset's hash after `live start` is what a plain `cdk deploy` puts there, and that one goes on where live left off.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { symlinkSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, client, codeOf, sdk } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const lab = new Lab({}, {
  "cdk.json": JSON.stringify({ app: "node app.mjs" }),
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", built: require("fs").existsSync(__dirname + "/built") });`,
  "site/index.html": "<p>hello</p>",
  "site/app.js": "1;",
  "site/app.js.map": "{}",
  "shared/logo.svg": "<svg/>",
  "app.mjs": `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import * as s3 from "aws-cdk-lib/aws-s3";
import { BucketDeployment, Source } from "aws-cdk-lib/aws-s3-deployment";
import { cpSync, writeFileSync } from "node:fs";
const app = new cdk.App();
const stack = new cdk.Stack(app, "lab", { stackName: "e2e-lab-lab" });
const bundling = (from, file) => ({ image: cdk.DockerImage.fromRegistry("none"), local: { tryBundle(to) {
  cpSync(from, to, { recursive: true });
  writeFileSync(to + "/" + file, "made by bundling");
  return true;
} } });
new lambda.Function(stack, "Hello", { functionName: "e2e-Hello", runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler", code: lambda.Code.fromAsset("src", { bundling: bundling("src", "built") }) });
const site = new s3.Bucket(stack, "Site", { bucketName: "e2e-site", removalPolicy: cdk.RemovalPolicy.DESTROY });
new BucketDeployment(stack, "Files", {
  destinationBucket: site, retainOnDelete: false, exclude: ["*.map"],
  sources: [
    Source.asset("site", { exclude: ["private"], followSymlinks: cdk.SymlinkFollowMode.ALWAYS }),
    Source.asset("shared", { bundling: bundling("shared", "built.txt") }),
    Source.jsonData("settings.json", { bucket: site.bucketArn }),
  ],
});
`,
});
symlinkSync("../shared/logo.svg", path.join(lab.app, "site/linked.svg"));
rmSync(path.join(lab.app, "lib"), { recursive: true });
after(() => lab.dispose());

let s3;
async function objects(Bucket) {
  s3 ??= await client(lab, "s3", "S3Client");
  const { Contents = [] } = await s3.send(new (sdk("s3").ListObjectsV2Command)({ Bucket }));
  return Object.fromEntries(Contents.map(({ Key, ETag }) => [Key, ETag]));
}
const assets = () => objects("cdk-hnb659fds-assets-000000000000-us-east-1");
const read = async (Key) => (await s3.send(new (sdk("s3").GetObjectCommand)({ Bucket: "e2e-site", Key }))).Body.transformToString();
/** As the CDK's own command does it. */
async function cdkDeploy() {
  const script = `const { Toolkit } = await import(${JSON.stringify(path.join(root, "host/node_modules/@aws-cdk/toolkit-lib/lib/index.js"))});
    const toolkit = new Toolkit({ ioHost: { notify: async () => {}, requestResponse: async ({ defaultResponse }) => defaultResponse } });
    await toolkit.deploy(await toolkit.fromCdkApp("node app.mjs", { workingDirectory: process.cwd() }));`;
  const env = { ...(await lab.aws()), CDK_HOME: path.join(lab.folder, "cdk-home") };
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: lab.app, env, stdio: "pipe", timeout: 120_000 });
}
let live, deployed;

test("live start deploys the site whole, and the function's raw source under no hash", async () => {
  const session = await lab.go();
  assert.deepEqual(Object.keys(await objects("e2e-site")).sort(), ["app.js", "built.txt", "index.html", "linked.svg", "logo.svg", "settings.json"]);
  assert.equal(await read("linked.svg"), "<svg/>");
  assert.deepEqual(JSON.parse(await read("settings.json")), { bucket: "arn:aws:s3:::e2e-site" });
  assert.deepEqual((await lab.invoke("Hello")).body, { local: true, built: false });
  live = await assets();
  await session.stop();
});

test("live deploy bundles the function's code", async () => {
  await lab.do("deploy");
  assert.deepEqual((await lab.invoke("Hello")).body, { local: false, built: true });
  deployed = await lab.template("e2e-lab-lab");
  assert.deepEqual(codeOf(deployed).stub, []);
});

test("a plain cdk deploy finds everything in place: the same assets, the same template", async () => {
  const before = await assets();
  await cdkDeploy();
  const now = await assets();
  for (const [key, etag] of Object.entries({ ...live, ...before })) assert.equal(now[key], etag, key);
  const added = Object.keys(now).filter((key) => !(key in before) && !key.endsWith(".json"));
  assert.deepEqual(added, []); // but templates, which the CDK writes with other spaces
  const plain = await lab.template("e2e-lab-lab");
  delete plain.Resources.CDKMetadata; // the CDK's own count of constructs
  assert.deepEqual(plain.Resources, deployed.Resources);
  assert.deepEqual((await lab.invoke("Hello")).body, { local: false, built: true });
});

test("live does not take over by itself what was deployed without it since", async () => {
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1);
  assert.match(text, /stack e2e-lab-lab was deployed without live and is left alone: run this in a terminal and accept/);
});
