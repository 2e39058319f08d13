// Whatever a call prints, and by whichever process, is in the function's log group under that call, in order.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const source = `
const { spawnSync } = require("node:child_process");
const { writeSync } = require("node:fs");
const ways = {
  bytes: () => process.stdout.write(Buffer.from("bytes \\xff\\x00\\xfe end\\n", "latin1")),
  colours: () => console.log("\\x1b[31mred\\x1b[0m"),
  unfinished: () => process.stdout.write("no newline"),
  long: () => console.log("x".repeat(1024 * 1024)),
  lines: ({ lines }) => { for (let i = 0; i < lines; ++i) console.log("line " + i + " " + "x".repeat(90)); },
  leaves: () => { for (let i = 0; i < 5000; ++i) console.log("line " + i + " " + "x".repeat(90)); process.exit(3); },
  mixed: () => {
    for (let i = 0; i < 20; i += 4) {
      console.log(i);
      console.error(i + 1);
      spawnSync("sh", ["-c", "echo " + (i + 2)], { stdio: "inherit" });
      writeSync(2, (i + 3) + "\\n");
    }
  },
  fails: () => { throw new TypeError("on purpose"); },
  background: ({ gate }) => { fetch(gate).then(() => console.log("after the answer")); },
  says: async ({ gate, n }) => { console.log("begins " + n); await fetch(gate); for (let i = 0; i < 10; ++i) { console.log(n + ":" + i); await null; } },
};
exports.handler = async (event, { awsRequestId }) => { await ways[event.way](event); return awsRequestId; };`;
const lab = new Lab({ Print: { handler: "print.handler", timeout: 60 } }, { "src/print.js": source });
let session;
before(async () => (session = await lab.go()));
after(async () => {
  gate.close();
  await lab.dispose();
});

/** The lines of one call without the figures, which stand last. */
async function printed(event) {
  let id;
  const calls = await lab.newlyLogged("Print", async () => (id = (await lab.invoke("Print", event)).body));
  return ownLines([...calls.values()][0], typeof id === "string" ? id : [...calls.keys()][0]);
}
function ownLines(lines, id) {
  assert.match(lines.at(-1), new RegExp(`^LIVE RequestId: ${id}\t`));
  return lines.slice(0, -1);
}

test("bytes that are no text, colours, and a line without an end", async () => {
  assert.deepEqual(await printed({ way: "bytes" }), ["bytes \ufffd\u0000\ufffd end"]);
  assert.deepEqual(await printed({ way: "colours" }), ["\x1b[31mred\x1b[0m"]);
  assert.deepEqual(await printed({ way: "unfinished" }), ["no newline"]);
});

test("a line of a megabyte comes in pieces", async () => {
  const pieces = await printed({ way: "long" });
  assert.equal(pieces.join("").length, 1024 * 1024);
  assert.match(pieces.join(""), /^x+$/);
});

test("half a megabyte is there whole", async () => {
  const lines = await printed({ way: "lines", lines: 5000 });
  assert.deepEqual(lines.map((line) => Number(line.split(" ")[1])), Array.from({ length: 5000 }, (_, i) => i));
});

test("of ten megabytes it is said how many lines are left out", async () => {
  const lines = await printed({ way: "lines", lines: 100_000 });
  const [, more] = /^LIVE (\d+) more lines of output are on the developer's machine alone$/.exec(lines.at(-1));
  assert.equal(lines.length - 1 + Number(more), 100_000);
  assert.ok(lines.length > 10_000, `${lines.length}`);
});

test("what was printed before a process leaves is there to the last line", async () => {
  assert.match((await printed({ way: "leaves" })).at(-1), /^line 4999 /);
});

test("an error is there as AWS's client logs it, and in the terminal as ever", async () => {
  const lines = await printed({ way: "fails" });
  assert.equal(lines.length, 1, lines.join("\n"));
  assert.match(lines[0], /^\d{4}-[-\dT:.]+Z\t[-0-9a-f]{36}\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"on purpose","stack":\["TypeError: on purpose",/);
  await session.line(/TypeError: on purpose/, "error");
  assert.doesNotMatch(session.lines.join("\n"), /Invoke Error|live logged/);
});

test("both streams and a child's output are in the order in which they were written", async () => {
  assert.deepEqual((await printed({ way: "mixed" })).map(Number), Array.from({ length: 20 }, (_, i) => i));
});

test("what goes on after an answer belongs to the environment's next call", async () => {
  const own = new Gate();
  await own.listen();
  assert.deepEqual(await printed({ way: "background", gate: own.url }), []);
  await own.reached(1);
  own.release();
  await session.line(/after the answer/, "background output");
  assert.deepEqual(await printed({ way: "colours" }), ["after the answer", "\x1b[31mred\x1b[0m"]);
  own.close();
});

test("twenty calls at once: each has its own lines", async () => {
  const count = 20;
  let ids;
  const logged = await lab.newlyLogged("Print", async () => {
    const calls = Array.from({ length: count }, (_, n) => lab.invoke("Print", { way: "says", n, gate: gate.url }));
    await Promise.race([gate.reached(count), Promise.all(calls)]);
    gate.release();
    ids = (await Promise.all(calls)).map(({ body }) => body);
  });
  for (const [n, id] of ids.entries()) assert.deepEqual(ownLines(logged.get(id), id), [`begins ${n}`, ...Array.from({ length: 10 }, (_, i) => `${n}:${i}`)]);
});
