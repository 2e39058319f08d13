import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { createServer, get } from "node:http";
import { after, before, describe, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

// What the handler does is said by the event, or by a URL's query.
const source = `
const { createHash } = require("node:crypto");
exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  const { way, gate, size, tell } = event.rawQueryString === undefined ? event : Object.fromEntries(new URLSearchParams(event.rawQueryString));
  if (way === "http")
    stream = awslambda.HttpResponseStream.from(stream, { statusCode: 418, headers: { "Content-Type": "text/x-tea", "X-Own": "yes" }, cookies: ["a=1", "b=2"] });
  if (way === "nothing") return stream.end();
  if (way === "early") throw new RangeError("before the first byte");
  if (size) {
    let waits = 0;
    for (let sent = 0, part = Buffer.alloc(65536); sent < size; sent += part.length) {
      for (let at = 0; at < part.length; at += 4) part.writeUInt32LE((sent + at) ^ 0x5bd1e995, at);
      if (stream.write(Buffer.from(part.subarray(0, size - sent)))) continue;
      waits++;
      const stuck = tell && setTimeout(() => fetch(tell, { method: "POST", body: String(sent) }), 1500);
      await new Promise((go) => stream.once("drain", go));
      clearTimeout(stuck);
    }
    console.log("waits", waits);
    return stream.end();
  }
  stream.write("first");
  if (gate) await fetch(gate);
  if (way === "late") throw new RangeError("after the first byte");
  if (way === "exit") process.exit(3);
  if (way === "hang") await new Promise(() => setInterval(() => {}, 1000));
  stream.end(", last");
});
exports.plain = async () => ({ statusCode: 201, body: "whole" });
`;
const lab = new Lab(
  {
    Stream: { handler: "stream.handler", timeout: 120, url: "RESPONSE_STREAM" },
    Short: { handler: "stream.handler", timeout: 2, url: "RESPONSE_STREAM" },
    Buffered: { handler: "stream.handler", timeout: 60 },
    Plain: { handler: "stream.plain", timeout: 60, url: "RESPONSE_STREAM" },
  },
  { "src/stream.js": source },
);
after(() => lab.dispose());

const gates = [];
after(() => gates.forEach((gate) => gate.close()));
async function newGate() {
  gates.push(await new Gate().listen());
  return gates.at(-1);
}

let lambda;
const urls = {};
async function connect() {
  lambda = await client(lab, "lambda", "LambdaClient");
  const endpoint = (await lab.aws()).AWS_ENDPOINT_URL;
  for (const id of ["Stream", "Short", "Plain"]) {
    const { FunctionUrl } = await lambda.send(new (sdk("lambda").GetFunctionUrlConfigCommand)({ FunctionName: `${lab.stage}-${id}` }));
    urls[id] = `${endpoint}/_url/${new URL(FunctionUrl).host.split(".")[0]}/`;
  }
}

/** The events of InvokeWithResponseStream, as they come. */
async function* events(id, event) {
  const { InvokeWithResponseStreamCommand } = sdk("lambda");
  const answer = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: `${lab.stage}-${id}`, Payload: Buffer.from(JSON.stringify(event)) }));
  for await (const { PayloadChunk, InvokeComplete } of answer.EventStream) yield PayloadChunk ? Buffer.from(PayloadChunk.Payload) : InvokeComplete;
}
async function collect(id, event) {
  const parts = [];
  for await (const part of events(id, event)) parts.push(part);
  return { end: parts.pop(), bytes: Buffer.concat(parts) };
}

const visit = (id, query) =>
  new Promise((resolve, reject) => get(`${urls[id]}?${new URLSearchParams(query)}`, { agent: false }, resolve).on("error", reject));
async function body(response) {
  const parts = [];
  for await (const part of response) parts.push(part);
  return Buffer.concat(parts);
}

