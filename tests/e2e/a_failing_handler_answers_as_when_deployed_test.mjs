import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = `
class OrderError extends Error {
  constructor(message) { super(message); this.name = "OrderError"; }
}
const ways = {
  throws() { throw new OrderError("no such order"); },
  rejects() { return Promise.reject(new TypeError("late")); },
  rejectsWithText() { return Promise.reject("just text"); },
  rejectsWithObject() { return Promise.reject({ code: 7 }); },
  exits() { process.exit(3); },
  exitsWell() { process.exit(0); },
  kills() { process.kill(process.pid, "SIGKILL"); return new Promise(() => {}); },
  uncaught() { setImmediate(() => { throw new RangeError("from a timer"); }); return new Promise(() => {}); },
  unhandled() { Promise.reject(new Error("nobody cares")); return new Promise((resolve) => setTimeout(resolve, 500)); },
  timesOut() { return new Promise(() => setInterval(() => {}, 1000)); },
  nothing() {},
  nullish() { return null; },
  circular() { const it = {}; it.it = it; return it; },
  big() { return 10n; },
};
exports.handler = async ({ way }) => ways[way]();
exports.sync = ({ way }) => ways[way]();
exports.callback = (event, context, callback) => callback(new OrderError("called back"));
`;
const ways = Object.keys({ throws: 1, rejects: 1, rejectsWithText: 1, rejectsWithObject: 1, exits: 1, exitsWell: 1, kills: 1, uncaught: 1, unhandled: 1, timesOut: 1, nothing: 1, nullish: 1, circular: 1, big: 1 });
const lab = new Lab(
  {
    Async: { handler: "fail.handler", timeout: 2 },
    Sync: { handler: "fail.sync", timeout: 2 },
    Callback: { handler: "fail.callback" },
    Missing: { handler: "fail.absent" },
    NoFile: { handler: "absent.handler" },
    Broken: { handler: "broken.handler" },
    LoadError: { handler: "load.handler" },
  },
  { "src/fail.js": source, "src/broken.js": "exports.handler = async () => {{", "src/load.js": "require('./gone');\nexports.handler = async () => 1;" },
);

const calls = [
  ...ways.map((way) => ["Async", way]),
  ["Sync", "throws"], ["Sync", "nothing"], ["Sync", "exits"],
  ["Callback", ""], ["Missing", ""], ["NoFile", ""], ["Broken", ""], ["LoadError", ""],
];
const answers = {};
async function everyCall() {
  const found = {};
  for (const [id, way] of calls) found[`${id} ${way}`.trim()] = await lab.invoke(id, { way });
  return found;
}
before(async () => {
  const session = await lab.go();
  answers.live = await everyCall();
  await session.stop();
  await lab.must("deploy", "--local", "--stage", lab.stage);
  answers.deployed = await everyCall();
});
after(() => lab.dispose());

// The same but for what is of one call or of one machine: ids and folders.
function comparable({ status, error, text, body }) {
  const plain = (one) =>
    one
      ?.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "ID")
      .replace(/(\/[^\s'"():]+)?\/(fail|broken|load|absent|gone|package)(\.js(?:on)?)?\b/g, "/…/$2$3");
  if (!error) return { status, text };
  return { status, error, type: body?.errorType, message: plain(body?.errorMessage), keys: Object.keys(body ?? {}).sort(), top: plain(body?.trace?.[0]) };
}

for (const [id, way] of calls) {
  const name = `${id} ${way}`.trim();
  test(name, () => assert.deepEqual(comparable(answers.live[name]), comparable(answers.deployed[name])));
}

test("the envelopes are Lambda's own", () => {
  const one = (name) => comparable(answers.live[name]);
  assert.deepEqual([one("Async throws").error, one("Async throws").type, one("Async throws").message], ["Unhandled", "OrderError", "no such order"]);
  assert.deepEqual([one("Async rejectsWithText").type, one("Async rejectsWithText").message], ["string", "just text"]);
  assert.deepEqual([one("Async exits").type, one("Async exits").message], ["Runtime.ExitError", "RequestId: ID Error: Runtime exited with error: exit status 3"]);
  assert.deepEqual([one("Async exitsWell").type, one("Async exitsWell").message], ["Runtime.ExitError", "RequestId: ID Error: Runtime exited without providing a reason"]);
  assert.deepEqual([one("Async timesOut").type, one("Async timesOut").message], ["Sandbox.Timedout", "RequestId: ID Error: Task timed out after 2.00 seconds"]);
  assert.equal(one("Async nothing").text, "null");
  assert.equal(one("Async nullish").text, "null");
  assert.equal(one("NoFile").type, "Runtime.ImportModuleError");
  assert.equal(one("Missing").type, "Runtime.HandlerNotFound");
  assert.equal(one("Broken").type, "Runtime.UserCodeSyntaxError");
  assert.equal(answers.live["Async throws"].status, 200);
});

test("the stack names the line of the handler", () => {
  const frames = answers.live["Async throws"].body.trace.join("\n");
  assert.match(frames, /fail\.js:6:/);
});
