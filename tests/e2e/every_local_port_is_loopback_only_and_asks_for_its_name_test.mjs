import assert from "node:assert/strict";
import { readFileSync, readdirSync, readlinkSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const lab = new Lab(
  { Hello: { handler: "hello.handler", timeout: 60 } },
  { "src/hello.js": `exports.handler = async (event) => { await fetch(event.gate); return { api: process.env.AWS_LAMBDA_RUNTIME_API }; };` },
);
let session, held, ports;
before(async () => {
  session = await lab.go();
  held = lab.invoke("Hello", { gate: gate.url });
  await gate.reached(1);
  const run = JSON.parse(readFileSync(path.join(lab.env.LIVE_HOME, "cloud/run.json"), "utf8"));
  ports = { cloud: listeners(run.pid), session: listeners(session.child.pid), cloudPort: run.port };
});
after(async () => {
  gate.close();
  await lab.dispose();
});

/** Where a process listens, as the kernel tells it: [{address, port}]. */
function listeners(pid) {
  const inodes = new Set();
  for (const name of readdirSync(`/proc/${pid}/fd`))
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${name}`))?.[1];
      if (inode) inodes.add(inode);
    } catch {} // closed meanwhile
  return ["tcp", "tcp6"].flatMap((family) =>
    readFileSync(`/proc/${pid}/net/${family}`, "utf8")
      .split("\n")
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((parts) => parts[3] === "0A" && inodes.has(parts[9]))
      .map(([, local]) => ({ address: local.split(":")[0], port: parseInt(local.split(":")[1], 16) })),
  );
}

function ask(port, { host = `127.0.0.1:${port}`, method = "GET", target = "/", headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, method, path: target, headers: { ...headers, Host: host }, timeout: 5000 }, async (response) => {
      let text = "";
      for await (const part of response.setEncoding("utf8")) text += part;
      resolve({ status: response.statusCode, text });
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer"))).on("error", reject).end(body);
  });
}

const foreign = (port) => ["evil.example", `evil.example:${port}`, `127.0.0.1.evil.example:${port}`, "localhost.evil.example", `192.168.0.1:${port}`];

test("all of them are bound to 127.0.0.1", () => {
  assert.ok(ports.cloud.length >= 2, "the embedded AWS has its own port and one for the stub it runs");
  assert.ok(ports.session.length >= 1, "the session has one for its worker");
  for (const { address, port } of [...ports.cloud, ...ports.session]) assert.equal(address, "0100007F", `port ${port}`);
});

test("none answers under a name that was made to lead here", async () => {
  for (const { port } of [...ports.cloud, ...ports.session])
    for (const host of foreign(port)) assert.equal((await ask(port, { host })).status, 403, `port ${port} as ${host}`);
});

test("a runtime's port gives nothing to who does not know its path", async () => {
  const runtimes = [...ports.cloud.filter(({ port }) => port !== ports.cloudPort), ...ports.session];
  for (const { port } of runtimes)
    for (const target of ["/", "/2018-06-01/runtime/invocation/next", `/${"0".repeat(32)}/2018-06-01/runtime/invocation/next`, "/../2018-06-01/runtime/invocation/next"])
      for (const method of ["GET", "POST"]) {
        const { status, text } = await ask(port, { target, method });
        assert.deepEqual({ status, text: text.trim() }, { status: 403, text: "" }, `${method} ${target} at ${port}`);
      }
});

test("a body is not waited for from who is refused anyway", async () => {
  for (const { port } of [...ports.cloud, ...ports.session]) {
    const answer = await ask(port, { host: "evil.example", method: "POST", headers: { "Content-Length": "60000000" }, body: "" });
    assert.equal(answer.status, 403);
  }
});

test("the embedded AWS tells nothing to who has no key", async () => {
  const denied = async (options) => {
    const { status, text } = await ask(ports.cloudPort, options);
    assert.ok(status >= 400, `${JSON.stringify(options)}: ${status} ${text.slice(0, 200)}`);
  };
  await denied({ target: "/" });
  await denied({ target: "/2015-03-31/functions/" });
  await denied({ method: "POST", headers: { "X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0" }, body: "{}" });
  await denied({ method: "POST", headers: { "Content-Type": "application/x-www-form-urlencoded" }, body: "Action=ListRoles&Version=2010-05-08" });
});

test("meanwhile the call goes on, and the paths cannot be guessed", async () => {
  gate.release();
  const { body, text } = await held;
  assert.match(body?.api ?? "", /^127\.0\.0\.1:\d+\/[0-9a-f]{32}$/, text);
});