function wanted(size) {
  const hash = createHash("sha256");
  for (let sent = 0, part = Buffer.alloc(65536); sent < size; sent += part.length) {
    for (let at = 0; at < part.length; at += 4) part.writeUInt32LE(((sent + at) ^ 0x5bd1e995) >>> 0, at);
    hash.update(part.subarray(0, size - sent));
  }
  return hash.digest("hex");
}

const most = (pid) => Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
function stubs() {
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readlinkSync(`/proc/${pid}/exe`).startsWith(lab.folder) && readlinkSync(`/proc/${pid}/exe`).endsWith("/bootstrap");
    } catch {
      return false;
    }
  });
}

function scenarios() {
  test("a URL gives the first bytes before the handler ends", async () => {
    const gate = await newGate();
    const response = await visit("Stream", { gate: gate.url });
    const coming = response[Symbol.asyncIterator]();
    assert.equal(String((await coming.next()).value), "first");
    await gate.reached(1);
    gate.release();
    assert.equal(String((await coming.next()).value), ", last");
    assert.equal((await coming.next()).done, true);
    assert.deepEqual([response.statusCode, response.headers["content-type"]], [200, "application/octet-stream"]);
  });

  test("InvokeWithResponseStream gives the first bytes before the handler ends", async () => {
    const gate = await newGate();
    const coming = events("Stream", { gate: gate.url });
    assert.equal(String((await coming.next()).value), "first");
    await gate.reached(1);
    gate.release();
    assert.equal(String((await coming.next()).value), ", last");
    assert.deepEqual((await coming.next()).value, {});
  });

  test("HttpResponseStream sets status, headers and cookies", async () => {
    const response = await visit("Stream", { way: "http" });
    assert.deepEqual([response.statusCode, response.headers["content-type"], response.headers["x-own"]], [418, "text/x-tea", "yes"]);
    assert.deepEqual(response.headers["set-cookie"], ["a=1", "b=2"]);
    assert.equal(String(await body(response)), "first, last");
  });

  test("an error on the way is told behind the bytes", async () => {
    const { bytes, end } = await collect("Stream", { way: "late" });
    assert.deepEqual([String(bytes), end.ErrorCode], ["first", "RangeError"]);
    const { errorType, errorMessage, trace } = JSON.parse(end.ErrorDetails);
    assert.deepEqual([errorType, errorMessage], ["RangeError", "after the first byte"]);
    assert.match(trace.join("\n"), /stream\.js:24:/);
    const response = await visit("Stream", { way: "late" });
    assert.equal(String(await body(response)), "first");
    assert.equal(response.trailers["lambda-runtime-function-error-type"], "RangeError");
  });

  test("an error before the first byte is a bad gateway", async () => {
    const { bytes, end } = await collect("Stream", { way: "early" });
    assert.deepEqual([String(bytes), end.ErrorCode], ["", "RangeError"]);
    const response = await visit("Stream", { way: "early" });
    assert.deepEqual([response.statusCode, String(await body(response))], [502, "Internal Server Error"]);
  });

  test("a process that ends and a time that is over cut the answer off", async () => {
    const exited = await collect("Stream", { way: "exit" });
    assert.deepEqual([String(exited.bytes), exited.end.ErrorCode], ["first", "Runtime.ExitError"]);
    const late = await collect("Short", { way: "hang" });
    assert.deepEqual([String(late.bytes), late.end.ErrorCode], ["first", "Sandbox.Timedout"]);
    assert.match(late.end.ErrorDetails, /Task timed out after 2.00 seconds/);
  });

  test("a buffered invoke gets the whole", async () => {
    const answer = await lab.invoke("Buffered", {});
    assert.deepEqual([answer.error, answer.text], [undefined, "first, last"]);
    const failed = await lab.invoke("Buffered", { way: "late" });
    assert.deepEqual([failed.error, failed.body.errorMessage], ["Unhandled", "after the first byte"]);
  });

  test("a handler that does not stream answers all the same", async () => {
    const { bytes, end } = await collect("Plain", {});
    assert.deepEqual([JSON.parse(bytes), end], [{ statusCode: 201, body: "whole" }, {}]);
    assert.deepEqual(JSON.parse(await body(await visit("Plain"))), { statusCode: 201, body: "whole" });
  });

  test("nothing, a byte and 20 MB arrive as they were", async () => {
    assert.deepEqual(await collect("Stream", { way: "nothing" }), { bytes: Buffer.alloc(0), end: {} });
    for (const size of [1, 65_537, 20_000_000]) {
      const { bytes, end } = await collect("Stream", { size });
      assert.deepEqual([bytes.length, end], [size, {}]);
      assert.equal(createHash("sha256").update(bytes).digest("hex"), wanted(size));
    }
  });
}

