// A bundle may hold what differs between stages; two sessions of one folder at once run their own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = (version) => `declare const STAGE: string;
export const handler = async () => ({ stage: STAGE, version: ${version} });`;
const lab = new Lab({ Hello: { entry: "src/hello.ts" } }, { "src/hello.ts": source(1) });
const stages = ["ann", "ben"];
let sessions;
before(async () => {
  lab.write("lib/index.js", lab.read("lib/index.js").replace("...bundling }", "define: { STAGE: JSON.stringify(app.stage) } }"));
  await lab.must("cloud", "start");
  sessions = stages.map((stage) => lab.start("--stage", stage));
  await Promise.all(sessions.map((one) => one.listening()));
});
after(() => lab.dispose());

const answers = () => Promise.all(stages.map(async (stage) => (await lab.invoke("Hello", {}, { stage })).body));
const expected = (version) => stages.map((stage) => ({ stage, version }));

test("in their first calls", async () => assert.deepEqual(await answers(), expected(1)));

test("and when both have built what was saved", async () => {
  const from = sessions.map(({ lines }) => lines.length);
  lab.write("src/hello.ts", source(2));
  await Promise.all(sessions.map((one, n) => one.line(/Hello rebuilt/, "rebuilt bundle", { from: from[n] })));
  assert.deepEqual(await answers(), expected(2));
});
