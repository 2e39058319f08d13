// live.json: which account a stage belongs to, whether a session may be taken over, what the debug stack is tagged
// with; --config for another one; and the stage of whoever runs `npm start`.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { InTerminal } from "../support/terminal.mjs";

const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async () => 1;" }, { env: { USER: "ann" } });
const settings = (value) => lab.write("live.json", JSON.stringify(value, null, 2));
before(() => lab.must("cloud", "start"));
after(() => lab.dispose());

test("another account than the stage's is refused by start, deploy and remove, and found by doctor", async () => {
  settings({ accounts: { prod: "111122223333", e2e: "000000000000" } });
  const env = lab.env;
  lab.env = await lab.aws();
  try {
    for (const command of [["start"], ["deploy"], ["remove", "--yes"]]) {
      const { code, text } = await lab.run(...command, "--stage", "prod");
      assert.equal(code, 1);
      assert.match(text, /stage prod belongs to account 111122223333 .*of account 000000000000: use --profile/);
      assert.doesNotMatch(text, /stack/i);
    }
    const doctor = await lab.run("doctor", "--stage", "prod");
    assert.equal(doctor.code, 1);
    assert.match(doctor.text, /✗ account: stage prod belongs to account 111122223333/);
    assert.match(await lab.must("deploy", "--stage", "e2e", "--yes"), /Deployed/);
    assert.match(await lab.must("remove", "--stage", "e2e", "--yes"), /Removed/);
  } finally {
    lab.env = env;
  }
});

test("the embedded AWS of --local is nobody's account", async () => {
  assert.match(await lab.must("deploy", "--local", "--stage", "prod"), /Deployed/);
});

test("the debug stack has the tags of live.json", async () => {
  settings({ takeover: "ask", debugStack: { tags: { team: "blue" } } });
  await lab.go();
  const { Stacks } = await lab.formation("DescribeStacks", { StackName: "e2e-lab-debug-stack" });
  const { team, "live:stage": stage } = Object.fromEntries(Stacks[0].Tags.map(({ Key, Value }) => [Key, Value]));
  assert.deepEqual({ team, stage }, { team: "blue", stage: "e2e" });
});

test("a stage that somebody is connected to is not taken where live.json says to ask and nobody can be asked", async () => {
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1);
  assert.match(text, /ann@\S+ is connected to stage e2e since \d{4}-\S+Z, and live\.json says to ask.*--yes, or another --stage/);
  assert.equal((await lab.invoke("Hello")).body, 1);
  assert.equal(lab.sessions[0].child.exitCode, null);
});

test("in a terminal it is asked: no leaves it, yes takes it", async () => {
  const no = new InTerminal(lab, ["start", "--local", "--stage", "e2e"]);
  await no.shows(/is connected to stage e2e since \S+\. Take it over\? \[y\/N\] $/);
  no.type("\n");
  assert.equal(await no.code, 1);
  assert.equal(lab.sessions[0].child.exitCode, null);
  const yes = new InTerminal(lab, ["start", "--local", "--stage", "e2e"], { USER: "ben" });
  await yes.shows(/Take it over\? \[y\/N\] $/);
  yes.type("y\n");
  await yes.shows(/Listening for requests/);
  assert.deepEqual(await lab.sessions[0].ended, { code: 0, signal: null });
  yes.type("\x03");
  assert.equal(await yes.code, 0, yes.text);
});

test("--config names another live.json, whose folder is the app's", async () => {
  lab.write("live.other.json", JSON.stringify({ name: "other", stage: "next" }));
  const app = lab.app;
  lab.app = lab.folder;
  try {
    assert.match((await lab.run("doctor", "--local", "--config", "lab/live.other.json")).text, /App other, stage next/);
    const { code, text } = await lab.run("doctor", "--local", "--config", "lab/absent.json");
    assert.equal(code, 1);
    assert.match(text, /there is no file \S*absent\.json, which has to be the app's live\.json/);
  } finally {
    lab.app = app;
  }
});

for (const user of [undefined, "John.Doe", "root"])
  test(`npm start with --stage $(whoami): ${user ?? "whoever runs this"}`, async () => {
    const bin = path.join(lab.folder, `bin-${user}`);
    mkdirSync(bin);
    symlinkSync(lab.live, path.join(bin, "live"));
    if (user) writeFileSync(path.join(bin, "whoami"), `#!/bin/sh\necho ${user}\n`, { mode: 0o755 });
    lab.write("package.json", JSON.stringify({ name: "lab", type: "module", scripts: { start: "live start --local --stage $(whoami)" } }));
    const npm = spawn("npm", ["start"], { cwd: lab.app, env: { ...lab.env, PATH: `${bin}:${lab.env.PATH}` }, detached: true });
    let text = "";
    for (const stream of [npm.stdout, npm.stderr]) stream.setEncoding("utf8").on("data", (more) => (text += more));
    const ended = new Promise((resolve) => npm.on("close", resolve));
    const stage = (user ?? userInfo().username).replace(/[^A-Za-z0-9]+/g, "-");
    const until = Date.now() + 120_000;
    while (!/Listening for requests/.test(text) && npm.exitCode === null && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
    process.kill(-npm.pid, "SIGINT"); // as Ctrl-C in a terminal does it
    await ended; // npm's own code
    assert.match(text, new RegExp(`App lab, stage ${stage}\\n[^]*Listening for requests[^]*Session ended`));
  });
