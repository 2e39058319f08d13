// A spare is the app's command, begun before it is asked for: where the process of the last run loaded its
// libraries of constructs, this one loads the same, and waits before the first module of the app's own. What they
// are, and whether they may be loaded early, is seen here too: what belongs to the CDK keeps nothing of an app.
"use strict";
const { spawnSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { isInstalled, note } = require("./preload-notes.cjs");

/** @typedef {import("./types").AppProcess} AppProcess */

const ofTheCdk = /^(aws-cdk-lib|constructs|@aws-cdk\/.*|typescript)$/;
/** By the package's folder. @type {Map<string, boolean>} */
const packages = new Map();
/** In the order in which their loading began: loaded so again, circles among them end alike. @type {string[]} */
const libraries = [];
/** The same, of ES modules: URLs. @type {Set<string>} */
const imports = new Set();
/** Modules that are not installed, as a package manager's own may be. @type {string[]} */
const leads = [];
/** Those that led to the app's process the last time. @type {string[]} */
let expectedLeads = [];
/** Why what is loaded must not be used. @type {string | undefined} */
let spoilt;
/** @type {"run" | "load" | "pass"} load: before the wait; pass: leads to the process that will wait, as npx does */
let stage = "run";

/** @param {string} file */
function isLibrary(file) {
  const [, folder, name] = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/.exec(file) ?? [];
  if (!folder) return false;
  if (!packages.has(folder)) packages.set(folder, ofTheCdk.test(name) || buildsOnTheCdk(folder));
  return packages.get(folder);
}

/** @param {string} folder */
function buildsOnTheCdk(folder) {
  try {
    const { dependencies, peerDependencies } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    return Object.keys({ ...dependencies, ...peerDependencies }).some((name) => name === "aws-cdk-lib" || name === "@aws-cdk/core");
  } catch {
    return false;
  }
}

/** What this process is, wherever its environment says else. @returns {string} */
const identity = () => JSON.stringify([process.execPath, process.execArgv, process.argv.slice(1), process.cwd()]);

/** A module is about to be run. @param {string} file */
function noteModule(file) {
  const own = !isInstalled(file);
  if (own && stage === "load") spoilt = file;
  const library = !own && isLibrary(file);
  if (library) libraries.push(file);
  if (own && stage === "run") leads.push(file);
  // Whatever leads to the process that waits has no other; this is another command than the last time.
  if (stage === "pass" && (library || (own && !expectedLeads.includes(file)))) process.exit(0);
}

/** An ES module of a package is imported. @param {string} url @param {string} file */
function noteImport(url, file) {
  if (isLibrary(file)) imports.add(url);
}

/** A file of the app's own is read. @param {string} file */
function noteRead(file) {
  if (stage === "load") spoilt = file;
}

/** @param {import("node:fs").PathLike} file */
function state(file) {
  const { mtimeMs, size, ino } = fs.statSync(file);
  return `${mtimeMs} ${size} ${ino}`;
}

/** @param {string[]} files */
function load(files) {
  stage = "load";
  try {
    for (const file of files) require(file);
  } catch {
    spoilt = "what cannot be loaded";
  }
  stage = "run";
}

/** What is loaded, and what its file is like. @returns {Map<string, string>} */
const filesLoaded = () => new Map(Object.keys(require.cache).filter(isInstalled).map((file) => [file, state(file)]));

/** @param {Map<string, string>} loaded */
function isAsLoaded(loaded) {
  try {
    return [...loaded].every(([file, was]) => state(file) === was);
  } catch {
    return false; // removed
  }
}

/** @returns {string} empty: who could want us is gone */
function readLine() {
  const chunk = Buffer.alloc(65536);
  const parts = [];
  for (;;) {
    let length;
    try {
      length = fs.readSync(0, chunk);
    } catch (error) {
      if (/** @type {any} */ (error).code !== "EAGAIN") return "";
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      continue;
    }
    if (length === 0) return "";
    parts.push(Buffer.from(chunk.subarray(0, length)));
    if (chunk[length - 1] === 10) return Buffer.concat(parts).toString("utf8");
  }
}

/** As if it had just been started. @returns {never} */
function runAnew() {
  const { status, signal } = spawnSync(process.execPath, [...process.execArgv, ...process.argv.slice(1)], { stdio: ["ignore", "inherit", "inherit"] });
  if (signal) process.kill(process.pid, signal);
  process.exit(status ?? 1);
}

function wait() {
  const loaded = filesLoaded();
  const line = readLine();
  if (!line) process.exit(0);
  /** @type {Record<string, string | null>} */
  const environment = JSON.parse(line);
  for (const [name, value] of Object.entries(environment))
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  note({ type: "woken" });
  if (spoilt || !isAsLoaded(loaded)) runAnew();
}

/** What main-app.mjs awaits; ES modules can only be loaded so. @type {(() => Promise<void>) | undefined} */
let rest;

/** Until it is told to be the app; in any process that is no spare, nothing. */
function waitIfSpare() {
  const plan = process.env.LIVE_SPARE;
  if (!plan) return;
  /** @type {AppProcess} */
  const expected = JSON.parse(fs.readFileSync(plan, "utf8"));
  expectedLeads = expected.leads;
  if (expected.identity !== identity()) return void (stage = "pass");
  delete process.env.LIVE_SPARE;
  load(expected.libraries);
  if (process.argv[1] !== path.join(__dirname, "main-app.mjs")) return wait();
  rest = async () => {
    await Promise.all(expected.imports.map((url) => import(url))).catch(() => (spoilt = "what cannot be loaded"));
    wait();
  };
}

/** The rest of the wait, of an app that is loaded by main-app.mjs. */
async function waitInside() {
  await rest?.();
}

process.on("exit", () => {
  if (stage !== "run") return;
  if (libraries.length > 0) note({ type: "process", identity: identity(), libraries, imports: [...imports], leads: expectedLeads });
  else if (leads.length > 0) note({ type: "leads", leads });
});

module.exports = { noteImport, noteModule, noteRead, waitIfSpare, waitInside };
