import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SkewedClock } from "../support/clock.mjs";
import { Lab } from "../support/lab.mjs";

const source = `
exports.handler = async (event, context) => ({
  remaining: context.getRemainingTimeInMillis(),
  now: Date.now(),
});`;
const lab = new Lab({ Time: { handler: "time.handler", timeout: 20 } }, { "src/time.js": source });
let clock;
before(async () => {
  await lab.cloud();
  clock = new SkewedClock(lab);
});
after(async () => {
  await lab.dispose();
  clock.close();
});

async function measure() {
  const asked = Date.now();
  const { error, text, body } = await lab.invoke("Time");
  assert.equal(error, undefined, text);
  return { ...body, asked, over: Date.now() };
}

/** Of warm calls the one that was least delayed by a busy machine. */
async function best() {
  await measure();
  const all = [];
  for (let n = 0; n < 5; ++n) all.push(await measure());
  return all.sort((a, b) => a.over - a.asked - (b.over - b.asked))[0];
}

/** A session whose clock is off by so much: what its handlers see, and what it says. */
async function live(off) {
  clock.set(off);
  const session = await lab.go("--verbose");
  const seen = await best();
  await session.stop();
  const moved = session.lines.map((line) => /its deadline is moved by (-?\d+) ms/.exec(line)?.[1]).filter(Boolean).map(Number);
  return { ...seen, off, moved: moved.at(-1), lines: session.lines };
}

/** Lambda's 20 s begin between the caller's question and the handler's look at the clock. */
function holds({ remaining, asked, now, over, off = 0 }) {
  assert.ok(now - off >= asked - 1 && now - off <= over + 1, `the clock is off by ${now - asked} ms, not by ${off}`);
  const passed = now - off - asked;
  const known = passed + remaining - 20_000; // how long after the question they began
  assert.ok(known > -50 && known < passed + 50, `${remaining} ms are left ${passed} ms after the question`);
}

let right, deployed;
test("live with a right clock, to 50 ms and the way of the call", async () => {
  right = await live(0);
  holds(right);
  assert.ok(Math.abs(right.moved) <= 50, `moved by ${right.moved} ms`);
  assert.ok(right.lines.some((line) => /This machine's clock is AWS's, to \d\.\d s/.test(line)), right.lines.join("\n"));
  assert.ok(!right.lines.some((line) => /set the clock/.test(line)), right.lines.join("\n"));
});

for (const [off, words] of [[40_000, "40 s ahead of"], [-40_000, "40 s behind"]])
  test(`live with a clock that is ${words} AWS's, which is measured and told once`, async () => {
    const wrong = await live(off);
    holds(wrong);
    assert.ok(Math.abs(wrong.moved - off) <= 50, `moved by ${wrong.moved} ms`);
    const told = wrong.lines.filter((line) => /set the clock/.test(line));
    assert.equal(told.length, 1, wrong.lines.join("\n"));
    assert.match(told[0], new RegExp(`This machine's clock is ${words} AWS's: remaining times are corrected`));
  });

test("doctor says it as well", async () => {
  const { text } = await lab.run("doctor", "--local", "--stage", lab.stage);
  assert.match(text, /clock: this machine's is (39|40) s behind AWS's: remaining times are corrected/);
});

test("deployed it is the same, within 50 ms and the way to this machine", async () => {
  clock.set(0);
  await lab.must("deploy", "--local", "--stage", lab.stage);
  deployed = await best();
  holds(deployed);
  const way = right.over - right.asked + (deployed.over - deployed.asked);
  const difference = Math.abs(right.remaining - deployed.remaining);
  assert.ok(difference <= 50 + way, `${right.remaining} ms live, ${deployed.remaining} ms deployed`);
});
