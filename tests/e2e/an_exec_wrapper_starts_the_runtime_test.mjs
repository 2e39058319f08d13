// AWS_LAMBDA_EXEC_WRAPPER: a script in a layer is given the runtime's command line, live and on the embedded AWS.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" };
const files = {
  "js/index.js": `exports.handler = async () => ({ set: process.env.SET_BY_WRAPPER, required: process.env.REQUIRED, option: require("node:http").maxHeaderSize });`,
  "py/index.py": `import os, sys\ndef handler(event, context): return {"set": os.environ.get("SET_BY_WRAPPER"), "option": sys._xoptions.get("mark")}\n`,
  "rb/index.rb": `def handler(event:, context:) = { set: ENV["SET_BY_WRAPPER"], verbose: $VERBOSE }\n`,
  "js-layer/wrap": `#!/bin/bash
export SET_BY_WRAPPER="for $1"
export NODE_OPTIONS="--require /opt/required.js"
exec "\${@:1:$#-1}" --max-http-header-size=9999 "\${@: -1}"
`,
  "js-layer/required.js": `process.env.REQUIRED = "yes";`,
  "py-layer/wrap": `#!/bin/bash
export SET_BY_WRAPPER=yes
args=("$@")
exec "\${args[@]:0:$#-1}" -X mark=here "\${args[@]: -1}"
`,
  "rb-layer/bin/wrap": `#!/bin/bash
export SET_BY_WRAPPER=yes
exec "\${@:1:$#-1}" -W2 "\${@: -1}"
`,
};
const lab = new Lab({
  Js: { code: "js", handler: "index.handler", layers: ["js-layer"], environment },
  Plain: { code: "js", handler: "index.handler" },
  Py: { runtime: "python3.12", code: "py", handler: "index.handler", layers: ["py-layer"], environment },
  Rb: { runtime: "ruby3.3", code: "rb", handler: "index.handler", layers: ["js-layer", "rb-layer"], environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/bin/wrap" } },
  Without: { code: "js", handler: "index.handler", environment },
}, files);
for (const script of ["js-layer/wrap", "py-layer/wrap", "rb-layer/bin/wrap"]) chmodSync(path.join(lab.app, script), 0o755);
after(() => lab.dispose());
const python = versionOf("python3") ? false : "there is no python3 on PATH";
const ruby = versionOf("ruby") ? false : "there is no ruby on PATH";
const ofJs = { set: "for node", required: "yes", option: 9999 };
const ofPy = { set: "yes", option: "here" };
const ofRb = { set: "yes", verbose: true };
let session;

test("live, the wrapper sets variables and adds an option", async () => {
  session = await lab.go("--verbose");
  assert.deepEqual((await lab.invoke("Js")).body, ofJs);
  assert.deepEqual((await lab.invoke("Plain")).body, { option: 16384 });
});

test("live, that of a function in Python too", { skip: python }, async () => {
  assert.deepEqual((await lab.invoke("Py")).body, ofPy);
});

test("live, that of a function in Ruby too", { skip: ruby }, async () => {
  assert.deepEqual((await lab.invoke("Rb")).body, ofRb);
});

test("what is saved runs wrapped", async () => {
  let from = session.lines.length;
  lab.write("js/index.js", files["js/index.js"].replace("({", "({ saved: true,"));
  await session.line(/↻ Js changed/, "reload", { from });
  assert.deepEqual((await lab.invoke("Js")).body, { saved: true, ...ofJs });
  from = session.lines.length;
  lab.write("js-layer/wrap", files["js-layer/wrap"].replace("for $1", "anew"));
  await session.line(/↻ Js changed/, "reload of the layer", { from });
  assert.equal((await lab.invoke("Js")).body.set, "anew");
});

test("one that no layer has ends the runtime as on Lambda, and that is said", async () => {
  const { error, body } = await lab.invoke("Without");
  assert.equal(error, "Unhandled");
  assert.equal(body.errorType, "Runtime.ExitError");
  assert.match(body.errorMessage, /Runtime exited with error: exit status 127/);
  await session.line(/\/opt\/wrap: does not exist \(AWS_LAMBDA_EXEC_WRAPPER\)/, "what is missing");
});

test("one that only the deployed function names is not run", async () => {
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { UpdateFunctionConfigurationCommand } = sdk("lambda");
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "e2e-Plain", Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: "/tmp/planted" } } }));
  assert.equal((await lab.invoke("Plain")).body?.option, 16384);
  await session.line(/Plain: variable AWS_LAMBDA_EXEC_WRAPPER is not taken/, "word of it");
});

test("deployed to the embedded AWS, the same wrappers run", async () => {
  await session.stop();
  await lab.do("deploy");
  assert.deepEqual((await lab.invoke("Js")).body, { saved: true, ...ofJs, set: "anew" });
  if (!python) assert.deepEqual((await lab.invoke("Py")).body, ofPy);
  if (!ruby) assert.deepEqual((await lab.invoke("Rb")).body, ofRb);
  assert.match((await lab.invoke("Without")).body.errorMessage, /exit status 127/);
});
