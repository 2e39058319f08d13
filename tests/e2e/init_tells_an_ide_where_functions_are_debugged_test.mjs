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
  assert.deepEqual(configurations.map(({ type, command }) => [type, command]), [["node-terminal", "live start"]]);
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

test("a function in another language has the configuration of its own debugger", async () => {
  const places = { "lab/Py": { port: 9301, language: "python" }, "lab/Go": { port: 9302, language: "go" }, "lab/Jv": { port: 9303, language: "java" }, "lab/Rb": { port: 9304, language: "ruby" }, "lab/Cs": { language: "dotnet" } };
  lab.write(".live/inspect.json", JSON.stringify(places));
  lab.write(file, "{}");
  await lab.must("init", "--ide", "vscode");
  const { configurations } = JSON.parse(lab.read(file));
  const of = Object.fromEntries(configurations.map((one) => [one.name, one]));
  assert.deepEqual([of["Live: Py"].type, of["Live: Py"].connect], ["debugpy", { host: "127.0.0.1", port: 9301 }]);
  assert.deepEqual([of["Live: Go"].type, of["Live: Go"].mode, of["Live: Go"].port], ["go", "remote", 9302]);
  assert.deepEqual([of["Live: Jv"].type, of["Live: Jv"].hostName, of["Live: Jv"].port], ["java", "127.0.0.1", 9303]);
  assert.deepEqual([of["Live: Rb"].type, of["Live: Rb"].debugPort], ["rdbg", "127.0.0.1:9304"]);
  assert.deepEqual([of["Live: Cs"].type, of["Live: Cs"].request, of["Live: Cs"].processId], ["coreclr", "attach", "${command:pickProcess}"]);
  const text = await lab.must("init", "--ide", "jetbrains");
  assert.match(lab.read(".run/Live_Jv.run.xml"), /type="Remote"[^]*name="PORT" value="9303"/);
  assert.match(text, /none for Cs: docs\/debugging\.md says how JetBrains debugs dotnet/);
  assert.match(text, /none for Py: docs\/debugging\.md says how JetBrains debugs python/);
});
