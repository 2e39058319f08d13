// A function prints by our runtime for Node what it prints by Lambda's own client, as JSON by line, and message by message
// where both are told of a descriptor for that: the same handler, run by both.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const client = "aws-lambda-ric@3.3.0";
const kept = join(process.env.LIVE_BUILD ?? join(root, "build"), "node-ric");
const folder = mkdtempSync(join(tmpdir(), "live-node-logs-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Why AWS's client is not here; false when it is. Its native part, which posts answers, is not built. */
const missing = (() => {
  const entry = join(kept, "node_modules/aws-lambda-ric/dist");
  if (existsSync(join(entry, "rapid-client.node"))) return false;
  try {
    mkdirSync(kept, { recursive: true });
    writeFileSync(join(kept, "package.json"), `{ "private": true }`);
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", client], { cwd: kept, stdio: "pipe", timeout: 240_000 });
    writeFileSync(join(entry, "rapid-client.node"), "");
    return false;
  } catch (error) {
    return `SKIPPED: ${client} cannot be installed: ${String(error.stderr ?? error).trim().split("\n").pop()}`;
  }
})();

writeFileSync(join(folder, "without-native.cjs"), `require("node:module")._extensions[".node"] = (module) => {
  module.exports = { done: () => process.exit(0), error: () => process.exit(0) };
};`);
writeFileSync(join(folder, "theirs.mjs"), `import { run } from ${JSON.stringify(join(kept, "node_modules/aws-lambda-ric/dist/index.mjs"))};
await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);`);
writeFileSync(join(folder, "index.js"), `
console.log("of init");
class Own extends RangeError { constructor(text) { super(text); this.order = 7; } }
exports.handler = async () => {
  const circle = { name: "circle" };
  circle.self = circle;
  for (const method of ["trace", "debug", "info", "log", "warn", "error", "fatal"]) console[method]("by %s", method);
  console.log("one");
  console.log("two\\nlines");
  console.log({ a: [1, { b: null }], when: new Date(0) });
  console.log(circle);
  console.log(12n);
  console.log(undefined);
  console.log();
  console.log(null, undefined, 3);
  console.error(new Own("alone"));
  console.error("with text", new Own("beside"), new Error("second"));
  console.error({ wrapped: new Own("inside") });
  process.stdout.write("plain\\n");
  return 1;
};
exports.more = async (event) => {
  await exports.handler(event);
  console.table([{ a: 1 }]);
  console.dir({ a: { b: { c: { d: "x".repeat(80) } } } }, { depth: 9 });
  console.group("of a group");
  console.log("in it\\n  and below");
  console.groupEnd();
  console.assert(false, "asserted");
  console.count();
  console.trace("one\\n%s", "two");
  process.stdout.write("unfinished");
  console.log("\\n\\nåäö €\\n");
  console._stdout.write("by\\nthe stream\\n");
  return 1;
};`);

/** What a runtime prints for one invocation. */
async function printed(command, variables) {
  let asked = 0;
  const answered = {};
  answered.once = new Promise((done) => (answered.done = done));
  const server = createServer((request, response) => {
    request.resume();
    if (request.method === "POST") return response.writeHead(202, { "Content-Length": 0 }).end(answered.done());
    if (asked++ === 0)
      response.writeHead(200, { "Lambda-Runtime-Aws-Request-Id": "r1", "Lambda-Runtime-Deadline-Ms": Date.now() + 60_000, "Content-Length": 2 }).end("{}");
  });
  await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
  const env = {
    PATH: process.env.PATH,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}`,
    AWS_LAMBDA_NODEJS_USE_ALTERNATIVE_CLIENT_1: "true",
    LAMBDA_TASK_ROOT: folder,
    _HANDLER: "index.handler",
    ...variables,
  };
  const child = spawn(process.execPath, command, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
  const output = [];
  child.stdout.on("data", (bytes) => output.push(bytes));
  const ended = new Promise((done) => child.once("close", done));
  await Promise.race([answered.once, ended]);
  child.kill();
  await ended;
  server.closeAllConnections();
  server.close();
  return Buffer.concat(output);
}

const linesOf = (output) => output.toString().trim().split("\n");

/** Lines, and messages in frames among them. */
function eventsOf(output) {
  const events = [];
  for (let at = 0; at < output.length; ) {
    if (output.readUInt32BE(at) >>> 8 === 0xa55a00) {
      const end = at + 16 + output.readUInt32BE(at + 4);
      events.push({ message: output.toString("utf8", at + 16, end).replace(/\n$/, "") });
      at = end;
      continue;
    }
    const frame = output.indexOf(Buffer.from([0xa5, 0x5a, 0]), at), end = frame < 0 ? output.length : frame;
    events.push(...output.toString("utf8", at, end).replace(/\n$/, "").split("\n").map((line) => ({ line })));
    at = end;
  }
  return events;
}

// Without times, and without the frames that are the clients' own.
const comparable = (lines) =>
  lines.map((line) => {
    if (!line.startsWith('{"timestamp"')) return line;
    const { timestamp, ...rest } = JSON.parse(line, (name, value) => {
      if (name === "stackTrace") return value[0];
      return typeof value === "string" ? value.replace(/\n {4}at .*?( \{)?$/gm, "$1") : value;
    });
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    return rest;
  });

const printedByTheirs = (variables) => printed(["--require", join(folder, "without-native.cjs"), join(folder, "theirs.mjs")], variables);
const printedByOurs = (variables) => printed([join(root, "runtimes/node/index.cjs")], variables);

for (const level of [undefined, "DEBUG", "warn", "FATAL", "nonsense"])
  test(`JSON logging at level ${level}`, { skip: missing }, async () => {
    const variables = { AWS_LAMBDA_LOG_FORMAT: "JSON", ...(level && { AWS_LAMBDA_LOG_LEVEL: level }) };
    const theirs = comparable(linesOf(await printedByTheirs(variables)));
    const ours = comparable(linesOf(await printedByOurs(variables)));
    assert.ok(theirs.includes("plain"), theirs.join("\n"));
    assert.deepEqual(ours, theirs);
  });

// Ours has neither time nor request id before each message in text, and stacks have each client's own frames.
const plain = (message) => message.replace(/^\S+Z\t\S+\t[A-Z]+\t/, "").replace(/(\n +at .*?)+(?=( \{)?($|\n))/g, "");

for (const format of ["Text", "JSON"])
  test(`${format}: what is printed at once is one message`, { skip: missing }, async () => {
    const variables = { _HANDLER: "index.more", AWS_LAMBDA_LOG_FORMAT: format, _LAMBDA_TELEMETRY_LOG_FD: "1" };
    const shown = (output) => eventsOf(output).map(({ line, message }) => (line === undefined ? { message: comparable([message]).map((one) => (typeof one === "string" ? plain(one) : one))[0] } : { line }));
    const theirs = shown(await printedByTheirs(variables)), ours = shown(await printedByOurs(variables));
    if (format === "Text") assert.ok(theirs.some(({ message }) => message === "two\nlines"), JSON.stringify(theirs));
    assert.ok(theirs.some(({ line }) => line === "unfinished"), JSON.stringify(theirs));
    assert.deepEqual(ours, theirs);
  });
