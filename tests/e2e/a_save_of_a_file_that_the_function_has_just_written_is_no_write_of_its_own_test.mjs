// A function that writes a file beside its code loads nothing anew; a save of that very file, however soon, does.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const languages = {
  Node: {
    program: "node",
    runtime: "nodejs22.x",
    file: "node/index.js",
    code: `const fs = require("fs");
const data = JSON.parse(fs.readFileSync(__dirname + "/data.json", "utf8"));
exports.handler = async ({ write }) => {
  if (write) await fs.promises.writeFile(__dirname + "/data.json", JSON.stringify({ own: write }));
  return { data, pid: process.pid };
};`,
  },
  Python: {
    program: "python3",
    runtime: "python3.12",
    file: "python/index.py",
    code: `import json, os
with open("data.json") as text: data = json.load(text)
def handler(event, context):
    if "write" in event:
        with open("data.json", "w") as file: json.dump({"own": event["write"]}, file)
    return {"data": data, "pid": os.getpid()}
`,
  },
  Ruby: {
    program: "ruby",
    runtime: "ruby3.3",
    file: "ruby/index.rb",
    code: `require "json"
DATA_THEN = JSON.parse(File.read("data.json"))
def handler(event:, context:)
  File.write("data.json", JSON.generate(own: event["write"])) if event["write"]
  { data: DATA_THEN, pid: Process.pid }
end
`,
  },
};
const here = Object.entries(languages).filter(([, { program }]) => versionOf(program));
const folderOf = ({ file }) => file.split("/")[0];
const lab = new Lab(
  Object.fromEntries(here.map(([id, one]) => [id, { runtime: one.runtime, code: folderOf(one), handler: "index.handler", timeout: 60 }])),
  Object.fromEntries(here.flatMap(([, one]) => [[one.file, one.code], [`${folderOf(one)}/data.json`, `{"saved":0}`]])),
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

for (const [id, one] of Object.entries(languages)) {
  const skip = here.some(([name]) => name === id) ? false : `SKIPPED: ${one.program} is not on PATH`;
  const data = `${folderOf(one)}/data.json`;
  const call = async (event = {}) => (await lab.invoke(id, event)).body;

  test(`${id}: what it writes itself loads nothing anew`, { skip }, async () => {
    const { pid } = await call();
    for (const write of [1, 2, 3]) assert.equal((await call({ write })).pid, pid, session.tail());
  });

  test(`${id}: a save right after each of its writes does`, { skip }, async () => {
    for (const saved of [1, 2, 3]) {
      await call({ write: saved });
      lab.write(data, JSON.stringify({ saved }));
      await until("the saved data", async () => (await call()).data.saved === saved);
    }
  });

  test(`${id}: the session says what it writes`, { skip }, () => {
    assert.ok(session.lines.some((line) => / ! it writes data\.json: on AWS that fails \(EROFS\)/.test(line)), session.tail());
  });
}
