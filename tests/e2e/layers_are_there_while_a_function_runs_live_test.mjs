// Layers of the app, bundled ones, archives, and those of an account, in the order in which Lambda lays them over each other.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const python = (() => {
  try {
    return Boolean(execFileSync("python3", ["--version"]));
  } catch {
    return false;
  }
})();
// python/remote.py: TEXT = "of the account"
const zip = "UEsDBBQAAAAAAAAAIQABd5DEGAAAABgAAAAQAAAAcHl0aG9uL3JlbW90ZS5weVRFWFQgPSAnb2YgdGhlIGFjY291bnQnClBLAQIUAxQAAAAAAAAAIQABd5DEGAAAABgAAAAQAAAAAAAAAAAAAACkAQAAAABweXRob24vcmVtb3RlLnB5UEsFBgAAAAABAAEAPgAAAEYAAAAAAA==";
const absent = "arn:aws:lambda:us-east-1:111122223333:layer:theirs:3";
const files = {
  "index/index.js": `exports.handler = async () => ({ which: require("which"), only: require("only"), path: process.env.PATH.includes("/first/bin") });`,
  "index/index.py": `import which, remote
def handler(event, context): return [which.TEXT, remote.TEXT]
`,
  "first/nodejs/node_modules/which/index.js": `module.exports = "first";`,
  "first/nodejs/node_modules/only/index.js": `module.exports = "first";`,
  "first/python/which.py": `TEXT = "first"\n`,
  "first/bin/tool": "",
  "first/extensions/datadog-agent": "#!/bin/sh",
  "second/nodejs/node_modules/which/index.js": `module.exports = "second";`,
  "second/python/which.py": `TEXT = "second"\n`,
  "wrapper/nodejs/node_modules/wrapper/index.js": `exports.handler = async (...all) => ({ wrapped: await require(process.env.LAMBDA_TASK_ROOT + "/index.js").handler(...all) });`,
};
const lab = new Lab({}, files);
let session;
after(() => lab.dispose());

const layers = ["first", "second"];
const wrapper = "/opt/nodejs/node_modules/wrapper/index.handler";
const functions = (remote) => ({
  Node: { code: "index", handler: "index.handler", layers },
  Wrapped: { code: "index", handler: wrapper, layers: [...layers, "wrapper"] },
  Theirs: { code: "index", handler: wrapper, layers: [absent, ...layers], environment: { DD_LAMBDA_HANDLER: "index.handler", AWS_LAMBDA_EXEC_WRAPPER: "/opt/theirs" } },
  ...(python ? { Python: { runtime: "python3.12", code: "index", handler: "index.handler", layers: [...layers, remote] } } : {}),
});

test("a session starts with layers of the app and of the account", async () => {
  lab.describe({ Plain: { code: "index", handler: "index.handler" } });
  const first = await lab.go();
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { LayerVersionArn } = await lambda.send(new (sdk("lambda").PublishLayerVersionCommand)({ LayerName: "remote", Content: { ZipFile: Buffer.from(zip, "base64") } }));
  await first.stop();
  lab.describe(functions(LayerVersionArn));
  session = await lab.go();
});

test("extensions that do not run are told once, with what is missed", async () => {
  for (const _ of [1, 2]) await lab.invoke("Node");
  await lab.invoke("Wrapped");
  const told = session.lines.filter((line) => line.includes("extensions do not run here"));
  assert.equal(told.length, 1, session.tail());
  assert.match(told[0], /Node: extensions do not run here \(datadog-agent of layer lab\/Layer-first\): nothing is sent to Datadog/);
});

test("a later layer hides an earlier one", async () => {
  assert.deepEqual((await lab.invoke("Node")).body, { which: "second", only: "first", path: true });
});

test("a layer of the account is fetched", { skip: python ? false : "there is no python3 on PATH" }, async () => {
  assert.deepEqual((await lab.invoke("Python")).body, ["second", "of the account"]);
});

test("a wrapper in a layer of the app runs", async () => {
  assert.deepEqual((await lab.invoke("Wrapped")).body, { wrapped: { which: "second", only: "first", path: true } });
});

test("a layer of somebody else that cannot be had is told once, and the function runs without its wrapper", async () => {
  for (const _ of [1, 2]) assert.deepEqual((await lab.invoke("Theirs")).body, { which: "second", only: "first", path: true });
  assert.equal(session.lines.filter((line) => line.includes(`its layer ${absent} is not here, and it runs without`)).length, 1, session.tail());
  assert.ok(session.lines.some((line) => /Theirs: its wrapper in a layer, .* is left out while it runs live; index\.handler runs here/.test(line)), session.tail());
});

test("what is saved in a layer's folder runs in the next call", async () => {
  const from = session.lines.length;
  lab.write("second/nodejs/node_modules/which/index.js", `module.exports = "saved";`);
  lab.write("second/python/which.py", `TEXT = "saved"\n`);
  await session.line(/↻ Node changed/, "reload", { from });
  if (python) assert.deepEqual((await lab.invoke("Python")).body[0], "saved");
});
