import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { sleep, timed } from "../support/lab.mjs";
import { gate, lab, work as runs } from "../support/work.mjs";

let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});
const work = (n, how) => timed(runs(n, how));
const came = []; // each 100 ms one, from the old client's end on
let accepted, earlier;

test("calls come while the client is killed and started again", async () => {
  await Promise.all(Array.from({ length: 6 }, (_, n) => work(`warm ${n}`)));
  accepted = Array.from({ length: 3 }, (_, n) => work(`accepted ${n}`, { wait: true }));
  await gate.reached(3);
  await session.kill();
  earlier = lab.requests().length;
  session = lab.start("--stage", "e2e");
  let listens = false;
  const listening = session.listening().then(() => (listens = true));
  for (let n = 0; !listens; ++n, await Promise.race([sleep(100), listening])) came.push({ at: Date.now(), answer: work(`came ${n}`) });
});

test("what the old client had accepted fails fast", async () => {
  for (const { error, body, text, took } of await Promise.all(accepted)) {
    assert.equal(error, "Unhandled", text);
    assert.match(body.errorType, /^Live\.Client(Gone|Silent)$/, text);
    assert.ok(took < 8000, `${took} ms`);
  }
});

test("what found nobody goes to the new client, and nobody waits out the timeout", async () => {
  // The new client's row: calls that came up to a second before it waited for it.
  const taken = lab.requests().slice(earlier).find((line) => /dynamodb\.UpdateItem 200/.test(line));
  const registered = Date.parse(taken.split(" ")[0]);
  let waited = 0;
  for (const { at, answer } of came) {
    const { error, body, text, took } = await answer;
    if (error === undefined) {
      if (at < registered) ++waited;
      continue;
    }
    assert.match(body.errorType, /^Live\.(NoClient|ClientGone|ClientSilent)$/, text);
    assert.ok(took < 6000, `${took} ms: ${text}`);
    assert.ok(at < registered, `a call that came ${at - registered} ms after the new client failed: ${text}`);
  }
  assert.ok(waited > 0, "no call went from the old client to the new one");
});

test("no handler ran twice", () => assert.deepEqual(lab.noted().sort(), [...new Set(lab.noted())].sort()));
