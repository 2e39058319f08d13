// The next synthesis of an app is made by a process that has waited for it, and nobody can tell.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";
import { open, scratch } from "./session.mjs";

const toolkit = open("toolkit", { SPARE_TEST: "yes" });
after(() => toolkit.close());

/** Processes that wait, or lead to one: of tests of ours alone. */
function waiting() {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && /\0LIVE_SPARE=/.test(environment(pid)) && /\0SPARE_TEST=yes/.test(environment(pid))).map(Number);
}
function environment(pid) {
  try {
    return "\0" + readFileSync(`/proc/${pid}/environ`, "utf8");
  } catch {
    return ""; // it has just ended
  }
}
async function until(what, look) {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((r) => setTimeout(r, 20))) if (await look()) return;
  assert.fail(`not within 20 s: ${what}`);
}

/** An app that prints who it is, and two of its own modules, one of a construct library, one of another package. */
async function app(t, { command, file, text }) {
  const folder = await scratch(t, command?.includes("tsx") ? "cdk-typescript" : "api-sns");
  await mkdir(path.join(folder, "lib"));
  const library = (name, manifest, source) =>
    mkdir(path.join(folder, "node_modules", name), { recursive: true })
      .then(() => writeFile(path.join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js", ...manifest })))
      .then(() => writeFile(path.join(folder, "node_modules", name, "index.js"), source));
  await library("of-constructs", { peerDependencies: { "aws-cdk-lib": "*" } }, `require("aws-cdk-lib"); exports.kind = "first"; exports.pid = process.pid;`);
  await library("settings", {}, `exports.read = require("fs").readFileSync("settings.txt", "utf8");`);
  await writeFile(path.join(folder, "settings.txt"), "one");
  await writeFile(path.join(folder, "package.json"), "{}");
  await writeFile(path.join(folder, "lib", "name.js"), `export const name = "before";`);
  await writeFile(path.join(folder, file), text);
  const synth = async (more = {}) => {
    const outdir = path.join(folder, ".live", "out" + Math.random());
    const request = { folder, form: command ? "cdk" : "main", main: "lib/index.js", command, stage: "dev", app: "x", region: "us-east-1", account: "111122223333" };
    const { events, stacks, inputs } = await toolkit.call("synth", { ...request, mode: "discover", outdir, again: true, ...more });
    const said = events.filter((e) => e.event === "output").map((e) => e.line);
    const one = said.find((line) => line.startsWith("{"));
    return { ...(one && JSON.parse(one)), said, outdir, stacks: stacks.map((each) => each.name), inputs: inputs.map((each) => path.relative(folder, each)) };
  };
  return { folder, synth, write: (name, content) => writeFile(path.join(folder, name), content) };
}

const says = `console.log(JSON.stringify({ pid: process.pid, argv: process.argv.slice(2), cwd: process.cwd(), outdirSeen: process.env.CDK_OUTDIR, flavour: process.env.FLAVOUR, spare: process.env.LIVE_SPARE, name, kind, settings: read }));`;
const body = `
  import { App, Stack } from "aws-cdk-lib";
  import { kind } from "of-constructs";
  import { read } from "settings";
  import { name } from "NAME";
`;
const whole = (specifier) => `${body.replace("NAME", specifier)} ${says} const app = new App(); new Stack(app, name); app.synth();`;
const commonJs = `
  const { App, Stack } = require("aws-cdk-lib");
  const { kind } = require("of-constructs"); const { read } = require("settings"); const name = require("fs").readFileSync("lib/name.js", "utf8").match(/"(.*)"/)[1];
  ${says} const app = new App(); new Stack(app, name); app.synth();`;

const forms = {
  "main(app)": { file: "lib/index.js", text: `${body.replace("NAME", "./name")} export default function main(app) { ${says} new Stack(app, name, { stackName: name }); }` },
  "a CommonJS app of node": { command: "node bin.cjs --flag", file: "bin.cjs", text: commonJs },
  "an app of ES modules": { command: "node bin.mjs --flag", file: "bin.mjs", text: whole("./lib/name.mjs") },
  "npx tsx": { command: "npx tsx bin.ts --flag", file: "bin.ts", text: whole("./lib/name") },
};

for (const [form, how] of Object.entries(forms)) {
  test(`${form}: the next synthesis runs in a process that waited, on what is saved by then`, async (t) => {
    const { folder, synth, write } = await app(t, how);
    const name = how.text.includes("name.mjs") ? "lib/name.mjs" : "lib/name.js";
    await write(name, `export const name = "before";`);
    const first = await synth();
    assert.deepEqual([first.name, first.stacks], ["before", ["before"]]);
    assert.ok(first.inputs.includes(name), `${name} is not among ${first.inputs}`);
    await until("a process that waits", () => waiting().length > 0);
    const waited = new Set();
    await until("its children too", async () => {
      const before = waited.size;
      waiting().forEach((pid) => waited.add(pid));
      await new Promise((r) => setTimeout(r, 1000));
      return waiting().length > 0 && waited.size === before;
    });
    await write(name, `export const name = "after";`);
    await write("settings.txt", "two");
    const second = await synth();
    assert.ok(waited.has(second.pid), `${second.pid} is none of ${[...waited]}`);
    assert.deepEqual([second.name, second.stacks, second.settings, second.kind], ["after", ["after"], "two", "first"]);
    assert.deepEqual([second.argv, second.cwd, second.outdirSeen, second.spare], [first.argv, folder, second.outdir, undefined]);
    for (const each of [how.file, name, "settings.txt"]) assert.ok(second.inputs.includes(each), `${each} is not among ${second.inputs}`);
  });
}

test("a library that was changed meanwhile is loaded anew", async (t) => {
  const { synth, write } = await app(t, forms["main(app)"]);
  assert.equal((await synth()).kind, "first");
  await until("a process that waits", () => waiting().length > 0);
  await new Promise((r) => setTimeout(r, 1500));
  await write("node_modules/of-constructs/index.js", `exports.kind = "second";`);
  assert.equal((await synth()).kind, "second");
});

test("another environment is another process", async (t) => {
  const { synth } = await app(t, forms["main(app)"]);
  assert.equal((await synth({ environment: { FLAVOUR: "mild" } })).flavour, "mild");
  await until("a process that waits", () => waiting().length > 0);
  assert.equal((await synth({ environment: { FLAVOUR: "hot" } })).flavour, "hot");
  assert.equal((await synth()).flavour, undefined);
});

test("an app that fails is told by the process that waited, with the place, and mended by the next", async (t) => {
  const { folder, synth, write } = await app(t, forms["an app of ES modules"]);
  await write("lib/name.mjs", `export const name = "one";`);
  await synth();
  await write("lib/name.mjs", `export const name = "one";\nthrow new Error("on purpose");`);
  await assert.rejects(synth(), (error) => {
    assert.match(error.message, /on purpose/);
    assert.deepEqual([error.file, error.line], [path.join(folder, "lib/name.mjs"), 2]);
    assert.ok(error.inputs.includes(path.join(folder, "lib/name.mjs")));
    return true;
  });
  await write("lib/name.mjs", `export const name = "mended";`);
  assert.equal((await synth()).name, "mended");
});

test("a file that an app of ES modules looks for in vain is one whose appearance may mend it", async (t) => {
  const { folder, synth } = await app(t, forms["an app of ES modules"]);
  await assert.rejects(synth(), (error) => {
    assert.ok(error.inputs.includes(path.join(folder, "lib/name.mjs")), String(error.inputs));
    return true;
  });
});

test("a command of the shell's own does not wait", async (t) => {
  const { synth, write } = await app(t, { ...forms["an app of ES modules"], command: "true && node bin.mjs" });
  await write("lib/name.mjs", `export const name = "one";`);
  assert.equal((await synth()).name, "one");
  await new Promise((r) => setTimeout(r, 300));
  assert.deepEqual(waiting(), []);
  assert.equal((await synth()).name, "one");
});

test("what waits ends with the toolkit, even one that is killed", async (t) => {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    const mortal = open("toolkit", { SPARE_TEST: "yes" });
    const { folder } = await app(t, forms["main(app)"]);
    await mortal.call("synth", { folder, form: "main", main: "lib/index.js", stage: "dev", app: "x", region: "us-east-1", mode: "discover", outdir: path.join(folder, "out"), again: true });
    await until("a process that waits", () => waiting().some((pid) => existsSync(`/proc/${pid}`)));
    mortal.child.kill(signal);
    await until("its end", () => waiting().length === 0);
  }
});
