import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, timed, until } from "../support/lab.mjs";

const lab = new Lab(
  { Echo: { handler: "echo.handler", timeout: 60 }, Short: { handler: "echo.handler", timeout: 6 } },
  {
    "src/echo.js": `
      exports.handler = async ({ n, notes, data }) => {
        require("fs").appendFileSync(notes, n + "\\n");
        return { n, data };
      };`,
  },
);
before(async () => {
  await lab.cloud();
  await lab.go();
});
after(() => lab.dispose());
const data = (bytes) => Array.from({ length: bytes / 8 }, () => Math.random().toString(36).slice(2, 10).padEnd(8, "x")).join("");
const posts = () => lab.requests().filter((line) => /POST \S*connections\//.test(line));

for (const [round, what, share] of [
  [0, "429, 500 and 503", "429=0.2+500=0.1+500-though-done=0.1+503=0.1"],
  [1, "requests and answers that are lost", "request-lost=0.15+answer-lost=0.15"],
])
  test(`${what} of @connections, DynamoDB and S3: every call is answered and runs once`, async () => {
    await lab.faults(`execute-api:${share},dynamodb:${share},s3:${share},seed=3`);
    const calls = Array.from({ length: 24 }, (_, n) => {
      const event = { n: 24 * round + n, notes: lab.notes, data: n % 4 ? "small" : data(400_000) };
      return lab.invoke("Echo", event).then((answer) => ({ ...answer, event }));
    });
    for (const { error, text, body, event } of await Promise.all(calls)) {
      assert.equal(error, undefined, text);
      assert.deepEqual(body, { n: event.n, data: event.data });
    }
    assert.deepEqual(lab.noted().map(Number).sort((a, b) => a - b), Array.from({ length: 24 * (round + 1) }, (_, n) => n));
    await lab.faults("none");
  });

test("a refusal that lasts is tried again until just before the deadline, ever more slowly", async () => {
  assert.equal((await lab.invoke("Short", { n: "warm", notes: lab.notes })).error, undefined);
  await lab.faults("execute-api:429");
  const before = posts().length;
  const { error, body, text, took } = await timed(lab.invoke("Short", { n: 0, notes: lab.notes }));
  await lab.faults("none");
  assert.equal(error, "Unhandled", text);
  assert.equal(body.errorType, "Live.Throttled", text);
  assert.ok(took > 5000 && took < 6500, `${took} ms`);
  const tries = posts().length - before;
  assert.ok(tries >= 5 && tries <= 20, `${tries} posts in 6 s`);
});

test("the row that DynamoDB does not give yet is read until it does", async () => {
  await lab.faults("dynamodb:429");
  const reads = () => lab.requests().filter((line) => /dynamodb\.GetItem 400/.test(line)).length;
  const before = reads();
  const call = lab.invoke("Echo", { n: "row", notes: lab.notes }, { qualifier: undefined });
  const fresh = lab.invoke("Short", { n: "row of another", notes: lab.notes });
  await until("refused reads", () => reads() - before >= 6);
  await lab.faults("none");
  for (const { error, text } of await Promise.all([call, fresh])) assert.equal(error, undefined, text);
});
