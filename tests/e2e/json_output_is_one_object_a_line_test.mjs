// --json: what a tool reads of a session. docs/json.md is the reference.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const lab = new Lab(
  { Hello: { handler: "f.handler" }, Other: { handler: "f.handler" } },
  {
    "src/f.js": `exports.handler = async ({ fail }) => {
      console.log("on\\nthe way");
      process.stdout.write(Buffer.from([0x61, 0xff, 0x0a]));
      if (fail) throw new TypeError("no luck");
      return { big: "x".repeat(5000) };
    };`,
  },
);
after(() => lab.dispose());

/** A command's objects as they come; everything on standard output has to be one. */
function tool(...args) {
  const child = spawn(lab.live, args, { cwd: lab.app, env: lab.env, stdio: ["ignore", "pipe", "pipe"] });
  lab.sessions.push({ kill: () => child.kill("SIGKILL") });
  const found = { child, objects: [], broken: [], code: new Promise((resolve) => child.on("close", resolve)) };
  let rest = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines)
      try {
        const one = JSON.parse(line);
        assert.equal(typeof one.type, "string");
        found.objects.push(one);
      } catch {
        found.broken.push(line);
      }
  });
  found.one = (type, more = {}) =>
    until(`object of type ${type}`, () => found.objects.find((one) => one.type === type && Object.entries(more).every(([key, value]) => one[key] === value)), { timeout: 120_000 });
  return found;
}

test("a session is told from its start to its end, and nothing else is on standard output", async () => {
  const live = tool("start", "--local", "--stage", "e2e", "--json", "--except", "Other");
  const listening = await live.one("listening");
  assert.deepEqual([listening.functions, listening.stage], [1, "e2e"]);
  assert.match(listening.time, /^\d{4}-\d\d-\d\dT\S+Z$/);
  assert.equal((await live.one("app")).app, "lab");
  assert.match((await live.one("embedded-aws")).endpoint, /^http:/);
  assert.equal((await live.one("debug-stack")).stack, "e2e-lab-debug-stack");
  assert.equal((await live.one("stack", { stack: "e2e-lab-lab" })).status, "deployed");
  assert.equal((await live.one("function-kept")).function, "lab/Other");
  await live.one("resource", { construct: "lab/Hello" });

  await lab.invoke("Hello");
  const request = await live.one("request");
  assert.deepEqual([request.function, request.name, request.handler], ["lab/Hello", "e2e-Hello", "f.handler"]);
  const { request_id } = request;
  await live.one("log", { request_id, line: "on\nthe way", stream: "stdout" });
  await live.one("log", { request_id, line: "a\ufffd" });
  const response = await live.one("response", { request_id });
  assert.equal(response.payload_bytes, 5010);
  assert.equal(response.payload, undefined);
  assert.ok(response.handler_ms >= 0);

  await lab.invoke("Hello", { fail: true });
  const failure = await live.one("failure");
  assert.deepEqual([failure.error_type, failure.error_message], ["TypeError", "no luck"]);
  assert.match(failure.trace[1], /f\.js:4/);

  lab.describe({ Hello: { handler: "f.handler", timeout: 20 }, Other: { handler: "f.handler" } });
  const { stacks } = await live.one("infrastructure", { status: "changed" });
  const [change] = stacks[0].resources;
  assert.deepEqual([stacks[0].name, change.construct, change.properties], ["e2e-lab-lab", "lab/Hello", [{ name: "Timeout", from: "10", to: "20" }]]);

  live.child.kill("SIGINT");
  assert.equal(await live.code, 0);
  await live.one("ended");
  assert.deepEqual(live.broken, []);
  const page = readFileSync(path.join(root, "docs/json.md"), "utf8");
  for (const { type } of live.objects) assert.ok(page.includes(`\`${type}\``), `${type} is not documented`);
});

test("a failed command says why in an object, and exits with 1", async () => {
  lab.write("live.json", '{"nmae": 1}');
  const live = tool("deploy", "--local", "--stage", "e2e", "--json");
  assert.equal(await live.code, 1);
  assert.match((await live.one("error")).text, /live\.json:1: "nmae" is no setting/);
  assert.deepEqual(live.broken, []);
  lab.write("live.json", "{}");
});

test("--quiet leaves warnings, errors and results", async () => {
  const session = await lab.go("--quiet", "--no-deploy");
  await lab.invoke("Hello");
  await lab.invoke("Hello", { fail: true });
  await session.line(/✗ TypeError: no luck/, "the failure");
  await session.stop();
  const rest = session.lines.filter((line) => !/│|✗|^!|Listening for requests/.test(line));
  assert.deepEqual(rest, []);
});

test("deploy and remove end with what was done", async () => {
  const deploy = tool("deploy", "--local", "--stage", "e2e", "--json");
  assert.equal(await deploy.code, 0);
  assert.deepEqual((await deploy.one("deployed")).stacks, ["e2e-lab-lab"]);
  const remove = tool("remove", "--local", "--stage", "e2e", "--json", "--yes");
  assert.equal(await remove.code, 0);
  assert.equal((await remove.one("removed")).stage, "e2e");
  assert.deepEqual([...deploy.broken, ...remove.broken], []);
});