const size = 50_000_000;
/** Asks for 50 MB, reads nothing until the handler says that it is held back, then all; how far it had come. */
async function readSlowly() {
  let told;
  const stuck = new Promise((resolve) => (told = resolve));
  const ears = createServer((request, response) => {
    let text = "";
    request.on("data", (part) => (text += part)).on("end", () => {
      told(Number(text));
      response.end();
    });
  });
  await new Promise((resolve) => ears.listen(0, "127.0.0.1", resolve));
  const response = await visit("Stream", { size, tell: `http://127.0.0.1:${ears.address().port}/` });
  const at = await stuck;
  const hash = createHash("sha256");
  let total = 0;
  for await (const part of response) {
    hash.update(part);
    total += part.length;
  }
  ears.closeAllConnections();
  ears.close();
  assert.equal(total, size);
  assert.equal(hash.digest("hex"), wanted(size));
  return at;
}

describe("live", () => {
  let session;
  before(async () => {
    session = await lab.go();
    await connect();
  });
  after(() => session.stop());
  scenarios();

  test("the terminal says that it streamed, and how much", async () => {
    await collect("Stream", { size: 1_500_000 });
    await session.line(/← streamed 1\.5 MB, the first after [\d.]+ m?s {2}[\d.]+ m?s/, "streamed answer");
    await collect("Stream", { way: "late" });
    await session.line(/✗ RangeError: after the first byte \(streamed 5 bytes, /, "stream that broke off");
  });

  test("a slow reader holds the handler back, and nothing on the way grows", async () => {
    await collect("Stream", { size: 5_000_000 }); // what is warm has its buffers
    const pids = [session.child.pid, ...stubs()];
    assert.ok(pids.length > 1, "no stub runs");
    const before = pids.map(most);
    const at = await readSlowly();
    assert.ok(at < size / 2, `the handler was ${at} bytes ahead of a reader that read nothing`);
    const grown = pids.map((pid, i) => most(pid) - before[i]);
    assert.ok(grown.every((mb) => mb < 10), `grown by ${grown} MB`);
    await session.line(/← streamed 50\.0 MB/, "streamed answer");
    const waits = session.lines.filter((line) => /waits \d+/.test(line)).at(-1);
    assert.ok(Number(/waits (\d+)/.exec(waits)[1]) > 10, waits);
  });

  test("a session that is gone breaks the answer off with an error that says so", async () => {
    const gate = await newGate();
    const coming = events("Stream", { gate: gate.url });
    assert.equal(String((await coming.next()).value), "first");
    await session.kill();
    const { value: end } = await coming.next();
    assert.match(end.ErrorCode, /^Live\.Client(Gone|Silent)$/);
    assert.match(JSON.parse(end.ErrorDetails).errorMessage, new RegExp(`stage ${lab.stage}`));
  });
});

describe("deployed", () => {
  before(async () => {
    await lab.must("deploy", "--local", "--stage", lab.stage);
    await connect();
  });
  scenarios();

  test("a slow reader holds the handler back", async () => {
    const at = await readSlowly();
    assert.ok(at < size / 2, `the handler was ${at} bytes ahead of a reader that read nothing`);
  });
});
