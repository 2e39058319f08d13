// Code.fromAsset("."): the folder that is staged is the one that live keeps its state and its syntheses in.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, client, codeOf, sdk, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const handler = (text) => `exports.handler = async () => ({ text: "${text}", local: process.env.IS_LOCAL === "true", state: require("fs").existsSync(".live") });`;
const lab = new Lab({}, {
  "cdk.json": JSON.stringify({ app: "node app.mjs" }),
  "src/hello.js": handler("one"),
  "app.mjs": `import * as cdk from "aws-cdk-lib";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
const app = new cdk.App();
const stack = new cdk.Stack(app, "lab", { stackName: "e2e-lab-lab" });
new Function(stack, "Hello", { functionName: "e2e-Hello", runtime: Runtime.NODEJS_22_X, handler: "src/hello.handler", code: Code.fromAsset(".") });
const whole = new Asset(stack, "Whole", { path: ".", exclude: ["cdk.out"] }); // staged in each synthesis
new cdk.CfnOutput(stack, "Staged", { value: whole.s3ObjectKey });
`,
});
rmSync(path.join(lab.app, "lib"), { recursive: true });
renameSync(path.join(lab.app, "node_modules"), path.join(lab.folder, "node_modules")); // found from there too, and not staged
after(() => lab.dispose());

let session, s3;
async function assets() {
  s3 ??= await client(lab, "s3", "S3Client");
  const { Contents = [] } = await s3.send(new (sdk("s3").ListObjectsV2Command)({ Bucket: "cdk-hnb659fds-assets-000000000000-us-east-1" }));
  return Contents.map(({ Key }) => Key).filter((key) => key.endsWith(".zip")).sort();
}
/** Where the template has the code and the asset. */
async function keys() {
  const { Resources, Outputs } = await lab.template("e2e-lab-lab");
  const code = Object.values(Resources).find(({ Type }) => Type === "AWS::Lambda::Function").Properties.Code.S3Key;
  return { code, staged: Outputs.Staged.Value };
}
/** As the CDK's own command does it, where live was never started; its folder must lie elsewhere, else it stages itself. */
async function cdkDeploy() {
  renameSync(path.join(lab.app, ".live"), path.join(lab.folder, "state"));
  const script = `const { Toolkit } = await import(${JSON.stringify(path.join(root, "host/node_modules/@aws-cdk/toolkit-lib/lib/index.js"))});
    const toolkit = new Toolkit({ ioHost: { notify: async () => {}, requestResponse: async ({ defaultResponse }) => defaultResponse } });
    await toolkit.deploy(await toolkit.fromCdkApp("node app.mjs", { workingDirectory: process.cwd(), outdir: ${JSON.stringify(path.join(lab.folder, "cdk.out"))} }));`;
  const env = { ...(await lab.aws()), CDK_HOME: path.join(lab.folder, "cdk-home") };
  execFileSync(process.execPath, ["--input-type=module", "-e", script], { cwd: lab.app, env, stdio: "pipe", timeout: 120_000 });
  renameSync(path.join(lab.folder, "state"), path.join(lab.app, ".live"));
}

test("it starts, and its code runs here", async () => {
  session = await lab.go();
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")), { stub: ["Hello"], own: [] });
  const { text, local } = (await lab.invoke("Hello")).body;
  assert.deepEqual({ text, local }, { text: "one", local: true });
});

test("a save runs in the next call, and live's own files are no change of the app", async () => {
  lab.write("src/hello.js", handler("two"));
  await until("saved handler", async () => (await lab.invoke("Hello")).body.text === "two");
  assert.equal((await session.stop()).code, 0);
  assert.equal(session.lines.filter((line) => /Rebuilding infrastructure/.test(line)).length, 0, session.tail());
});

test("a second start deploys what was saved, a third one that changes nothing deploys nothing", async () => {
  session = await lab.go();
  await session.stop();
  const before = [await assets(), await keys()];
  session = await lab.go();
  await session.line(/Stack e2e-lab-lab \(no changes\)/, "word of no changes", { timeout: 1000 });
  assert.equal((await session.stop()).code, 0);
  assert.deepEqual([await assets(), await keys()], before);
});

test("live deploy uploads the app without live's own folder", async () => {
  await lab.do("deploy");
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")).stub, []);
  assert.deepEqual((await lab.invoke("Hello")).body, { text: "two", local: false, state: false });
  assert.ok(existsSync(path.join(lab.app, ".live")));
});

test("and under the hash that a cdk deploy gives it where live was never started", async () => {
  const before = [await assets(), await keys()];
  await cdkDeploy();
  assert.deepEqual([await assets(), await keys()], before);
});
