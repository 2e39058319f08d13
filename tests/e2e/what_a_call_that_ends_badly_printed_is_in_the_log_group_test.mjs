// However a call ends, what its code had printed stands in the function's log group, before what Lambda says of the end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = `
const end = {
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  exit: () => process.exit(3),
  kill: () => process.kill(process.pid, "SIGKILL"),
  none: () => {},
  late: () => new Promise((resolve) => setTimeout(resolve, 2950)),
  throw: () => { throw new RangeError("as asked"); },
  memory: () => {
    const taken = Buffer.alloc(400 * 1024 * 1024, 1);
    return new Promise(() => setInterval(() => taken.length, 1000));
  },
};
exports.plain = async ({ way }) => {
  console.log("before");
  console.error("the end");
  await end[way]();
};
exports.stream = awslambda.streamifyResponse(async ({ way, lines = 0 }, stream) => {
  console.log("before the first byte");
  stream.write("bytes");
  console.log("after it");
  for (let i = 0; i < lines; ++i) console.log("line " + i + " " + "x".repeat(90));
  if (way) await end[way]();
  stream.end();
});`;
const lab = new Lab(
  {
    Plain: { handler: "bad.plain", timeout: 3 },
    Stream: { handler: "bad.stream", timeout: 3 },
    Init: { handler: "init.handler" },
  },
  { "src/bad.js": source, "src/init.js": `console.log("of init"); throw new Error("no init");` },
);
let session;
before(async () => (session = await lab.go("--verbose")));
after(() => lab.dispose());

const stream = (event) => lab.invokeStreaming("Stream", event);
const ofOne = async (id, act) => [...(await lab.newlyLogged(id, act)).values()][0];
const isFigures = /^LIVE RequestId: \S+\tDuration: [\d.]+ ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: [1-9]\d* MB(\t|$)/;
// That of the client's own: an error that the code throws is the last of its lines.
function takeError(lines, title) {
  const [error] = lines.splice(lines.findIndex((line) => line.includes(`\tERROR\t${title} \t{`)), 1);
  assert.match(error, /^\S+Z\t\S+\tERROR\t/);
  return lines;
}
const figures = (lines) => lines.filter((line) => line.startsWith("LIVE RequestId: "));

for (const [what, init] of [["first call of a process", true], ["warm call", false]])
  test(`a ${what} whose time is over`, async () => {
    if (!init) await lab.invoke("Plain", { way: "none" });
    const lines = await ofOne("Plain", async () => assert.match((await lab.invoke("Plain", { way: "hang" })).text, /Task timed out after 3.00 seconds/));
    assert.deepEqual(lines.slice(0, 2), ["before", "the end"]);
    assert.match(lines[2], isFigures);
    assert.equal(/\tInit Duration: \d/.test(lines[2]), init);
    const [, duration] = /\tDuration: ([\d.]+) ms/.exec(lines[2]);
    assert.ok(duration > 1000 && duration <= 3000, lines[2]);
    assert.match(lines[3], /Task timed out/);
    assert.equal(figures(lines).length, 1);
    await session.line(/billed \d+ ms, at most \d+ of 128 MB used/, "the figures of it in the terminal");
  });

for (const way of ["exit", "kill", "throw", "memory"])
  test(`a call whose code ends by ${way}`, async () => {
    const lines = await ofOne("Plain", () => lab.invoke("Plain", { way }));
    if (way === "throw") takeError(lines, "Invoke Error");
    assert.deepEqual(lines.slice(0, 2), ["before", "the end"]);
    assert.match(lines[2], isFigures);
    assert.equal(figures(lines).length, 1);
  });

test("a call that answers right before its time is over", async () => {
  const lines = await ofOne("Plain", () => lab.invoke("Plain", { way: "late" }));
  assert.equal(figures(lines).length, 1);
});

test("a call whose code cannot be loaded", async () => {
  const lines = await ofOne("Init", async () => assert.equal((await lab.invoke("Init")).error, "Unhandled"));
  assert.equal(takeError(lines, "Uncaught Exception")[0], "of init");
  assert.match(lines[1], isFigures);
});

test("an answer that streams", async () => {
  const lines = await ofOne("Stream", async () => assert.equal(await stream({}), "bytes"));
  assert.deepEqual(lines.slice(0, 2), ["before the first byte", "after it"]);
  assert.match(lines[2], isFigures);
});

test("an answer that streams, with more lines than a message holds", async () => {
  const lines = await ofOne("Stream", () => stream({ lines: 5000 }));
  assert.equal(lines.length, 5003);
  assert.deepEqual(lines.slice(2, -1).map((line) => Number(line.split(" ")[1])), Array.from({ length: 5000 }, (_, i) => i));
  assert.match(lines.at(-1), isFigures);
});

for (const way of ["throw", "exit", "hang"])
  test(`an answer that breaks off by ${way}`, async () => {
    const lines = await ofOne("Stream", () => stream({ way }));
    if (way === "throw") takeError(lines, "Invoke Error");
    assert.deepEqual(lines.slice(0, 2), ["before the first byte", "after it"]);
    assert.match(lines[2], isFigures);
    assert.equal(figures(lines).length, 1);
  });
