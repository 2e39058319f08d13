import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { lstatSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { inflateRawSync } from "node:zlib";
import { debugStackOf, poster, rowOf, tapped } from "../support/attacker.mjs";
import { Gate } from "../support/gate.mjs";
import { Lab, client, sdk } from "../support/lab.mjs";

const word = () => randomBytes(20).toString("hex");
const secret = { environment: word(), event: word(), answer: word() };
const gate = await new Gate().listen();
const lab = new Lab(
  { Hello: { handler: "hello.handler", timeout: 5, environment: { PLANTED: secret.environment } } },
  {
    "src/hello.js": `exports.handler = async (event) => {
      if (event.gate) await fetch(event.gate);
      if (event.crash) process.kill(process.pid, "SIGSEGV");
      if (event.late) await new Promise(() => setInterval(() => {}, 1000));
      const { AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
      if (event.keys) return { statusCode: 200, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, pid: process.pid };
      return { statusCode: 200, body: "done", answer: process.env.ANSWER ?? event.give };
    };`,
  },
);
const tmpBefore = new Set(readdirSync(tmpdir()));
let session, stack, pids;
before(async () => {
  session = await lab.go();
  stack = await debugStackOf(lab);
  const keys = (await lab.invoke("Hello", { keys: true })).body;
  Object.assign(secret, { key: keys.AWS_SECRET_ACCESS_KEY, token: keys.AWS_SESSION_TOKEN });
  const s3 = await client(lab, "s3", "S3Client");
  const { GetObjectCommand } = sdk("s3");
  secret.stage = await (await s3.send(new GetObjectCommand({ Bucket: stack.bucket, Key: "keys/stage" }))).Body.transformToString();
  assert.equal(Buffer.from(secret.stage, "base64").length, 32);
  const cloud = JSON.parse(readFileSync(path.join(lab.env.LIVE_HOME, "cloud/run.json"), "utf8")).pid;
  pids = { session: session.child.pid, cloud, worker: keys.pid };
});
after(async () => {
  gate.close();
  await lab.dispose();
});

const large = () => ({ secret: secret.event, give: secret.answer, noise: randomBytes(300_000).toString("base64") });

test("calls of every kind and end", async () => {
  const good = await lab.invoke("Hello", { secret: secret.event, give: secret.answer });
  assert.equal(good.body.answer, secret.answer);
  assert.equal((await lab.invoke("Hello", large())).body.answer, secret.answer);
  assert.match((await lab.invoke("Hello", { secret: secret.event, crash: true })).text, /Runtime.ExitError/);
  assert.match((await lab.invoke("Hello", { secret: secret.event, late: true })).text, /timed out/i);
  // The relay's own errors: a spoilt payload, bent messages.
  const holding = lab.invoke("Hello", { secret: secret.event, gate: gate.url });
  await gate.reached(1);
  const post = await poster(lab, stack, { accessKeyId: "test", secretAccessKey: "test" });
  const connection = (await rowOf(lab, stack)).connection.S;
  const s3 = await client(lab, "s3", "S3Client");
  const { ListObjectsV2Command, PutObjectCommand } = sdk("s3");
  const spoilt = await tapped(lab, stack, async (next) => {
    const call = lab.invoke("Hello", large());
    const text = await next();
    const [{ Key }] = (await s3.send(new ListObjectsV2Command({ Bucket: stack.bucket, Prefix: "payloads/" }))).Contents;
    await s3.send(new PutObjectCommand({ Bucket: stack.bucket, Key, Body: "spoilt" }));
    await post(connection, text.replace(/"sequence":\d+/, '"sequence":77'));
    await post(connection, text);
    return await call;
  });
  assert.match(spoilt.text, /Live.Protocol/);
  gate.release();
  await holding;
});

test("no crash of live, a stub or a worker leaves a dump with memory in it", () => {
  const stubs = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && parentOf(pid) === pids.cloud);
  assert.ok(stubs.length > 0, "no stub runs");
  for (const pid of [...Object.values(pids).filter(runs), ...stubs]) {
    assert.match(readFileSync(`/proc/${pid}/limits`, "utf8"), /Max core file size\s+0\s/, `process ${pid}`);
    assert.equal(readFileSync(`/proc/${pid}/coredump_filter`, "utf8").trim(), "00000000", `process ${pid}`);
  }
});

test("calls that find nobody, and the end of the session", async () => {
  assert.equal((await session.stop()).code, 0, session.tail());
  assert.match((await lab.invoke("Hello", { secret: secret.event })).text, /Live.NoClient/);
});

