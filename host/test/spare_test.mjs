// The next synthesis of an app is made by a process that has waited for it, and nobody can tell.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { open, scratch } from "./session.mjs";

// Package managers as a developer has them, where they are no part of the app.
const tools = await mkdtemp(path.join(tmpdir(), "live-spare-test-"));
for (const [name, file] of [["pnpm", "pnpm/bin/pnpm.cjs"], ["yarn", "yarn/bin/yarn.js"]])
  await mkdir(path.join(tools, name)).then(() => symlink(path.resolve(import.meta.dirname, "../node_modules", file), path.join(tools, name, name)));
const yarn4 = path.join(tools, "yarn4", "yarn"); // as .yarn/releases has it, in no node_modules
await mkdir(path.dirname(yarn4)).then(() => copyFile(path.resolve(import.meta.dirname, "../node_modules/@yarnpkg/cli-dist/bin/yarn.js"), yarn4));
await chmod(yarn4, 0o755);
const withTools = (...names) => ({ PATH: [...names.map((name) => path.join(tools, name)), process.env.PATH].join(":") });

const toolkit = open("toolkit", { SPARE_TEST: "yes", ...withTools("pnpm", "yarn") });
after(() => toolkit.close());
after(() => rm(tools, { recursive: true }));

/** Processes that wait, or lead to one: of tests of ours alone. */
function waiting(whose = "yes") {
  return readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && /\0LIVE_SPARE=/.test(environment(pid)) && environment(pid).includes(`\0SPARE_TEST=${whose}\0`)).map(Number);
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

/** Until a process of the same command line as the app's waits: pids of those. @param {{ line: string }} run one of the app */
async function appWaiting({ line }) {
  const isIt = (pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8") === line;
    } catch {
      return false; // it has just ended
    }
  };
  await until("the app's process that waits", () => waiting().some(isIt));
  return new Set(waiting().filter(isIt));
}

/** An app that prints who it is, and two of its own modules, one of a construct library, one of another package. */
async function app(t, { host = toolkit,  command, file, text, manifest = {}, install = () => {} }) {
  const folder = await scratch(t, command?.includes("tsx") ? "cdk-typescript" : "api-sns");
  await mkdir(path.join(folder, "lib"));
  await writeFile(path.join(folder, "package.json"), JSON.stringify(manifest));
  install(folder);
  const library = (name, manifest, source) =>
    mkdir(path.join(folder, "node_modules", name), { recursive: true })
      .then(() => writeFile(path.join(folder, "node_modules", name, "package.json"), JSON.stringify({ name, version: "1.0.0", main: "index.js", ...manifest })))
      .then(() => writeFile(path.join(folder, "node_modules", name, "index.js"), source));
  await library("of-constructs", { peerDependencies: { "aws-cdk-lib": "*" } }, `require("aws-cdk-lib"); exports.kind = "first"; exports.pid = process.pid;`);
  await library("settings", {}, `exports.read = require("fs").readFileSync("settings.txt", "utf8");`);
  await writeFile(path.join(folder, "settings.txt"), "one");
  await writeFile(path.join(folder, "lib", "name.js"), `export const name = "before";`);
  await writeFile(path.join(folder, file), text);
  const synth = async (more = {}) => {
    const outdir = path.join(folder, ".live", "out" + Math.random());
    const request = { folder, form: command ? "cdk" : "main", main: "lib/index.js", command, stage: "dev", app: "x", region: "us-east-1", account: "111122223333" };
    const { events, stacks, inputs } = await host.call("synth", { ...request, mode: "discover", outdir, again: true, ...more });
    const said = events.filter((e) => e.event === "output").map((e) => e.line);
    const one = said.find((line) => line.startsWith("{"));
    return { ...(one && JSON.parse(one)), said, outdir, stacks: stacks.map((each) => each.name), inputs: inputs.map((each) => path.relative(folder, each)) };
  };
  return { folder, synth, write: (name, content) => writeFile(path.join(folder, name), content) };
}

const says = `console.log(JSON.stringify({ pid: process.pid, line: cat("/proc/self/cmdline", "utf8"), argv: process.argv.slice(2), cwd: process.cwd(), outdirSeen: process.env.CDK_OUTDIR, flavour: process.env.FLAVOUR, spare: process.env.LIVE_SPARE, name, kind, settings: read }));`;
const body = `
  import { readFileSync as cat } from "node:fs";
  import { App, Stack } from "aws-cdk-lib";
  import { kind } from "of-constructs";
  import { read } from "settings";
  import { name } from "NAME";
`;
const whole = (specifier) => `${body.replace("NAME", specifier)} ${says} const app = new App(); new Stack(app, name); app.synth();`;
const commonJs = `
  const { App, Stack } = require("aws-cdk-lib"); const cat = require("fs").readFileSync;
  const { kind } = require("of-constructs"); const { read } = require("settings"); const name = require("fs").readFileSync("lib/name.js", "utf8").match(/"(.*)"/)[1];
  ${says} const app = new App(); new Stack(app, name); app.synth();`;

