import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = (who) => `exports.handler = async () => ({ who: "${who}" });`;
const functions = { Hello: { handler: "hello.handler", timeout: 60 } };
const ann = new Lab(functions, { "src/hello.js": source("ann") }, { stage: "dev", env: { USER: "ann" } });
const ben = new Lab(functions, { "src/hello.js": source("ben") }, { stage: "dev", env: { USER: "ben", LIVE_HOME: ann.env.LIVE_HOME } });
after(async () => {
  await ben.dispose();
  await ann.dispose();
});

// In the first round nothing is there yet and both deploy; in the second there is nothing to deploy.
for (let round = 1; round <= 2; ++round)
  test(`the other one exits and says who took it (${round})`, async () => {
    const sessions = { ann: ann.start("--stage", "dev"), ben: ben.start("--stage", "dev") };
    const loser = await Promise.race(Object.entries(sessions).map(([who, session]) => session.ended.then(() => who)));
    const winner = loser === "ann" ? "ben" : "ann";
    const { code } = await sessions[loser].ended;
    assert.equal(code, 0, sessions[loser].tail());
    assert.match(sessions[loser].lines.join("\n"), new RegExp(`${winner}@\\S+ started a session on this stage at \\d{4}-\\d\\d-\\d\\dT`));
    await sessions[winner].listening();
    for (let n = 0; n < 5; ++n) {
      const { error, text, body } = await ann.invoke("Hello");
      assert.equal(error, undefined, text);
      assert.equal(body.who, winner);
    }
    assert.equal(sessions[winner].child.exitCode, null, sessions[winner].tail());
    assert.equal((await sessions[winner].stop()).code, 0);
  });