test("the terminal shows answers, shortened, and nothing else of a call", () => {
  const said = session.lines.filter((line) => !/ ← /.test(line)).join("\n");
  for (const [name, text] of Object.entries(secret)) assert.ok(!said.includes(text), `the ${name} is on the terminal`);
  const all = session.lines.join("\n");
  for (const name of ["environment", "event", "stage"]) assert.ok(!all.includes(secret[name]), `the ${name} is on the terminal`);
});

test("no command line names a secret", () => {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      for (const [name, text] of Object.entries(secret)) assert.ok(!line.includes(text), `the ${name} is in the command line of ${pid}`);
    } catch (error) {
      if (!["ENOENT", "ESRCH"].includes(error.code)) throw error;
    }
});

test("no log holds one", async () => {
  holdsNone(path.join(lab.env.LIVE_HOME, "cloud/cloud.log"), []);
  const logs = await client(lab, "cloudwatch-logs", "CloudWatchLogsClient");
  const { DescribeLogGroupsCommand, FilterLogEventsCommand } = sdk("cloudwatch-logs");
  const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
  assert.ok(logGroups.length > 0);
  for (const { logGroupName } of logGroups) {
    const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName }));
    for (const [name, text] of Object.entries(secret))
      for (const { message } of events) assert.ok(!message.includes(text), `the ${name} is in the log ${logGroupName}: ${message}`);
  }
});

test("no file holds one but where it must lie", async () => {
  await lab.run("cloud", "stop"); // what was in its write-ahead log is in its state
  const cloud = path.join(lab.env.LIVE_HOME, "cloud");
  const must = [
    [path.join(lab.app, "functions.json"), ["environment"]], // written by this test
    [path.join(lab.app, ".live/synth"), ["environment"]], // templates, while a session runs
    [path.join(lab.app, ".live/stubs"), ["stage"]], // the stub's package
    [cloud, ["environment", "stage", "key", "token"]], // templates, functions, packages, credentials
  ];
  const mine = readdirSync(tmpdir()).filter((name) => !tmpBefore.has(name)).map((name) => path.join(tmpdir(), name));
  let files = 0;
  for (const folder of new Set([lab.folder, ...mine]))
    for (const file of walk(folder)) {
      ++files;
      holdsNone(file, must.find(([place]) => file === place || file.startsWith(place + "/"))?.[1] ?? []);
    }
  assert.ok(files > 10, `only ${files} files were looked at`); // the app, the stubs, the embedded AWS
});

test("what holds the stage key or credentials is the user's alone", () => {
  const alone = (at) => assert.equal(lstatSync(at).mode & 0o077, 0, `${at} is open to others: ${(lstatSync(at).mode & 0o777).toString(8)}`);
  alone(path.join(lab.app, ".live"));
  for (const name of readdirSync(path.join(lab.app, ".live/stubs"))) alone(path.join(lab.app, ".live/stubs", name));
  alone(path.join(lab.env.LIVE_HOME, "cloud"));
  alone(path.join(lab.env.LIVE_HOME, "cloud/cloud.log"));
});

function parentOf(pid) {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    return 0;
  }
}
function runs(pid) {
  return parentOf(pid) !== 0;
}

function* walk(at) {
  let status;
  try {
    status = lstatSync(at);
    if (status.isSymbolicLink()) return void readlinkSync(at);
  } catch {
    return; // another test's, gone meanwhile
  }
  if (status.isFile()) yield at;
  if (!status.isDirectory()) return;
  let names = [];
  try {
    names = readdirSync(at);
  } catch {}
  for (const name of names) if (name !== "node_modules") yield* walk(path.join(at, name));
}

/** Every form in which the bytes may stand there: as they are, base64, and inside a zip. */
function holdsNone(file, allowed) {
  let bytes;
  try {
    bytes = readFileSync(file);
  } catch {
    return;
  }
  for (const part of [bytes, ...unzipped(bytes)])
    for (const [name, text] of Object.entries(secret)) {
      if (allowed.includes(name)) continue;
      const forms = [Buffer.from(text), Buffer.from(Buffer.from(text).toString("base64").slice(0, -4))];
      if (name === "stage") forms.push(Buffer.from(text, "base64"));
      for (const form of forms) assert.ok(!part.includes(form), `the ${name} is in ${file}`);
    }
}
function unzipped(bytes) {
  const parts = [];
  if (bytes.length < 30 || bytes.readUInt32LE(0) !== 0x04034b50) return parts;
  for (let at = bytes.indexOf("PK\x01\x02"); at >= 0; at = bytes.indexOf("PK\x01\x02", at + 4)) {
    const [method, size, local] = [bytes.readUInt16LE(at + 10), bytes.readUInt32LE(at + 20), bytes.readUInt32LE(at + 42)];
    const from = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(from, from + size);
    parts.push(method === 8 ? inflateRawSync(packed) : packed);
  }
  return parts;
}
