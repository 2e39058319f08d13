// `live completion SHELL`: the scripts in the shells themselves. Which shells a machine lacks is said.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { InTerminal } from "../support/terminal.mjs";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" }, Other: { handler: "f.handler" } }, { "src/f.js": "exports.handler = async () => 1;" });
const run = promisify(execFile);
const bin = path.join(lab.folder, "bin");
after(() => lab.dispose());
before(async () => {
  mkdirSync(bin);
  symlinkSync(lab.live, path.join(bin, "live"));
  lab.env = { ...lab.env, PATH: `${bin}:${process.env.PATH}`, HOME: lab.folder };
  lab.write("live.json", '{"accounts": {"prod": "123456789012"}}');
  await lab.must("build", "--stage", "dev-jane"); // a synthesis: functions and stage are known now
  mkdirSync(path.join(lab.folder, ".aws"));
  writeFileSync(path.join(lab.folder, ".aws/config"), "[default]\n\n[profile shop]\nregion = x\n[sso-session s]\n");
});

const has = (shell) => {
  try {
    execFileSync(shell, ["-c", "true"]);
    return true;
  } catch {
    return false;
  }
};
const skip = (shell) => (has(shell) ? false : `${shell} is not installed`);

/** What stands in COMPREPLY once TAB is pressed behind `line`. */
async function inBash(line) {
  const script = `
    eval "$(live completion bash)"
    # As readline splits a line: COMP_WORDBREAKS has "=".
    line=$1; COMP_WORDS=(); for word in \${line//=/ = }; do COMP_WORDS+=("$word"); done
    [[ $line == *" " || $line == *"=" ]] && [[ \${COMP_WORDS[-1]} != "=" ]] && COMP_WORDS+=("")
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMP_LINE=$line; COMP_POINT=\${#line}
    compopt() { echo "compopt $*"; }
    _live
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await run("bash", ["--norc", "-c", script, "bash", line], { cwd: lab.app, env: lab.env });
  return stdout.split("\n").filter(Boolean);
}

test("bash: commands, and options of a command", async () => {
  assert.deepEqual(await inBash("live st"), ["start"]);
  assert.deepEqual(await inBash("live de"), ["deploy"]);
  assert.deepEqual((await inBash("live cloud st")).sort(), ["start", "status", "stop"]);
  assert.deepEqual(await inBash("live start --no-"), ["--no-limits", "--no-deploy", "--no-color"]);
  const all = await inBash("live ");
  for (const command of ["start", "invoke", "logs", "diff", "build", "init", "completion", "doctor", "cloud"]) assert.ok(all.includes(command), command);
  assert.ok(!all.includes("__complete"));
});

test("bash: stages, functions, stacks, samples and profiles that are known", async () => {
  assert.deepEqual(await inBash("live start --stage "), ["dev-jane", "prod"]);
  assert.deepEqual(await inBash("live start --stage=d"), ["dev-jane"]);
  assert.deepEqual(await inBash("live invoke --stage dev-jane "), ["Hello", "Other"]);
  assert.deepEqual(await inBash("live logs --stage dev-jane Hello O"), ["Other"]);
  assert.deepEqual(await inBash("live start --stage dev-jane --only H"), ["Hello"]);
  assert.deepEqual(await inBash("live deploy --stage dev-jane "), ["dev-jane-lab-lab"]);
  assert.deepEqual(await inBash("live invoke Hello --sample api"), ["apigw", "apigw-v2"]);
  assert.deepEqual(await inBash("live doctor --profile "), ["default", "shop"]);
  assert.deepEqual(await inBash("live completion z"), ["zsh"]);
  assert.deepEqual(await inBash("live help inv"), ["invoke"]);
});

test("bash: an option that was given is not offered again, but one that may be given several times", async () => {
  const left = await inBash("live start --json --only x --");
  assert.ok(!left.includes("--json"));
  assert.ok(left.includes("--only"));
});

test("bash: where a file stands, files are completed", async () => {
  assert.deepEqual(await inBash("live invoke Hello --event "), ["compopt -o default"]);
});

test("bash: TAB in a terminal", async () => {
  const shell = new InTerminal(lab, ["--norc", "-i"], { PS1: "$ " }, { program: "bash" });
  shell.type('eval "$(live completion bash)"; echo ready\n');
  await shell.shows(/^ready/m);
  shell.type("live inv\t--samp\tkine\t\n");
  await shell.shows(/live invoke --sample kinesis/);
  await shell.end();
});

test("zsh: TAB in a terminal", { skip: skip("zsh") }, async () => {
  const shell = new InTerminal(lab, ["-f", "-i"], { PS1: "$ " }, { program: "zsh" });
  shell.type('autoload -U compinit; compinit -u; eval "$(live completion zsh)"; echo ready\n');
  await shell.shows(/^ready/m);
  shell.type("live inv\t");
  await shell.shows(/oke/);
  shell.type("--samp\t");
  await shell.shows(/le/);
  shell.type("kine\t");
  await shell.shows(/sis/);
  await shell.end();
});

test("fish: what it would offer", { skip: skip("fish") }, async () => {
  const offered = async (line) => {
    const { stdout } = await run("fish", ["--no-config", "-c", `live completion fish | source; complete -C "${line}"`], { cwd: lab.app, env: lab.env });
    return stdout.split("\n").filter(Boolean).map((one) => one.split("\t")[0]);
  };
  assert.deepEqual(await offered("live st"), ["start"]);
  assert.deepEqual(await offered("live start --stage "), ["dev-jane", "prod"]);
  assert.deepEqual(await offered("live invoke Hello --sample api"), ["apigw", "apigw-v2"]);
  assert.ok((await offered("live invoke Hello --event li")).includes("live.json"));
});
