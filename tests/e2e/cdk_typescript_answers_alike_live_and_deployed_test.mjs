import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { shape } from "../support/examples.mjs";
import { Workplace, call } from "../support/live.mjs";

const place = new Workplace("cdk-typescript");
let session;
const answers = {};
before(async () => {
  session = place.start("--stage", "one");
  await session.listening();
});
after(() => place.dispose());

async function everyCall() {
  const url = session.url("ItemsUrl");
  const post = (body) => call(url, { method: "POST", body, headers: { "content-type": "application/json" } });
  return {
    created: await post('{"text":"naïve ☃"}'),
    refused: await post('{"text":7}'),
    failed: await post("{"),
    listed: await call(url),
    unknown: await call(url.replace(/items$/, "nothing")),
  };
}

test("live, items make the round trip through the table", async () => {
  answers.live = await everyCall();
  const { created, refused, failed, listed } = answers.live;
  assert.equal(created.status, 201, created.text);
  assert.equal(created.body.text, "naïve ☃");
  assert.deepEqual(listed.body, [created.body]);
  assert.equal(refused.status, 400, refused.text);
  assert.equal(failed.status, 502, failed.text);
});

test("live, an error's stack names the line of the TypeScript source", async () => {
  await session.line(/✗ .*SyntaxError: .*JSON/, "error of the handler");
  await session.line(/at handler \(src\/create\.ts:7:\d+\)/, "frame of create.ts");
});

test("deployed, the answers are the same", async () => {
  const { code } = await session.stop();
  assert.equal(code, 0, session.tail());
  await place.must("deploy", "--local", "--stage", "one");
  answers.deployed = await everyCall();
  assert.deepEqual(answers.deployed.listed.body.filter(({ id }) => id === answers.live.created.body.id), [answers.live.created.body], "the item of the live call is gone");
  for (const name of ["created", "refused", "failed", "unknown"]) assert.deepEqual(shape(answers.deployed[name]), shape(answers.live[name]), name);
  assert.equal(answers.deployed.listed.body.length, 2);
});

test("live remove leaves nothing", async () => {
  await place.must("remove", "--local", "--stage", "one", "--yes");
  assert.deepEqual(await place.leftOver(), []);
});
