// A LayerVersion with bundling options: only its bundling knows what is in it, so it is done while its functions run live,
// too. By the construct's own `local` where there is one, else in Docker, whose absence is told.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({}, {
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { cpSync, existsSync } from "node:fs";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  const local = { tryBundle: (to) => (cpSync("tools", to + "/nodejs/node_modules/tools", { recursive: true }), true) };
  const bundled = (id, options) => new lambda.LayerVersion(stack, id, { code: lambda.Code.fromAsset("tools", { bundling: { image: cdk.DockerImage.fromRegistry("never/pulled"), ...options } }) });
  const layers = [bundled("Local", { local }), ...(existsSync("docker") ? [bundled("Docker", {})] : [])];
  new lambda.Function(stack, "Fn", { functionName: app.stage + "-Fn", code: lambda.Code.fromAsset("fn"), handler: "index.handler", runtime: lambda.Runtime.NODEJS_22_X, layers });
}
`,
  "fn/index.js": 'exports.handler = async () => require("tools");\n',
  "tools/index.js": 'module.exports = "bundled";\n',
}, { env: { CDK_DOCKER: "no-docker-here" } });
after(() => lab.dispose());
let session;

test("what the construct bundles here is what functions have", { timeout: 120_000 }, async () => {
  session = await lab.go();
  assert.equal((await lab.invoke("Fn")).body, "bundled", session.tail());
});

test("one that only Docker bundles is named, with the next step", { timeout: 120_000 }, async () => {
  await session.stop();
  lab.write("docker", "");
  const { code, text } = await lab.run("start", "--local", "--stage", lab.stage);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*: lab\/Docker is bundled in Docker, and no-docker-here is not on PATH: install Docker/);
});
