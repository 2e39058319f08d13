// CloudWatch shows what the code printed on the developer's machine, between Lambda's own lines, and how it went there.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const lab = new Lab(
  { Hello: { handler: "hello.handler" } },
  {
    "src/hello.js": `
      console.log("of init");
      exports.handler = async ({ lines = 1, wide = 0, fail }) => {
        for (let i = 1; i <= lines; ++i) console.log("line " + i + " ü" + " ".repeat(wide) + ".");
        console.error("an error's line");
        if (fail) throw new Error("as asked");
        return lines;
      };`,
  },
);
before(() => lab.go());
after(() => lab.dispose());
/** Its lines so far: none before its first call, which makes the log group. */
const log = async () => (await lab.stubLog("Hello").catch(() => "")).split("\n").filter(Boolean);
/** Lines of one call, without what changes from one to the next. */
async function logged(event) {
  const before = (await log()).length;
  await lab.invoke("Hello", event);
  const lines = await until("REPORT of the call", async () => {
    const lines = (await log()).slice(before);
    return lines.at(-1)?.startsWith("REPORT") && lines;
  });
  return lines.map((line) => line.replace(/[0-9a-f-]{36}/g, "ID").replace(/[\d.]+ (ms|MB)/g, "N $1").trimEnd());
}
const start = "START RequestId: ID Version: $LATEST", end = "END RequestId: ID";
const live = "LIVE RequestId: ID\tDuration: N ms\tBilled Duration: N ms\tMemory Size: N MB\tMax Memory Used: N MB";

test("init, output and figures of the first call stand between START and END, in order", async () => {
  const lines = await logged({});
  const at = lines.indexOf(start);
  assert.deepEqual(lines.slice(at, -1), [start, "of init", "line 1 ü.", "an error's line", `${live}\tInit Duration: N ms`, end]);
  assert.match(lines.at(-1), /^REPORT RequestId: ID/);
});

test("a warm call has its own, and a failing one too", async () => {
  assert.deepEqual((await logged({ lines: 2 })).slice(0, -1), [start, "line 1 ü.", "line 2 ü.", "an error's line", live, end]);
  const failed = await logged({ fail: true });
  assert.deepEqual(failed.slice(0, 3), [start, "line 1 ü.", "an error's line"]);
  assert.ok(failed.includes(live));
});

test("more than is taken over is told, and the answer is as ever", async () => {
  const lines = await logged({ lines: 1300, wide: 990 });
  const there = lines.filter((line) => line.startsWith("line ")).length;
  assert.equal(lines.at(-4), `LIVE ${1301 - there} more lines of output are on the developer's machine alone`); // with the error's
  assert.ok(there > 1000, `${there}`);
});

test("live logs shows the figures as what they are, not as the handler's", async () => {
  const { text } = await lab.run("logs", "Hello", "--local", "--stage", "e2e");
  assert.match(text, /line 1 ü/);
  assert.match(text, /LIVE RequestId: /);
});
