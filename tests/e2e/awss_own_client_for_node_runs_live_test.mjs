// A function that brings its runtime: a bootstrap that starts Node with aws-lambda-ric, as images and custom runtimes do.
// It takes a host and a port for the Runtime API, one half of it natively and the other by Node's http.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { kept, missing } from "../support/compiled.mjs";
import { Lab, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const folder = kept("runtime-clients/node");
const skip = missing("npm", () => execFileSync(path.join(root, "tests/runtime-clients/install-for-node"), [folder], { stdio: "pipe", timeout: 900_000 }));
const modules = path.join(folder, "node_modules");
const lab = new Lab(
  Object.fromEntries(["app.handler", "app.stream", "broken.handler"].map((handler) => [handler.replace(".", ""), { runtime: "provided.al2023", code: "own", handler, timeout: 60 }])),
  {
    "own/bootstrap": `#!/bin/sh\nexec ${modules}/node/bin/node ${modules}/aws-lambda-ric/index.mjs\n`,
    "own/app.js": `exports.handler = async (event, context) => {
  if (event.fail) throw new TypeError("as asked");
  console.log("printed by the handler");
  return { text: "hello", event, id: context.awsRequestId, api: process.env.AWS_LAMBDA_RUNTIME_API };
};
exports.stream = awslambda.streamifyResponse(async (event, stream) => {
  stream.write("one ");
  stream.end("two");
});
`,
    "own/broken.js": `throw new RangeError("at its init");`,
  },
);
chmodSync(path.join(lab.app, "own/bootstrap"), 0o755);
after(() => lab.dispose());

test("it is called, told host and port as on Lambda, and what it prints is shown", { skip, timeout: 300_000 }, async () => {
  const session = await lab.go();
  const { body, text } = await lab.invoke("apphandler", { n: 1 });
  assert.deepEqual([body?.text, body?.event], ["hello", { n: 1 }], text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.api, /^127\.0\.0\.1:\d+$/);
  await session.line(/printed by the handler/, "the handler's line");
});

test("an error of the handler is told, and the next call runs", { skip, timeout: 60_000 }, async () => {
  assert.deepEqual(JSON.parse((await lab.invoke("apphandler", { fail: true })).text).errorType, "TypeError");
  assert.equal((await lab.invoke("apphandler")).body?.text, "hello");
});

test("an error of its init is told, too", { skip, timeout: 60_000 }, async () => {
  const { body, text } = await lab.invoke("brokenhandler");
  assert.deepEqual([body?.errorType, body?.errorMessage], ["RangeError", "at its init"], text);
});

test("an answer streams", { skip, timeout: 60_000 }, async () => {
  assert.equal((await lab.invoke("appstream")).text, "one two");
});

test("a save is live in the next call", { skip, timeout: 60_000 }, async () => {
  lab.write("own/app.js", lab.read("own/app.js").replace('"hello"', '"saved"'));
  await until("answer by the saved code", async () => (await lab.invoke("apphandler")).body?.text === "saved");
});
