// What `live start` leaves behind: queues go on being polled into stubs that fail, which it says; `--pause-pollers` pauses
// exactly those until the next start or deploy, whoever that is; `--restore` puts the real code back.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Lab, client, sdk, until } from "../support/lab.mjs";
import { InTerminal, ctrlC } from "../support/terminal.mjs";

const lab = new Lab({ Work: { handler: "f.work" }, Other: { handler: "f.work" } }, { "src/f.js": `exports.work = async () => ({ live: process.env.IS_LOCAL ?? "no" });` });
const queue = (name) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const mapping = (name, functionName, more = {}) => ({ type: "AWS::Lambda::EventSourceMapping", properties: { EventSourceArn: queue(name), FunctionName: functionName, ...more } });
const resources = { Orders: mapping("orders", "e2e-Work"), Mails: mapping("mails", "e2e-Other"), Off: mapping("off", "e2e-Work", { Enabled: false }) };
let lambda;
before(async () => {
  await lab.must("cloud", "start");
  lambda = await client(lab, "lambda", "LambdaClient");
});
after(() => lab.dispose());

/** By queue, once no mapping is in transition: {orders: "Enabled", …}. */
async function states() {
  const { ListEventSourceMappingsCommand } = sdk("lambda");
  return until("settled mappings", async () => {
    const { EventSourceMappings: all } = await lambda.send(new ListEventSourceMappingsCommand({}));
    if (all.some(({ State }) => State.endsWith("ing"))) return undefined;
    return Object.fromEntries(all.map(({ EventSourceArn, State }) => [EventSourceArn.split(":").pop(), State]));
  });
}
const change = async (name, input) => {
  const { ListEventSourceMappingsCommand, UpdateEventSourceMappingCommand } = sdk("lambda");
  const { EventSourceMappings } = await lambda.send(new ListEventSourceMappingsCommand({ EventSourceArn: queue(name) }));
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: EventSourceMappings[0].UUID, ...input }));
};
const polled = { orders: "Enabled", mails: "Enabled", off: "Disabled" };
const paused = { orders: "Disabled", mails: "Disabled", off: "Disabled" };
const terminal = (...args) => new InTerminal(lab, ["start", "--local", "--stage", "e2e", ...args]);

test("with nothing that polls it asks nothing, and says what stays", async () => {
  // The functions first: an app that is new has no function for a mapping to name.
  const live = terminal();
  await live.shows(/Listening for requests/, { timeout: 240_000 });
  live.type(ctrlC);
  await live.shows(/Session ended. 2 functions of this stage stay deployed as stubs/);
  assert.equal(await live.code, 0);
  assert.doesNotMatch(live.text, /polled|\[y\/N\]/);
});

test("Ctrl-C names the functions that are polled on, and what helps", async () => {
  lab.write("resources.json", JSON.stringify(resources));
  const session = await lab.go();
  assert.deepEqual(await states(), polled);
  await session.stop();
  const text = session.lines.join("\n");
  assert.match(text, /These go on being polled.*\n.*(e2e-Work ← SQS queue orders\n.*e2e-Other ← SQS queue mails|e2e-Other ← SQS queue mails\n.*e2e-Work ← SQS queue orders)/);
  assert.doesNotMatch(text, /queue off/);
  assert.match(text, /--pause-pollers.*--restore/);
  assert.deepEqual(await states(), polled);
});

test("--pause-pollers pauses them, and the next start brings back those and no others", async () => {
  const session = await lab.go("--pause-pollers");
  await session.stop();
  assert.match(session.lines.join("\n"), /Paused until the next `live start` or `live deploy`/);
  assert.deepEqual(await states(), paused);
  const next = await lab.go();
  await next.line(/Polling again: SQS queue orders → e2e-Work/, "orders polled again");
  await next.line(/Polling again: SQS queue mails → e2e-Other/, "mails polled again");
  assert.deepEqual(await states(), polled);
  await next.stop();
});

test("one that somebody had disabled before is not enabled", async () => {
  await change("mails", { Enabled: false });
  assert.equal((await states()).mails, "Disabled");
  await (await lab.go("--pause-pollers")).stop();
  const next = await lab.go();
  await next.line(/Polling again: SQS queue orders/, "orders polled again");
  assert.deepEqual(await states(), { ...polled, mails: "Disabled" });
  await next.stop();
  await change("mails", { Enabled: true });
  assert.deepEqual(await states(), polled);
});

