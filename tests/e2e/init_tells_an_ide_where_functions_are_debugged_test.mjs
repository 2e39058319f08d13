import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" } }, { "src/f.js": "exports.handler = async () => 1;" });
after(() => lab.dispose());
const file = ".vscode/launch.json";
const own = `{
  // Ours: see the wiki.
  "version": "0.2.0",
  "configurations": [
    { "name": "Tests", "type": "node", "request": "launch", "program": "\${workspaceFolder}/test.js" }, // quick
  ]
}
`;

test("before any function has a port, there is the terminal that attaches by itself", async () => {
  const text = await lab.must("init", "--ide", "vscode");
  assert.match(text, /✓ \.vscode\/launch\.json: Live: start, with every function debugged/);
  assert.match(text, /! No function has a debug port yet: `live start --inspect` gives each one, then `live init --ide vscode` again/);
  const { configurations } = JSON.parse(lab.read(file));
  assert.deepEqual(configurations.map(({ type, command }) => [type, command]), [["node-terminal", "npx live start"]]);
});

test("a function's port is written, and what was there stays, comments too", async () => {
  const session = await lab.go("--inspect");
  await session.stop();
  lab.write(file, own);
  assert.match(await lab.must("init", "--ide", "vscode"), /launch\.json: Live: start, with every function debugged; Live: Hello/);
  const text = lab.read(file);
  assert.ok(text.startsWith(own.slice(0, own.indexOf("\n  ]"))), text);
  const plain = text.replace(/\/\/ .*/g, "").replace(/,(\s*[\]}])/g, "$1");
  const hello = JSON.parse(plain).configurations.find(({ name }) => name === "Live: Hello");
  const port = JSON.parse(readFileSync(path.join(lab.app, ".live/inspect.json")))["lab/Hello"];
  assert.deepEqual([hello.request, hello.port, hello.restart], ["attach", port, true]);
});

test("a second time changes nothing", async () => {
  const before = lab.read(file);
  assert.match(await lab.must("init", "--ide", "vscode"), /launch\.json has its configurations/);
  assert.equal(lab.read(file), before);
});

test("a launch.json that is no JSON is told and left alone", async () => {
  lab.write(file, "{");
  const { code, text } = await lab.run("init", "--ide", "vscode");
  assert.equal(code, 1);
  assert.match(text, /\.vscode\/launch\.json: not JSON/);
  assert.equal(lab.read(file), "{");
});

test("JetBrains gets a run configuration a function", async () => {
  const text = await lab.must("init", "--ide", "jetbrains");
  assert.match(text, /✓ \.run\/Live_Hello\.run\.xml: attach to Hello at port \d+/);
  assert.match(lab.read(".run/Live_Hello.run.xml"), /type="ChromiumRemoteDebugType".* port="\d+" restartOnDisconnect="true"/);
  assert.ok(existsSync(path.join(lab.app, ".run")));
});
