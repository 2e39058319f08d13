// A hundred functions in one app: all answer, and `live` stays small.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { Lab, timed } from "../support/lab.mjs";

const names = Array.from({ length: 100 }, (_, i) => `F${i}`);
const lab = new Lab(
  Object.fromEntries(names.map((name) => [name, { handler: "index.handler", environment: { NAME: name }, timeout: 60 }])),
  { "src/index.js": `exports.handler = async () => process.env.NAME;`, "live.json": JSON.stringify({ live: { workers: 8 } }) },
);
after(() => lab.dispose());

test("all answer, each for itself", async (t) => {
  const { took, session } = await timed(lab.go().then((session) => ({ session })));
  const answers = [];
  for (let at = 0; at < names.length; at += 10) answers.push(...(await Promise.all(names.slice(at, at + 10).map((name) => lab.invoke(name)))));
  assert.deepEqual(answers.map(({ body }) => body), names);
  const resident = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${session.child.pid}/status`, "utf8"))[1]) >> 10;
  t.diagnostic(`the first start took ${took} ms; live has ${resident} MB`);
  assert.ok(resident < 150, `${resident} MB`);
  assert.equal((await session.stop()).code, 0);
});

test("live deploy and live remove take them all", async () => {
  await lab.do("deploy");
  assert.equal((await lab.invoke("F99")).body, "F99");
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
