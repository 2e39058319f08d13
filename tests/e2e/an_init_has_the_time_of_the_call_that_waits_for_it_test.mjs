import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

// On AWS the first has its first init broken off after 10 s, and a second one in the function's time.
const lab = new Lab(
  { Slow: { handler: "slow.handler", timeout: 60 }, Short: { handler: "endless.handler", timeout: 2 } },
  {
    "src/slow.mjs": `await new Promise((resolve) => setTimeout(resolve, 10_500)); export const handler = async () => "begun";`,
    "src/endless.js": "for (;;);",
  },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

test("one that takes longer than Lambda's 10 s ends, and that is told", async () => {
  assert.equal((await lab.invoke("Slow")).text, '"begun"');
  await session.line(/its init took \d+\.\d s: on AWS it is broken off after 10 s, and begun anew in the function's time/, "word of it");
});

test("of one that is not over at the deadline it is told that AWS gives it more", async () => {
  const { body } = await lab.invoke("Short");
  assert.match(body.errorMessage, /Task timed out after 2\.00 seconds/);
  await session.line(/its time was over before its init was, which has 10 s of its own on AWS\. `live start --increase-timeout`/, "word of it");
});

test("deployed they end likewise", async () => {
  await session.stop();
  await lab.must("deploy", "--local", "--stage", lab.stage);
  const answers = await Promise.all([lab.invoke("Slow"), lab.invoke("Short")]);
  assert.equal(answers[0].text, '"begun"');
  assert.match(answers[1].body.errorMessage, /Task timed out after 2\.00 seconds/);
});
