// However a call ends, what its code had printed stands in the function's log group, before what Lambda says of the end.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = `
const end = {
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  exit: () => process.exit(3),
  kill: () => process.kill(process.pid, "SIGKILL"),
  throw: () => { throw new RangeError("as asked"); },
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
before(() => lab.go());
after(() => lab.dispose());

const stream = (event) => lab.invokeStreaming("Stream", event);
const ofOne = async (id, act) => [...(await lab.newlyLogged(id, act)).values()][0];
const isFigures = /^LIVE RequestId: \S+\tDuration: /;

test("a call whose time is over", async () => {
  const lines = await ofOne("Plain", async () => assert.match((await lab.invoke("Plain", { way: "hang" })).text, /Task timed out after 3.00 seconds/));
  assert.deepEqual(lines.slice(0, 2), ["before", "the end"]);
  assert.match(lines[2], /Task timed out/);
});

for (const way of ["exit", "kill", "throw"])
  test(`a call whose code ends by ${way}`, async () => {
    const lines = await ofOne("Plain", () => lab.invoke("Plain", { way }));
    assert.deepEqual(lines.slice(0, 2), ["before", "the end"]);
    assert.match(lines[2], isFigures);
  });

test("a call whose code cannot be loaded", async () => {
  const lines = await ofOne("Init", async () => assert.equal((await lab.invoke("Init")).error, "Unhandled"));
  assert.equal(lines[0], "of init");
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
    assert.deepEqual(lines.slice(0, 2), ["before the first byte", "after it"]);
    if (way !== "hang") assert.match(lines[2], isFigures);
  });