test("a session that takes the stage finds them enabled, and the one that ends pauses nothing", async () => {
  const first = await lab.go("--pause-pollers");
  const second = await lab.go();
  await first.ended;
  assert.deepEqual(await states(), polled);
  await second.stop();
});

test("a session that was killed while it paused leaves a note that the next one follows", async () => {
  const session = await lab.go("--pause-pollers");
  const changes = () => lab.requests().filter((line) => /UpdateEventSourceMapping/.test(line)).length;
  const before = changes();
  const ended = session.stop();
  await until("a mapping that is being paused", () => changes() > before);
  await session.kill();
  await ended;
  const next = await lab.go();
  await until("both polled", async () => isDeepStrictEqual(await states(), polled));
  await next.stop();
});

test("one that the app wants disabled by now stays disabled", async () => {
  await (await lab.go("--pause-pollers")).stop();
  lab.write("resources.json", JSON.stringify({ ...resources, Mails: mapping("mails", "e2e-Other", { Enabled: false }) }));
  const next = await lab.go();
  await next.line(/Polling again: SQS queue orders/, "orders polled again");
  assert.deepEqual(await states(), { ...polled, mails: "Disabled" });
  lab.write("resources.json", JSON.stringify({ ...resources, Mails: mapping("mails", "e2e-Other", { Enabled: true }) }));
  await next.line(/Press ENTER to deploy/, "shown change");
  next.enter();
  await until("both polled", async () => isDeepStrictEqual(await states(), polled));
  await next.stop();
  lab.write("resources.json", JSON.stringify(resources));
});

test("live deploy brings them back with the real code", async () => {
  await (await lab.go("--pause-pollers")).stop();
  assert.deepEqual(await states(), paused);
  const text = await lab.must("deploy", "--local", "--stage", "e2e");
  assert.match(text, /Polling again: SQS queue orders/);
  assert.deepEqual(await states(), polled);
  assert.deepEqual((await lab.invoke("Work")).body, { live: "no" });
});

test("--restore puts the real code back at the end, without asking", async () => {
  const session = await lab.go("--restore");
  assert.deepEqual((await lab.invoke("Work")).body, { live: "true" });
  const { code } = await session.stop();
  const text = session.lines.join("\n");
  assert.equal(code, 0, text);
  assert.match(text, /Session ended. The real code is back/);
  assert.doesNotMatch(text, /stay deployed as stubs/);
  assert.deepEqual((await lab.invoke("Work")).body, { live: "no" });
  assert.deepEqual(await states(), polled);
});

test("in a terminal the real code is offered, and y puts it back", async () => {
  const live = terminal();
  await live.shows(/Listening for requests/, { timeout: 240_000 });
  live.type(ctrlC);
  await live.shows(/SQS queue orders/);
  await live.shows(/Put the real code back now\? \[y\/N\] $/);
  live.type("y\n");
  await live.shows(/The real code is back/, { timeout: 120_000 });
  assert.equal(await live.code, 0, live.text);
  assert.deepEqual((await lab.invoke("Work")).body, { live: "no" });
});

test("ENTER leaves the stubs", async () => {
  const live = terminal();
  await live.shows(/Listening for requests/, { timeout: 240_000 });
  live.type(ctrlC);
  await live.shows(/Put the real code back now\? \[y\/N\] $/);
  live.type("\n");
  assert.equal(await live.code, 0, live.text);
  assert.match((await lab.invoke("Work")).text, /Live.NoClient/);
});

test("Ctrl-C during the restore leaves at once and says how things are", async () => {
  const live = terminal("--restore");
  await live.shows(/Listening for requests/, { timeout: 240_000 });
  live.type(ctrlC);
  await live.shows(/Deploying the real code/);
  live.type(ctrlC);
  await live.shows(/Left while the real code is deployed.*`live deploy` does the rest/);
  assert.equal(await live.code, 130);
});

test("with --restore, changes that were shown and not deployed are not deployed by the way", async () => {
  const session = await lab.go("--restore");
  const from = session.lines.length;
  lab.write("resources.json", JSON.stringify({ ...resources, More: { type: "AWS::SNS::Topic", properties: {} } }));
  await session.line(/Press ENTER to deploy/, "shown change", { from });
  await session.stop();
  assert.match(session.lines.join("\n"), /Not restored: the app has changes that are not deployed/);
  assert.match((await lab.invoke("Work")).text, /Live.NoClient/);
});