const forms = {
  "main(app)": { file: "lib/index.js", text: `${body.replace("NAME", "./name")} export default function main(app) { ${says} new Stack(app, name, { stackName: name }); }` },
  "a CommonJS app of node": { command: "node bin.cjs --flag", file: "bin.cjs", text: commonJs },
  "an app of ES modules": { command: "node bin.mjs --flag", file: "bin.mjs", text: whole("./lib/name.mjs") },
  "npx tsx": { command: "npx tsx bin.ts --flag", file: "bin.ts", text: whole("./lib/name") },
};
const scripts = { synth: "node bin.mjs --flag", again: "npm run synth", built: "true && node bin.mjs --flag", after: "node bin.mjs --flag", preafter: "true" };
const inModules = { file: "bin.mjs", text: whole("./lib/name.mjs"), manifest: { name: "x", scripts } };
forms["yarn 4"] = {
  ...inModules, command: "yarn synth",
  host: () => open("toolkit", { SPARE_TEST: "yes", ...withTools("yarn4"), YARN_ENABLE_TELEMETRY: "0" }),
  manifest: { name: "x", packageManager: "yarn@4.18.1", scripts },
  install(folder) {
    writeFileSync(path.join(folder, "yarn.lock"), "");
    writeFileSync(path.join(folder, ".yarnrc.yml"), "nodeLinker: node-modules\nenableGlobalCache: false\n");
    execFileSync(yarn4, ["install", "--mode=skip-build"], { cwd: folder, stdio: "pipe", env: { ...process.env, YARN_ENABLE_TELEMETRY: "0", YARN_ENABLE_IMMUTABLE_INSTALLS: "0" } });
  },
};
for (const command of ["npm run synth", "npm run -s again", "npm exec -- node bin.mjs --flag", "pnpm exec node bin.mjs --flag", "pnpm run synth", "yarn --silent synth"])
  forms[command] = { ...inModules, command };

for (const [form, how] of Object.entries(forms)) {
  test(`${form}: the next synthesis runs in a process that waited, on what is saved by then`, async (t) => {
    const host = how.host?.();
    t.after(() => host?.close());
    const { folder, synth, write } = await app(t, { ...how, host });
    const name = how.text.includes("name.mjs") ? "lib/name.mjs" : "lib/name.js";
    await write(name, `export const name = "before";`);
    const first = await synth();
    assert.deepEqual([first.name, first.stacks], ["before", ["before"]]);
    assert.ok(first.inputs.includes(name), `${name} is not among ${first.inputs}`);
    for (const [saved, settings] of [["after", "two"], ["later", "three"]]) {
      const waited = await appWaiting(first);
      await write(name, `export const name = "${saved}";`);
      await write("settings.txt", settings);
      const next = await synth();
      assert.ok(waited.has(next.pid), `${next.pid} is none of ${[...waited]}`);
      assert.deepEqual([next.name, next.stacks, next.settings, next.kind], [saved, [saved], settings, "first"]);
      assert.deepEqual([next.argv, next.cwd, next.outdirSeen, next.spare], [first.argv, folder, next.outdir, undefined]);
      for (const each of [how.file, name, "settings.txt"]) assert.ok(next.inputs.includes(each), `${each} is not among ${next.inputs}`);
    }
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

const early = { ...inModules, manifest: { name: "x", scripts } };
for (const [command, why] of Object.entries({
  "true && node bin.mjs --flag": "it is the shell's",
  "npm run built": "its script is the shell's",
  "npm run after": "a script before it would run early",
  "yarn synth": "it tells how long it took",
  "node --env-file=.env bin.mjs --flag": "it reads a file before it waits",
}))
  test(`${command} does not wait: ${why}`, async (t) => {
    const { synth, write } = await app(t, { ...early, command });
    await write("lib/name.mjs", `export const name = "one";`);
    await write(".env", "");
    assert.equal((await synth()).name, "one");
    await new Promise((r) => setTimeout(r, 300));
    assert.deepEqual(waiting(), []);
    assert.equal((await synth()).name, "one");
  });

test("a script that was changed meanwhile is run as it is now", async (t) => {
  const { synth, write } = await app(t, { ...early, command: "npm run synth" });
  await write("lib/name.mjs", `export const name = "one";`);
  const first = await synth();
  assert.deepEqual(first.argv, ["--flag"]);
  await appWaiting(first);
  await write("package.json", JSON.stringify({ name: "x", scripts: { synth: "node bin.mjs --other" } }));
  assert.deepEqual((await synth()).argv, ["--other"]);
});

test("the build of cdk.json is run each time, and the app behind it by a process that waited", async (t) => {
  const { synth, write } = await app(t, { ...early, command: "node bin.mjs --flag" });
  await write("cdk.json", JSON.stringify({ build: "node build.mjs" }));
  await write("build.mjs", `import fs from "node:fs"; fs.writeFileSync("lib/name.mjs", fs.readFileSync("name.txt", "utf8"));`);
  await write("name.txt", `export const name = "one";`);
  const first = await synth();
  assert.equal(first.name, "one");
  const waited = await appWaiting(first);
  await write("name.txt", `export const name = "two";`);
  const { name, pid, inputs } = await synth();
  assert.equal(name, "two");
  assert.ok(waited.has(pid), `${pid} is none of ${[...waited]}`);
  for (const each of ["build.mjs", "name.txt", "bin.mjs"]) assert.ok(inputs.includes(each), `${each} is not among ${inputs}`);
  assert.ok(!inputs.includes("lib/name.mjs"), "what the build makes is made again");
  await write("build.mjs", `throw new Error("on purpose");`);
  await assert.rejects(synth(), { message: /^the build of cdk\.json \(node build\.mjs\) exited with status 1: Error: on purpose$/ });
});

test("what waits ends with the toolkit, even one that is killed", async (t) => {
  for (const signal of ["SIGTERM", "SIGKILL"]) {
    const mortal = open("toolkit", { SPARE_TEST: "mortal" });
    const { folder } = await app(t, forms["main(app)"]);
    await mortal.call("synth", { folder, form: "main", main: "lib/index.js", stage: "dev", app: "x", region: "us-east-1", mode: "discover", outdir: path.join(folder, "out"), again: true });
    await until("a process that waits", () => waiting("mortal").some((pid) => existsSync(`/proc/${pid}`)));
    mortal.child.kill(signal);
    await until("its end", () => waiting("mortal").length === 0);
  }
});
