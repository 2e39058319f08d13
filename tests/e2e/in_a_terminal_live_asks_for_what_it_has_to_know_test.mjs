// The stage is asked for once, and a removal wants the stage's name: what is asked, what each answer does, and what
// happens where nobody can answer.
import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { InTerminal, ctrlC, ctrlD } from "../support/terminal.mjs";

const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async () => 1;" });
const remembered = path.join(lab.app, ".live/stage");
const asUser = (name, ...args) => new InTerminal(lab, args, { USER: name });
before(() => lab.must("cloud", "start"));
after(() => lab.dispose());

test("the user's name is offered as the stage, in the form of a stage, and ENTER takes it", async () => {
  const live = asUser("John.Doe", "doctor", "--local");
  await live.shows(/Stage to work on \[John-Doe\]: $/);
  live.type("\n");
  await live.shows(/App lab, stage John-Doe/);
  assert.equal(await live.code, 0, live.text); // nothing is deployed, and a start would work
  assert.equal(readFileSync(remembered, "utf8"), "John-Doe\n");
});

test("then it is remembered", async () => {
  const live = asUser("jane", "doctor", "--local");
  await live.shows(/App lab, stage John-Doe \(as last time here\)/);
  assert.doesNotMatch(live.text, /Stage to work on/);
  await live.code;
});

test("what cannot be a stage is asked for again", async () => {
  rmSync(remembered);
  const live = asUser("root", "doctor", "--local");
  await live.shows(/Stage to work on \[root\]: $/);
  live.type("7\n");
  await live.shows(/"7" cannot be a stage: a stage starts with a letter/);
  await live.shows(/Stage to work on \[root\]: $/);
  live.type("my.stage\n");
  await live.shows(/App lab, stage my-stage/);
  await live.code;
  assert.equal(readFileSync(remembered, "utf8"), "my-stage\n");
});

test("Ctrl-C at the question ends it with 130, and nothing is remembered", async () => {
  rmSync(remembered);
  const live = asUser("root", "start", "--local");
  await live.shows(/Stage to work on \[root\]: $/);
  live.type(ctrlC);
  assert.equal(await live.code, 130, live.text);
  assert.ok(!existsSync(remembered));
});

test("without a terminal the user's name is the stage", async () => {
  lab.env.USER = "John.Doe";
  assert.match((await lab.run("doctor", "--local")).text, /App lab, stage John-Doe/);
});

test("a removal wants the stage's name, and another answer removes nothing", async () => {
  await lab.must("deploy", "--local", "--stage", "e2e");
  for (const [answer, said] of [["y\n", /nothing was removed: "y" is not the stage's name, e2e/], ["\n", /nothing was removed/], [ctrlD, /nothing was removed/]]) {
    const live = asUser("jane", "remove", "--local", "--stage", "e2e");
    await live.shows(/This removes every stack of lab, stage e2e, from account 000000000000, region us-east-1/);
    await live.shows(/Type the stage's name to go on: $/);
    live.type(answer);
    await live.shows(said);
    assert.equal(await live.code, 1);
  }
  const live = asUser("jane", "remove", "--local", "--stage", "e2e");
  await live.shows(/to go on: $/);
  live.type(ctrlC);
  assert.equal(await live.code, 130, live.text);
  assert.match((await lab.invoke("Hello")).text, /1/);
});

test("without a terminal a removal needs --yes, and says so", async () => {
  for (const more of [[], ["--json"]]) {
    const { code, text } = await lab.run("remove", "--local", "--stage", "e2e", ...more);
    assert.equal(code, 1);
    assert.match(text, /nothing was removed.*--yes/);
  }
  assert.match((await lab.invoke("Hello")).text, /1/);
});

test("with the stage's name everything goes", async () => {
  const live = asUser("jane", "remove", "--local", "--stage", "e2e");
  await live.shows(/to go on: $/);
  live.type("e2e\n");
  await live.shows(/Removed: the app, its debug stack/);
  assert.equal(await live.code, 0);
  await assert.rejects(lab.invoke("Hello"), { name: "ResourceNotFoundException" });
});
