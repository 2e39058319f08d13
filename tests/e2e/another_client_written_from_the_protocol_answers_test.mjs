import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

// tests/support/another_client.py knows docs/protocol.md and shares nothing with `live`. The stub is the real one.
const lab = new Lab(
  { Hello: { handler: "hello.handler", timeout: 30 } },
  { "src/hello.js": `exports.handler = async () => ({ client: "live" });` },
  { stage: "other", env: { USER: "ann" } },
);

class AnotherClient {
  told = [];
  waiting = [];
  constructor(env) {
    this.child = spawn("/usr/bin/python3", [path.join(root, "tests/support/another_client.py"), "other", "lab"], {
      env: { ...env, PYTHONDONTWRITEBYTECODE: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.ended = new Promise((resolve) => this.child.on("exit", (code) => resolve(code)));
    let rest = "";
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      this.told.push(...lines.map((line) => JSON.parse(line)));
      this.waiting = this.waiting.filter((look) => !look());
    });
  }

  /** The first that it tells of such a thing, from `after` on. */
  async of(what, { after = 0, where = () => true } = {}) {
    const find = () => this.told.slice(after).find((one) => one.what === what && where(one));
    const found = find();
    if (found) return found;
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${what} within 30 s:\n${JSON.stringify(this.told, null, 1)}`)), 30_000);
      this.waiting.push(() => {
        const one = find();
        if (one) (clearTimeout(timer), resolve(one));
        return one;
      });
    });
  }

  all(what, where = () => true) {
    return this.told.filter((one) => one.what === what && where(one));
  }
}

let session, other;
before(async () => {
  session = await lab.go();
});
after(async () => {
  other?.child.kill("SIGKILL");
  await lab.dispose();
});

async function answered(event) {
  const { error, text, body } = await lab.invoke("Hello", event);
  assert.equal(error, undefined, text.slice(0, 500));
  return body;
}

test("it takes the stage over, and `live start` understands what it is told", async () => {
  assert.deepEqual(await answered({}), { client: "live" });
  other = new AnotherClient(await lab.aws());
  const took = await other.of("took");
  assert.match(took.previous, /^ann@/);
  assert.equal(took.epoch, 2);
  assert.equal((await other.of("told")).status, 200);
  await session.line(/another@client started a session on this stage/, "word of the takeover");
  assert.equal((await session.ended).code, 0, session.tail());
});

test("it answers a call", async () => {
  const body = await answered({ text: "Grüße 🚀" });
  assert.deepEqual(body, { client: "another", size: Buffer.byteLength('{"text":"Grüße 🚀"}'), text: "Grüße 🚀" });
  const run = other.all("runs").at(-1);
  assert.equal(run.function, "other-Hello");
  assert.match(run.arn, /^arn:aws:lambda:us-east-1:\d{12}:function:other-Hello$/);
  assert.equal(run.region, "us-east-1");
  assert.ok(run.has_keys, "without the role's credentials");
  assert.ok(run.left > 25_000 && run.left <= 31_000, `${run.left} ms are left of 30 s`);
  assert.equal(run.by_store, false);
});

test("an error of its handler is a function error", async () => {
  const { error, body } = await lab.invoke("Hello", { fail: "on purpose" });
  assert.equal(error, "Unhandled");
  assert.deepEqual(body, { errorType: "Error", errorMessage: "on purpose", trace: [] });
});

test("an event that compresses travels in the message, one that does not through the bucket", async () => {
  const text = "z".repeat(1_000_000);
  assert.equal((await answered({ text })).text, text);
  assert.equal(other.all("runs").at(-1).by_store, false);
  const noise = randomBytes(300_000).toString("hex");
  assert.equal((await answered({ text: noise })).text, noise);
  assert.equal(other.all("runs").at(-1).by_store, true);
});

test("a large answer comes through the bucket", async () => {
  const body = await answered({ bytes: 5_000_000 });
  assert.match(body, /^[0-9a-f]{5000000}$/);
  const { error, body: refused } = await lab.invoke("Hello", { bytes: 6_291_556 });
  assert.equal(error, "Unhandled");
  assert.equal(refused.errorType, "Function.ResponseSizeTooLarge");
});

test("its signs of life keep a call that takes longer than a stub bears silence", async () => {
  assert.equal((await answered({ wait: 7 })).client, "another");
});

test("without them the stub gives up after 5 s of silence, though it repeated the call", async () => {
  const before = other.told.length;
  const began = performance.now();
  const { error, body, text } = await lab.invoke("Hello", { mute: true });
  const took = performance.now() - began;
  assert.equal(error, "Unhandled", text);
  assert.equal(body.errorType, "Live.ClientSilent");
  assert.ok(took > 4900 && took < 7000, `it took ${Math.round(took)} ms`);
  assert.ok(await other.of("again", { after: before, where: ({ type }) => type === "invoke" }), "the stub did not repeat it");
});

test("a message that comes again while the call runs, and when it is answered, runs nothing", async () => {
  const before = other.told.length;
  assert.equal((await answered({ twice: true })).client, "another");
  const { request_id } = await other.of("runs", { after: before });
  const mine = (one) => one.request_id === request_id;
  await other.of("again", { after: before, where: (one) => mine(one) && one.running });
  await other.of("again", { after: before, where: (one) => mine(one) && !one.running });
  assert.equal(other.all("runs", mine).length, 1);
  // The stub has its answer: what it gets once more it drops, and the next call gets its own.
  assert.equal((await answered({ text: "next" })).text, "next");
});

test("what it tells of the log while a call runs stands in the function's log group once", async () => {
  const logged = await lab.newlyLogged("Hello", () => answered({ prints: ["first", "zweite ü", "third"] }));
  assert.deepEqual([...logged.values()], [["first", "zweite ü", "third", "with the answer"]]);
});

test("calls at once get their own answers", async () => {
  const texts = Array.from({ length: 8 }, (_, n) => `call ${n}`);
  const bodies = await Promise.all(texts.map((text) => answered({ text, wait: 0.1 })));
  assert.deepEqual(bodies.map(({ text }) => text), texts);
});

test("`live start` takes the stage back, and it is told", async () => {
  const running = lab.invoke("Hello", { wait: 3 });
  await other.of("runs", { after: other.told.length });
  session = await lab.go();
  await session.line(/Took the stage over from another@client/, "word of the takeover");
  assert.match((await other.of("superseded")).by, /^ann@/);
  assert.deepEqual(await answered({}), { client: "live" });
  assert.equal((await running).body?.client, "another", "what it had accepted was not answered by it");
  assert.equal((await other.of("ended")).superseded, true);
  assert.equal(await other.ended, 0);
});
