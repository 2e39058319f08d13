import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const hello = { handler: "hello.handler", environment: { GREETING: "one" }, alias: "current" };
const lab = new Lab(
  { Hello: hello },
  { "src/hello.js": "exports.handler = async () => ({ greeting: process.env.GREETING, more: process.env.MORE, local: process.env.IS_LOCAL, version: process.env.AWS_LAMBDA_FUNCTION_VERSION });" },
);
let session;
before(async () => {
  await lab.must("deploy", "--local", "--stage", "e2e");
});
after(() => lab.dispose());
const answer = async (id = "Hello", options) => {
  const { error, text, body } = await lab.invoke(id, {}, options);
  assert.equal(error, undefined, text);
  return body;
};

test("deployed, function and alias answer from the deployed code", async () => {
  assert.deepEqual(await answer(), { greeting: "one", version: "$LATEST" });
  assert.deepEqual(await answer("Hello", { qualifier: "current" }), { greeting: "one", version: "1" });
});

test("live, the alias follows to this machine", async () => {
  session = await lab.go();
  assert.equal((await answer()).local, "true");
  const { local, version } = await answer("Hello", { qualifier: "current" });
  assert.deepEqual({ local, version }, { local: "true", version: "2" });
});

test("a second start that changes nothing says so", async () => {
  const next = lab.start("--stage", "e2e");
  await next.listening();
  await session.ended;
  session = next;
  await session.line(/Stack e2e-lab-lab \(no changes\)/, "word of no changes", { timeout: 1000 });
  assert.equal((await answer()).greeting, "one");
});

test("a new variable and a new function come with the next start", async () => {
  lab.describe({ Hello: { ...hello, environment: { GREETING: "two", MORE: "yes" } }, Second: { handler: "hello.handler", environment: { GREETING: "second" } } });
  const next = await lab.go();
  await session.ended;
  session = next;
  const { greeting, more, local } = await answer();
  assert.deepEqual({ greeting, more, local }, { greeting: "two", more: "yes", local: "true" });
  assert.equal((await answer("Second")).greeting, "second");
  assert.equal((await answer("Hello", { qualifier: "current" })).greeting, "two");
});

test("a function that is taken away is gone", async () => {
  lab.describe({ Hello: { ...hello, environment: { GREETING: "three" } } });
  const next = await lab.go();
  await session.ended;
  session = next;
  await assert.rejects(lab.invoke("Second"), { name: "ResourceNotFoundException" });
  assert.equal((await answer()).greeting, "three");
});

test("live deploy puts the real code behind function and alias", async () => {
  const { code } = await session.stop();
  assert.equal(code, 0, session.tail());
  await lab.must("deploy", "--local", "--stage", "e2e");
  assert.deepEqual(await answer(), { greeting: "three", version: "$LATEST" });
  const { greeting, local, version } = await answer("Hello", { qualifier: "current" });
  assert.deepEqual({ greeting, local }, { greeting: "three", local: undefined });
  assert.notEqual(version, "$LATEST");
});

test("live remove leaves nothing", async () => {
  await lab.must("remove", "--local", "--stage", "e2e", "--yes");
  assert.deepEqual(await lab.leftOver(), []);
});
