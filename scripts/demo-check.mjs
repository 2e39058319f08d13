// ./demo --check: the sample app, as a user would run it, on an embedded AWS of its own. A line a step with its
// time; exit code 0 only if every step held.
import { execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs, promisify } from "node:util";

const run = promisify(execFile);
const { values: options } = parseArgs({ options: { live: { type: "string" }, "build-ms": { type: "string" }, keep: { type: "boolean" } } });
const root = path.resolve(import.meta.dirname, "..");
const live = path.resolve(options.live ?? path.join(root, "build/release/live"));
const work = mkdtempSync(path.join(tmpdir(), "live-demo-"));
const app = path.join(work, "api-sns");
const env = { ...process.env, LIVE_HOME: path.join(work, "home"), NO_COLOR: "1", CI: "1" };
for (const name of ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"]) delete env[name];
const stage = "check";

let failed = 0;
async function step(name, work) {
  const began = performance.now();
  const report = (mark, text) =>
    console.log(`${mark} ${name.padEnd(46)} ${(Math.round(performance.now() - began) + " ms").padStart(9)}${text ? "   " + text : ""}`);
  try {
    report("ok  ", await work());
  } catch (error) {
    failed += 1;
    report("FAIL", error.message);
    throw error;
  }
}
function expect(truth, message) {
  if (!truth) throw new Error(message);
}

// `live start`, its lines and waiting for one of them.
class Session {
  lines = [];
  waiting = new Set();
  constructor() {
    this.child = spawn(live, ["start", "--local", "--stage", stage], { cwd: app, env, stdio: ["ignore", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve({ code, signal })));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop();
        for (const line of parts) this.take(line);
      });
    }
    this.ended.then(({ code, signal }) => {
      for (const { reject, what } of this.waiting) reject(new Error(`live start ended (${signal ?? code}) before ${what}:\n${this.tail()}`));
    });
  }
  take(line) {
    this.lines.push(line);
    for (const one of this.waiting) if (one.pattern.test(line)) one.resolve(line);
  }
  tail() {
    return this.lines.slice(-25).map((line) => "      " + line).join("\n");
  }
  line(pattern, what, timeout = 120_000, from = 0) {
    const found = this.lines.slice(from).find((line) => pattern.test(line));
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const one = { pattern, what };
      const end = (settle) => (value) => (clearTimeout(timer), this.waiting.delete(one), settle(value));
      const timer = setTimeout(() => one.reject(new Error(`no ${what} within ${timeout / 1000} s:\n${this.tail()}`)), timeout);
      one.resolve = end(resolve);
      one.reject = end(reject);
      this.waiting.add(one);
    });
  }
  async stop() {
    this.child.kill("SIGINT");
    return await this.ended;
  }
}

async function call(url, timeout = 30_000) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout) });
  const text = await response.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = { text };
  }
  return { status: response.status, body, text };
}

async function command(...args) {
  try {
    const { stdout, stderr } = await run(live, args, { cwd: app, env, timeout: 180_000, maxBuffer: 1 << 24 });
    return stdout + stderr;
  } catch (error) {
    throw new Error(`live ${args.join(" ")} exited with ${error.code ?? error.signal}:\n${(error.stdout + error.stderr).split("\n").slice(-25).join("\n")}`);
  }
}

let session;
let endpoint;
try {
  cpSync(path.join(root, "examples/api-sns"), app, { recursive: true, filter: (source) => !/node_modules|\.live$|cdk\.out/.test(path.relative(root, source)) });
  symlinkSync(path.join(root, "examples/api-sns/node_modules"), path.join(app, "node_modules"));
  const source = path.join(app, "src/api.js");
  let url;
  if (options["build-ms"]) console.log(`ok   ${"build".padEnd(46)} ${(options["build-ms"] + " ms").padStart(9)}`);

  await step("cloud up", async () => {
    session = new Session();
    const line = await session.line(/Embedded AWS/, "embedded AWS");
    endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    expect(endpoint, `no endpoint in: ${line}`);
    return endpoint;
  });
  await step("debug stack deployed", () => session.line(/✓.*check-api-sns-debug-stack/, "debug stack"));
  await step("app deployed, every function a stub", () => session.line(/✓.*check-api-sns-api/, "app"));
  await step("connected", async () => {
    await session.line(/Listening for requests/, "connected session");
    url = /http:\/\/127\.0\.0\.1:\d+\/_api\/\S+/.exec(session.lines.find((line) => /ApiUrl/.test(line)) ?? "")?.[0];
    expect(url, `no ApiUrl was printed:\n${session.tail()}`);
    return url;
  });
  await step("first call runs api.js on this machine", async () => {
    const { status, body, text } = await call(url);
    expect(status === 200 && body.greeting === "Hello from api.js" && body.local === true, `${status} ${text}`);
  });
  await step("warm call", async () => {
    const { status, body, text } = await call(url);
    expect(status === 200 && body.local === true, `${status} ${text}`);
  });
  await step("SNS function ran on this machine", async () => {
    const { body } = await call(url);
    await session.line(new RegExp(`received ${body.published}`), "line of sns.js", 20_000);
  });
  await step("edit seen, nothing deployed", async () => {
    writeFileSync(source, readFileSync(source, "utf8").replace("Hello from api.js", "Hello again"));
    const until = Date.now() + 10_000;
    for (;;) {
      const { body } = await call(url);
      if (body.greeting === "Hello again") break;
      expect(Date.now() < until, `still the old answer: ${JSON.stringify(body)}`);
    }
    expect(!session.lines.some((line) => /deploying/i.test(line) && session.lines.indexOf(line) > session.lines.findIndex((l) => /Listening/.test(l))), "something was deployed");
  });
  await step("Ctrl-C says what stays deployed", async () => {
    const { code } = await session.stop();
    expect(code === 0, `exit code ${code}:\n${session.tail()}`);
    await session.line(/live deploy/, "hint to live deploy", 1000);
  });
  await step("calls fail at once, with an explicit error", async () => {
    const began = performance.now();
    const { status, text } = await call(url);
    const took = performance.now() - began;
    expect(status === 502, `status ${status}: ${text}`);
    expect(took < 3000, `it took ${Math.round(took)} ms`);
    const logs = await run(live, ["cloud", "status"], { cwd: app, env });
    return logs.stdout.split("\n")[0];
  });
  await step("live deploy: the deployed code answers", async () => {
    await command("deploy", "--local", "--stage", stage);
    const { status, body, text } = await call(url);
    expect(status === 200 && body.greeting === "Hello again" && body.local === false, `${status} ${text}`);
  });
  await step("live remove: nothing of ours is left", async () => {
    await command("remove", "--local", "--stage", stage, "--yes");
    const aws = { ...env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_REGION: "us-east-1", AWS_ENDPOINT_URL: endpoint };
    const { stdout } = await run(process.execPath, [path.join(root, "scripts/left-over.mjs")], { env: aws, cwd: root });
    const left = JSON.parse(stdout);
    expect(left.length === 0, `left: ${left.join(", ")}`);
  });
} catch {
  // The step has said it.
} finally {
  if (session && session.child.exitCode === null) {
    session.child.kill("SIGKILL");
    await session.ended;
  }
  await run(live, ["cloud", "stop"], { env }).catch(() => {});
  if (failed || options.keep) console.log(`Kept for a look: ${work}`);
  else rmSync(work, { recursive: true, force: true });
}
console.log(failed ? "FAILED" : "Every step held.");
process.exit(failed ? 1 : 0);
