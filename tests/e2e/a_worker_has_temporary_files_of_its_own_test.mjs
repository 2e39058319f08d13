// What a function writes to /tmp, by that very path, is its process's alone, in each language, as on Lambda.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab, until } from "../support/lab.mjs";
import { noOwnFolders, outside } from "../support/own_folders.mjs";
import { versionOf } from "../support/programs.mjs";
import { bootstrap } from "../support/shell_function.mjs";

const name = randomUUID(), file = `/tmp/${name}`;
const gate = await new Gate().listen();
const node = (version) => `const { existsSync, readFileSync, writeFileSync } = require("node:fs");
const { execFileSync } = require("node:child_process");
exports.handler = async ({ gate, text = "text" }) => {
  const found = existsSync("${file}") && readFileSync("${file}", "utf8");
  writeFileSync("${file}", text);
  if (gate) await fetch(gate);
  return { found, reads: execFileSync("cat", ["${file}"], { encoding: "utf8" }), folder: require("node:os").tmpdir(), variable: process.env.TMPDIR ?? null, version: ${version} };
};`;
const python = `import os, tempfile
def handler(event, context):
    found = os.path.exists("${file}")
    open("${file}", "w").write("text")
    return {"found": found, "folder": tempfile.gettempdir()}
`;
const ruby = `require "tmpdir"
def handler(event:, context:)
  found = File.exist?("${file}")
  File.write("${file}", "text")
  { found: found, folder: Dir.tmpdir }
end
`;
const shell = `[ -e ${file} ] && found=true || found=false; echo text > ${file}; printf '{"found":%s,"folder":"%s"}' $found "$(dirname "$(mktemp -u)")"`;
const languages = {
  Python: { program: "python3", code: "python", runtime: "python3.12", handler: "index.handler" },
  Ruby: { program: "ruby", code: "ruby", runtime: "ruby3.3", handler: "index.handler" },
  Shell: { program: "curl", code: "shell", runtime: "provided.al2023", handler: "any" },
};
const lab = new Lab(
  { Node: { handler: "node.handler", timeout: 60 }, ...languages, Own: { handler: "node.handler", environment: { TMPDIR: "/tmp/own" } } },
  { "src/node.js": node(1), "python/index.py": python, "ruby/index.rb": ruby, "shell/bootstrap": bootstrap(shell) },
);
chmodSync(path.join(lab.app, "shell/bootstrap"), 0o755);
let session;
before(async () => {
  if (!noOwnFolders) session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

const call = async (id, event) => (await lab.invoke(id, event)).body;
const bothAtOnce = async () => {
  const both = [call("Node", { gate: gate.url, text: "one" }), call("Node", { gate: gate.url, text: "other" })];
  await gate.reached(2);
  gate.release();
  return await Promise.all(both);
};

test("two at once that write the same path read what they wrote, their children too, and the next call finds it", { skip: noOwnFolders }, async () => {
  const [one, other] = await bothAtOnce();
  assert.deepEqual([one.found, one.reads, other.found, other.reads], [false, "one", false, "other"]);
  const next = await call("Node");
  assert.ok(["one", "other"].includes(next.found), next.found);
  assert.ok(!existsSync(file));
});

test("temporary files are looked for there, as on Lambda; a TMPDIR of the function's own stays", { skip: noOwnFolders }, async () => {
  const { folder, variable } = await call("Node");
  assert.deepEqual({ folder, variable }, { folder: "/tmp", variable: null });
  assert.equal((await call("Own")).variable, "/tmp/own");
});

for (const [id, { program }] of Object.entries(languages))
  test(`${id} likewise`, { skip: noOwnFolders || (versionOf(program) ? false : `SKIPPED: there is no ${program} on PATH`) }, async () => {
    assert.deepEqual(await call(id), { found: false, folder: "/tmp" });
    assert.deepEqual(await call(id), { found: true, folder: "/tmp" });
  });

test("a save makes a new process, whose /tmp is empty; that of the old one is gone", { skip: noOwnFolders }, async () => {
  await call("Node", { text: "of the old one" });
  const old = outside(name, "of the old one");
  assert.ok(old);
  lab.write("src/node.js", node(2));
  const after = await until("the saved code", async () => {
    const answer = await call("Node");
    return answer.version === 2 && answer;
  });
  assert.equal(after.found, false);
  await until("the removal of the old one's files", () => !existsSync(path.dirname(path.dirname(old))));
});

test("what lies in this machine's /tmp and is named in live's environment is reachable, and nothing else", { skip: noOwnFolders }, async () => {
  lab.write("src/node.js", `exports.handler = async ({ files }) => files.map((file) => require("node:fs").existsSync(file));`);
  writeFileSync(file, "of the machine");
  const app = path.join(lab.app, "functions.json");
  await until("the saved code", async () => Array.isArray(await call("Node", { files: [] })));
  assert.deepEqual(await call("Node", { files: [app, lab.env.LIVE_HOME, file] }), [true, true, false]);
});

test("after a session that was killed nothing is left; deployed to the embedded AWS each environment has its own, too", { skip: noOwnFolders }, async () => {
  lab.write("src/node.js", node(3));
  await until("the saved code", async () => (await call("Node")).version === 3);
  await session.kill();
  session = await lab.go();
  assert.equal(outside(name), undefined);
  await session.stop();
  await lab.do("deploy");
  const [one, other] = await bothAtOnce();
  assert.deepEqual([one.found, one.reads, other.found, other.reads], [false, "one", false, "other"]);
});
