// `live help` and each --help: every command and option is there, options that several commands have mean the same.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

const lab = new Lab({});
after(() => lab.dispose());
const help = (...command) => lab.must(...command, "--help");
const commands = "start invoke logs build diff deploy remove init doctor completion help version cloud bench".split(" ");
const common = "--stage --region --profile --role-arn --local --config --verbose --quiet --no-color --json --yes".split(" ");
const withCommon = "start invoke logs build diff deploy remove doctor bench".split(" ");
/** "--stage STAGE   The stage …" of a help. */
const meaning = (text, option) => new RegExp(`^  ${option}\\b.*(?:\\n {24}.*)*`, "m").exec(text)?.[0].replace(/\s+/g, " ");

test("live help names every command, and so do --help and live alone", async () => {
  const text = await lab.must("help");
  for (const command of commands) assert.match(text, new RegExp(`^  ${command} +\\S`, "m"));
  assert.equal(await lab.must("--help"), text);
  const alone = await lab.run();
  assert.deepEqual([alone.code, alone.text], [2, text]);
});

test("live help COMMAND is its --help", async () => {
  for (const command of commands) assert.equal(await lab.must("help", command), await help(command), command);
  const { code, text } = await lab.run("help", "invok");
  assert.equal(code, 2);
  assert.match(text, /live has no command "invok" \(did you mean "invoke"\?\)/);
});

test("common options are everywhere, and mean the same", async () => {
  const start = await help("start");
  for (const command of withCommon) {
    const text = await help(command);
    for (const option of common) assert.equal(meaning(text, option), meaning(start, option), `${option} of ${command}`);
  }
});

test("no line is wider than a terminal", async () => {
  for (const command of commands) for (const line of (await help(command)).split("\n")) assert.ok([...line].length <= 80, `${command}: ${line}`);
});

test("the manual has every command and every option", async () => {
  const manual = readFileSync(path.join(root, "docs/commands.md"), "utf8") + readFileSync(path.join(root, "docs/configuration.md"), "utf8") + readFileSync(path.join(root, "docs/cloud.md"), "utf8");
  for (const command of commands) {
    assert.ok(manual.includes(`live ${command}`), `live ${command} is not in the manual`);
    if (command === "bench") continue;
    for (const [, option] of (await help(command)).matchAll(/^  (?:-\w, )?(--[a-z-]+)/gm)) if (option !== "--help") assert.ok(manual.includes(option), `${option} of live ${command} is not in the manual`);
  }
});

test("an unknown option is told with the nearest one, of the command that it was given to", async () => {
  for (const [args, said] of [
    [["start", "--stag", "x"], /live start has no option "--stag" \(did you mean "--stage"\?\)\n`live start --help` says/],
    [["invoke", "Hello", "--smaple=sqs"], /live invoke has no option "--smaple" \(did you mean "--sample"\?\)/],
    [["cloud", "start", "--stat", "x"], /live cloud start has no option "--stat" \(did you mean "--state"\?\)/],
    [["deploy", "one", "two"], /live deploy takes no "two"/],
    [["lgos"], /live has no command "lgos" \(did you mean "logs"\?\)/],
  ]) {
    const { code, text } = await lab.run(...args);
    assert.equal(code, 2, text);
    assert.match(text, said);
  }
});

test("live version and live --version", async () => {
  assert.match(await lab.must("version"), /^live \d+\.\d+\.\d+\n$/);
  assert.match(await lab.must("--version"), /^\d+\.\d+\.\d+\n$/);
  assert.equal(JSON.parse(await lab.must("version", "--json")).type, "version");
});
