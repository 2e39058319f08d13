import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Debugger, generatedPlace } from "../support/inspector.mjs";
import { Lab, until } from "../support/lab.mjs";

// What VS Code's JavaScript debug terminal has each process of Node load: it tells the IDE where the process can be
// debugged, and waits until the IDE lets it go.
const bootloader = `const inspector = require("inspector");
const options = process.env.VSCODE_INSPECTOR_OPTIONS;
if (options) {
  if (!inspector.url()) inspector.open(0);
  const told = { url: inspector.url(), script: process.argv[1], pid: process.pid };
  require("fs").appendFileSync(JSON.parse(options).inspectorIpc, JSON.stringify(told) + "\\n");
  inspector.waitForDebugger();
}
`;
const folder = mkdtempSync(path.join(tmpdir(), "my ide-"));
mkdirSync(path.join(folder, "js-debug"));
const file = path.join(folder, "js-debug/bootloader.js");
writeFileSync(file, bootloader);
const told = path.join(folder, "told");
const processes = () => (existsSync(told) ? readFileSync(told, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line)) : []);

const lab = new Lab(
  { Hello: { entry: "src/hello.ts", timeout: 2, environment: { VSCODE_INSPECTOR_OPTIONS: "{}" } } },
  {
    "src/hello.ts": `export const handler = async (event: { n: number }) => {
  const twice: number = 2 * event.n;
  const { NODE_OPTIONS, VSCODE_INSPECTOR_OPTIONS, LIVE_INSPECT } = process.env;
  return { twice, argv: process.argv[1], seen: { NODE_OPTIONS, VSCODE_INSPECTOR_OPTIONS, LIVE_INSPECT } };
};
`,
  },
  {
    env: {
      NODE_OPTIONS: `--no-deprecation --require "${file}" --inspect-publish-uid=http`,
      VSCODE_INSPECTOR_OPTIONS: JSON.stringify({ inspectorIpc: told }),
    },
  },
);
let session, debug;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

test("neither live's own processes nor the app's wait for the debugger", async () => {
  assert.deepEqual(processes(), []);
  await session.line(/^Debug ports: Hello \d+ +\(the debugger of this terminal attaches by itself\)/, "debug ports");
});

test("a function's process says where it is, by its name in the handler's folder, and waits for the debugger", async () => {
  const call = lab.invoke("Hello", { n: 4 });
  const [{ url, script }] = await until("process", () => processes().length && processes());
  assert.match(script, /\.live\/build\/.*\/Hello\.cjs$/);
  debug = await Debugger.open(url);
  await debug.configure(generatedPlace(lab.app, "src/hello.ts", 3));
  const paused = await debug.event("Debugger.paused");
  assert.equal(await debug.value(paused, "twice"), 8);
  await debug.resume();
  const { body, text } = await call;
  assert.equal(body?.twice, 8, text);
  assert.deepEqual(body.seen, { VSCODE_INSPECTOR_OPTIONS: "{}" }, "the handler sees what it sees when deployed");
  assert.doesNotMatch(body.argv, /\.live/);
});

test("paused past its timeout, which is as deployed, AWS ends the call, and the late answer is explained", async () => {
  const call = lab.invoke("Hello", { n: 5 });
  await debug.event("Debugger.paused");
  const { body, text } = await call;
  assert.match(body?.errorType + body?.errorMessage, /Task timed out after 2\.00 seconds/, text);
  await debug.resume();
  await session.line(/! it stood in the debugger for .*`live start --inspect` gives it 15 minutes in place of 2 s/, "word of it");
  await session.line(/! its answer came after the function's end and was dropped/, "word of the answer");
});

test("the next call is answered by the same process, or by one that attaches likewise", async () => {
  const isPaused = () => debug.events.some(({ method }) => method === "Debugger.paused");
  const call = lab.invoke("Hello", { n: 6 });
  await until("process that is debugged", () => isPaused() || processes().length > 1);
  if (isPaused()) await debug.resume();
  else await (await Debugger.open(processes()[1].url)).configure();
  assert.equal((await call).body.twice, 12);
});
