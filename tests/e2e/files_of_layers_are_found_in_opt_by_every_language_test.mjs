// Literally by their path in /opt, as on Lambda: opened, listed, run. What this machine has there stays.
import assert from "node:assert/strict";
import { chmodSync, lstatSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { noOwnFolders } from "../support/own_folders.mjs";
import { versionOf } from "../support/programs.mjs";
import { bootstrap } from "../support/shell_function.mjs";

const layers = ["lower", "upper"];
const ofShell = `printf '{"both":"%s","lower":"%s","upper":"%s","ran":"%s"}' "$(cat /opt/data/both)" "$(cat /opt/data/lower)" "$(cat /opt/data/upper)" "$(/opt/bin/tool)"`;
const languages = {
  Node: { program: "node", code: "node", runtime: "nodejs22.x", handler: "index.handler", layers },
  Python: { program: "python3", code: "python", runtime: "python3.12", handler: "index.handler", layers },
  Ruby: { program: "ruby", code: "ruby", runtime: "ruby3.3", handler: "index.handler", layers },
  Shell: { program: "curl", code: "shell", runtime: "provided.al2023", handler: "any", layers },
};
const lab = new Lab(
  { ...languages, Lister: { code: "lister", handler: "index.handler", layers: ["upper"] } },
  {
    "node/index.js": `const { readFileSync } = require("node:fs");
const of = (name) => readFileSync("/opt/data/" + name, "utf8");
exports.handler = async () => ({ both: of("both"), lower: of("lower"), upper: of("upper"), ran: require("node:child_process").execFileSync("/opt/bin/tool", { encoding: "utf8" }) });`,
    "python/index.py": `import subprocess
def of(name): return open("/opt/data/" + name).read()
def handler(event, context): return {"both": of("both"), "lower": of("lower"), "upper": of("upper"), "ran": subprocess.check_output(["/opt/bin/tool"], text=True)}
`,
    "ruby/index.rb": `def of(name) = File.read("/opt/data/#{name}")
def handler(event:, context:) = { both: of("both"), lower: of("lower"), upper: of("upper"), ran: \`/opt/bin/tool\` }
`,
    "shell/bootstrap": bootstrap(ofShell),
    "lister/index.js": `const { readdirSync } = require("node:fs");
exports.handler = async () => Object.fromEntries(readdirSync("/opt").map((name) => [name, readdirSync("/opt/" + name)]));`,
    "lower/data/both": "lower",
    "lower/data/lower": "lower",
    "upper/data/both": "upper",
    "upper/data/upper": "upper",
    "upper/bin/tool": "#!/bin/sh\nprintf tool\n",
  },
);
for (const script of ["shell/bootstrap", "upper/bin/tool"]) chmodSync(path.join(lab.app, script), 0o755);
const expected = { both: "upper", lower: "lower", upper: "upper", ran: "tool" };
const call = async (id) => (await lab.invoke(id)).body;
let session;
before(async () => {
  if (!noOwnFolders) session = await lab.go();
});
after(() => lab.dispose());

const runsHere = (program) => noOwnFolders || (versionOf(program) ? false : `SKIPPED: there is no ${program} on PATH`);
for (const [id, { program }] of Object.entries(languages))
  test(`${id} reads what a later layer hides, what either has, and runs a program there`, { skip: runsHere(program) }, async () => {
    assert.deepEqual(await call(id), expected);
  });

test("what is saved in a layer is read in the next call", { skip: noOwnFolders }, async () => {
  lab.write("upper/data/both", "saved");
  lab.write("upper/data/new", "");
  for (const [id, { program }] of Object.entries(languages))
    if (versionOf(program)) await until(`${id} with the saved layer`, async () => (await call(id)).both === "saved");
  await until("a file that is new", async () => (await call("Lister")).data.includes("new"));
});

const ofTheMachine = (() => {
  try {
    return readdirSync("/opt").filter((name) => lstatSync(`/opt/${name}`).isDirectory());
  } catch {
    return [];
  }
})();
test("this machine's own /opt stays reachable beside them", { skip: noOwnFolders || (ofTheMachine.length > 0 ? false : "SKIPPED: there is nothing in /opt") }, async () => {
  const listed = await call("Lister");
  for (const name of ofTheMachine) assert.deepEqual(listed[name], readdirSync(`/opt/${name}`));
});

test("deployed to the embedded AWS, likewise", { skip: noOwnFolders }, async () => {
  await session.stop();
  await lab.do("deploy");
  for (const [id, { program }] of Object.entries(languages)) if (versionOf(program)) assert.deepEqual(await call(id), { ...expected, both: "saved" });
});
