import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, client, sdk } from "../support/lab.mjs";

const source = `exports.handler = async () => ({ pid: process.pid, options: process.env.NODE_OPTIONS, own: process.env.OWN, header: require("node:http").maxHeaderSize,
  preload: process.env.LD_PRELOAD, path: process.env.PATH, home: process.env.HOME, profile: process.env.AWS_PROFILE, execArgv: process.execArgv });`;
const lab = new Lab(
  {
    Plain: { handler: "f.handler", environment: { OWN: "1" } },
    Configured: { handler: "f.handler", environment: { NODE_OPTIONS: "--enable-source-maps --max-http-header-size=9000", HOME: "/tmp", PATH: "/var/task/bin" } },
  },
  { "src/f.js": source },
);
const planted = path.join(lab.folder, "planted.cjs"), proof = path.join(lab.folder, "proof");
writeFileSync(planted, `require("node:fs").writeFileSync(${JSON.stringify(proof)}, "ran")`);
let session;
before(async () => {
  session = await lab.go("--verbose");
});
after(() => lab.dispose());

/** What somebody does who may change a deployed function, but not the developer's machine. */
async function tamper(id, more) {
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } = sdk("lambda");
  const FunctionName = `e2e-${id}`;
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables: { ...Environment.Variables, ...more } } }));
}

test("what the app configures is what the process has", async () => {
  const { body, text } = await lab.invoke("Configured");
  assert.equal(body.options, "--enable-source-maps --max-http-header-size=9000", text);
  assert.equal(body.header, 9000);
  assert.equal(body.home, "/tmp");
  assert.ok(body.path.startsWith("/var/task/bin:"), body.path);
  assert.ok(!session.lines.some((line) => /is not taken/.test(line)), session.tail());
});

test("what only the deployed function has is ignored, and --verbose names it without its value", async () => {
  const names = { NODE_OPTIONS: `--require=${planted}`, LD_PRELOAD: "/tmp/planted.so", LD_AUDIT: "/tmp/planted.so", BASH_ENV: "/tmp/planted.sh", PYTHONSTARTUP: "/tmp/planted.py", NODE_PATH: "/tmp/planted", AWS_PROFILE: "planted-admin" };
  await tamper("Plain", { ...names, OWN: "2" });
  const { body, text } = await lab.invoke("Plain");
  assert.equal(body?.own, "2", text); // an ordinary variable does come from there
  assert.deepEqual([body.options, body.preload, body.profile], [undefined, undefined, undefined]);
  assert.equal(existsSync(proof), false, "code of a stranger ran here");
  for (const name of Object.keys(names)) await session.line(new RegExp(`Plain: variable ${name} is not taken`), `word of ${name}`, { timeout: 5000 });
  assert.ok(!session.lines.some((line) => /planted/.test(line)), session.tail());
});

test("another value than the app's own is ignored too", async () => {
  await tamper("Configured", { NODE_OPTIONS: `--require=${planted}`, HOME: "/tmp/planted" });
  const { body, text } = await lab.invoke("Configured");
  assert.equal(body?.options, "--enable-source-maps --max-http-header-size=9000", text);
  assert.equal(body.home, "/tmp");
  assert.equal(existsSync(proof), false, "code of a stranger ran here");
  await session.line(/Configured: variable NODE_OPTIONS is not taken/, "word of it", { timeout: 5000 });
});
