import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const hello = { handler: "hello.handler", environment: { GREETING: "one" } };
const lab = new Lab({ Hello: hello }, { "src/hello.js": "exports.handler = async () => ({ greeting: process.env.GREETING, local: process.env.IS_LOCAL });" });
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

/** Describes the functions anew, and waits for what the session says of it. */
const change = async (functions, said) => {
  const from = session.lines.length;
  lab.describe(functions);
  await session.line(said, String(said), { from });
  return session.lines.slice(from).join("\n");
};
const greeting = async (id = "Hello") => {
  const { error, text, body } = await lab.invoke(id);
  assert.equal(error, undefined, text);
  return body.greeting;
};
/** ENTER, and again until one is queued behind the deployment of the first. */
const untilQueued = (from) =>
  until("a deployment under way", async () => {
    session.enter();
    return session.lines.slice(from).some((line) => /Queued/.test(line));
  });
const stackUpdates = async () => {
  const { Stacks } = await lab.formation("DescribeStacks", { StackName: "e2e-lab-lab" });
  return String(Stacks[0].LastUpdatedTime ?? "never");
};

test("a change is shown by stack and resource, and nothing is deployed before ENTER", async () => {
  const before = await stackUpdates();
  const shown = await change({ Hello: { ...hello, environment: { GREETING: "two" } }, Second: { ...hello, environment: { GREETING: "second" } } }, /Press ENTER to deploy/);
  assert.match(shown, /Rebuilding infrastructure/);
  assert.match(shown, /Stack e2e-lab-lab/);
  assert.match(shown, /\+ AWS::Lambda::Function Second/);
  assert.match(shown, /~ AWS::Lambda::Function Hello: Environment/);
  assert.match(shown, /Permissions\n.*\+ Allow sts:AssumeRole/);
  assert.doesNotMatch(shown, /debug-stack/, "the stub's own permissions are shown");
  assert.equal(await greeting(), "one");
  assert.equal(await stackUpdates(), before);
});

test("after ENTER the new function and the new variable are live, in the same session", async () => {
  const from = session.lines.length;
  session.enter();
  await session.line(/Live: 2 functions/, "word of the new functions", { from });
  assert.equal(await greeting(), "two");
  assert.equal(await greeting("Second"), "second");
});

test("a function under another id is live there after ENTER, and gone where it was", async () => {
  const shown = await change({ Hello: { ...hello, environment: { GREETING: "two" } }, Renamed: { ...hello, environment: { GREETING: "renamed" } } }, /Press ENTER to deploy/);
  assert.match(shown, /\+ AWS::Lambda::Function Renamed/);
  assert.match(shown, /- AWS::Lambda::Function Second is removed/);
  assert.equal(await greeting("Second"), "second");
  const from = session.lines.length;
  session.enter();
  await session.line(/Live: 2 functions/, "word of the functions", { from });
  assert.equal(await greeting("Renamed"), "renamed");
  await assert.rejects(lab.invoke("Second"), { name: "ResourceNotFoundException" });
});

test("a handler's file that the app reads too runs in the next call, and its change of the templates is shown", async () => {
  const source = lab.read("lib/index.js");
  let from = session.lines.length;
  lab.write("src/shared.js", `exports.word = "one";`);
  lab.write("src/hello.js", `exports.handler = async () => ({ greeting: process.env.GREETING, local: process.env.IS_LOCAL, word: require("./shared.js").word });`);
  lab.write("lib/index.js", `import { word } from "../src/shared.js";\n${source.replace('"lab");', '"lab"); new cdk.CfnOutput(stack, "Word", { value: word });')}`);
  await session.line(/Press ENTER to deploy/, "word of the app", { from });
  assert.equal((await lab.invoke("Hello")).body.word, "one");
  from = session.lines.length;
  lab.write("src/shared.js", `exports.word = "two";`);
  await until("the handler's new code", async () => (await lab.invoke("Hello")).body.word === "two");
  await session.line(/Press ENTER to deploy/, "the diff", { from });
  from = session.lines.length;
  lab.write("lib/index.js", source);
  await session.line(/No infrastructure changes/, "word of the app as it was", { from });
});

test("a save that changes no template says so", async () => {
  const source = lab.read("lib/index.js");
  const from = session.lines.length;
  lab.write("lib/index.js", `${source}\n// nothing new\n`);
  await session.line(/No infrastructure changes/, "word of no changes", { from });
});

test("ENTER with nothing to deploy does nothing", async () => {
  const before = await stackUpdates();
  session.enter();
  assert.equal(await greeting(), "two");
  assert.equal(await stackUpdates(), before);
});

test("a synthesis that fails tells file and line, and the next save mends it", async () => {
  const source = lab.read("lib/index.js");
  let from = session.lines.length;
  lab.write("lib/index.js", source.replace("export default", "const broken = ;\nexport default"));
  await session.line(/lib\/index\.js:\d+/, "place of the error", { from });
  assert.equal(await greeting(), "two", "the session goes on");
  from = session.lines.length;
  lab.write("lib/index.js", source);
  await session.line(/No infrastructure changes/, "word of the mended app", { from });
});

test("a newer save cancels a synthesis: the last one is shown", async () => {
  const from = session.lines.length;
  for (const text of ["three", "four", "five"]) {
    lab.describe({ Hello: { ...hello, environment: { GREETING: text } } });
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  await session.line(/Press ENTER to deploy/, "the diff", { from });
  const shown = session.lines.slice(from).join("\n");
  assert.match(shown, /- AWS::Lambda::Function Renamed is removed/);
  session.enter();
  await session.line(/Live: 1 function /, "deployment", { from });
  assert.equal(await greeting(), "five");
});

test("a deployment that fails says why and is tried again with ENTER", async () => {
  const removeTaken = await lab.takeFunctionName("e2e-Taken");
  const described = { Hello: { ...hello, environment: { GREETING: "six" } }, Taken: { ...hello, environment: { GREETING: "taken" } } };
  await change(described, /Press ENTER to deploy/);
  let from = session.lines.length;
  session.enter();
  await session.line(/Press ENTER to try again/, "the offer to try again", { from });
  assert.match(session.lines.slice(from).join("\n"), /Taken AWS::Lambda::Function: .*already exist/i);
  assert.equal(await greeting(), "five", "rolled back, the functions of before answer");
  await removeTaken();
  from = session.lines.length;
  session.enter();
  await session.line(/Live: 2 functions/, "deployment", { from });
  assert.equal(await greeting(), "six");
  assert.equal(await greeting("Taken"), "taken");
});

test("ENTER during a deployment queues one", async () => {
  await change({ Hello: { ...hello, environment: { GREETING: "seven" } } }, /Press ENTER to deploy/);
  const from = session.lines.length;
  await untilQueued(from);
  lab.describe({ Hello: { ...hello, environment: { GREETING: "eight" } } });
  await session.line(/Live: 1 function /, "the queued deployment", { from });
  await until("the newest greeting", async () => (await greeting()) === "eight", { timeout: 120_000 });
});

test("Ctrl-C during a deployment says that CloudFormation goes on with it", async () => {
  await change({ Hello: { ...hello, environment: { GREETING: "nine" } } }, /Press ENTER to deploy/);
  const from = session.lines.length;
  await untilQueued(from);
  assert.equal((await session.stop()).code, 0);
  assert.match(session.lines.slice(from).join("\n"), /Interrupted while deploying: CloudFormation finishes/);
});
