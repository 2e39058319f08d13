// The project's own type checker and linter, run once: what they find, and which files they have looked at.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { setPriority } from "node:os";
import path from "node:path";
import { nearest, readJson } from "./bundle.mjs";
import { HostError } from "./protocol.mjs";

/**
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {import("./types.js").Finding} Finding
 * @typedef {import("./types.js").Checked} Checked
 */

const eslintSettings = ["js", "mjs", "cjs", "ts", "mts", "cts"].map((end) => `eslint.config.${end}`);
const oldEslintSettings = ["", ".js", ".cjs", ".json", ".yml", ".yaml"].map((end) => `.eslintrc${end}`);
const biomeSettings = ["biome.json", "biome.jsonc"];

/** `tsc`, if the project has it and a tsconfig.json. @param {{ folder: string }} request @param {Call} call @returns {Promise<Checked>} */
export async function typeCheck({ folder }, call) {
  const settings = path.join(folder, "tsconfig.json");
  const tsc = program(folder, "tsc");
  if (!tsc || !existsSync(settings)) return { configured: false, findings: [], files: [] };
  const memory = path.join(await stateFolder(folder), "tsc.tsbuildinfo");
  // A process each time, with its memory on disk: `tsc --watch` would keep some hundred MB all day.
  const args = ["--noEmit", "--incremental", "--tsBuildInfoFile", memory, "--pretty", "false", "-p", settings];
  const { code, out, err } = await run(tsc, args, folder, call);
  const findings = typeErrors(out, folder);
  if (code !== 0 && findings.length === 0) throw new HostError(`tsc exited with status ${code}: ${firstLine(err || out)}`);
  return checked(folder, findings, [settings, ...(await filesIn(memory))]);
}

/** ESLint or Biome, whichever the project has and has settings for. @param {{ folder: string }} request @param {Call} call @returns {Promise<Checked>} */
export async function lint({ folder }, call) {
  const flat = settingsIn(folder, eslintSettings);
  const old = flat ? undefined : (settingsIn(folder, oldEslintSettings) ?? (await inManifest(folder)));
  const eslint = (flat ?? old) && program(folder, "eslint");
  if (eslint) return eslintSays(eslint, folder, flat ?? old, Boolean(old), call);
  const biome = settingsIn(folder, biomeSettings) && program(folder, "biome");
  if (biome) return biomeSays(biome, folder, call);
  return { configured: false, findings: [], files: [] };
}

/** @param {string} eslint @param {string} folder @param {string | undefined} settings @param {boolean} old @param {Call} call */
async function eslintSays(eslint, folder, settings, old, call) {
  const cache = path.join(await stateFolder(folder), "eslint.json");
  const ours = [".live/**", "cdk.out/**"].flatMap((each) => ["--ignore-pattern", each]);
  const args = [".", "--format", "json", "--cache", "--cache-location", cache, ...ours];
  if (old) args.push("--ext", ".js,.mjs,.cjs,.jsx,.ts,.mts,.cts,.tsx");
  const { code, out, err } = await run(eslint, args, folder, call);
  if (code !== 0 && code !== 1) throw new HostError(`eslint exited with status ${code}: ${firstLine(err || out)}`);
  /** @type {{ filePath: string, messages: { ruleId?: string, severity: number, message: string, line?: number, column?: number }[] }[]} */
  const results = JSON.parse(out);
  const findings = results.flatMap(({ filePath, messages }) =>
    messages.map(({ ruleId, severity, message, line, column }) => ({ file: filePath, line, column, severity: severity === 2 ? "error" : "warning", text: message, rule: ruleId ?? undefined })),
  );
  return checked(folder, /** @type {Finding[]} */ (findings), [...results.map((one) => one.filePath), settings]);
}

/** @param {string} biome @param {string} folder @param {Call} call @returns {Promise<Checked>} */
async function biomeSays(biome, folder, call) {
  const { code, out, err } = await run(biome, ["lint", "--reporter=github", "--colors=off", "--max-diagnostics=200", "."], folder, call);
  const findings = [...out.matchAll(/^::(error|warning|notice) (.*?)::(.*)$/gm)].map(([, severity, place, text]) => {
    const at = Object.fromEntries(place.split(",").map((each) => each.split("=")));
    /** @type {Finding} */
    const one = { file: path.resolve(folder, at.file), line: Number(at.line), column: Number(at.col), severity: severity === "error" ? "error" : "warning", text: text.trim(), rule: at.title };
    return one;
  });
  if (code !== 0 && findings.length === 0) throw new HostError(`biome exited with status ${code}: ${firstLine(err || out)}`);
  return checked(folder, findings, [settingsIn(folder, biomeSettings), ...(await sourcesBelow(folder))]);
}

/** What is installed or made is nobody's to mend. @param {string} folder @param {Finding[]} findings @param {(string | undefined)[]} files @returns {Checked} */
function checked(folder, findings, files) {
  const mine = findings.filter(({ file }) => !file || isOwn(folder, file));
  const seen = [...files, ...mine.map((one) => one.file)].filter((file) => file !== undefined);
  return { configured: true, findings: mine, files: [...new Set(seen)].filter((file) => isOwn(folder, file)) };
}

const notOwn = /(^|[\\/])(node_modules|\.live|\.git|cdk\.out)([\\/]|$)/;
/** @param {string} folder @param {string} file */
const isOwn = (folder, file) => !notOwn.test(path.relative(folder, file));

/** Biome does not say what it has read. @param {string} folder @returns {Promise<string[]>} */
async function sourcesBelow(folder, most = 5000) {
  const all = [];
  for (const open = [folder]; open.length > 0 && all.length < most; ) {
    const at = /** @type {string} */ (open.pop());
    for (const one of await readdir(at, { withFileTypes: true })) {
      if (notOwn.test(one.name)) continue;
      if (one.isDirectory()) open.push(path.join(at, one.name));
      else if (/\.([mc]?[jt]sx?|jsonc?|css)$/.test(one.name)) all.push(path.join(at, one.name));
    }
  }
  return all;
}

/** @param {string} out @param {string} folder @returns {Finding[]} */
function typeErrors(out, folder) {
  /** @type {Finding[]} */
  const findings = [];
  for (const line of out.split("\n")) {
    const at = /^(.+?)\((\d+),(\d+)\): (error|warning) (TS\d+): (.*)$/.exec(line);
    const general = /^(error|warning) (TS\d+): (.*)$/.exec(line);
    if (at) findings.push({ file: path.resolve(folder, at[1]), line: Number(at[2]), column: Number(at[3]), severity: /** @type {any} */ (at[4]), rule: at[5], text: at[6] });
    else if (general) findings.push({ severity: /** @type {any} */ (general[1]), rule: general[2], text: general[3] });
  }
  return findings;
}

/** The project's own files of a program, as tsc remembers it. @param {string} memory */
async function filesIn(memory) {
  const found = existsSync(memory) ? await readJson(memory) : {};
  /** @type {string[]} */
  const names = found.fileNames ?? found.program?.fileNames ?? [];
  return names.map((name) => path.resolve(path.dirname(memory), name));
}

/** In the folder's packages, or those of one above, as npm would run it. @param {string} folder @param {string} name */
const program = (folder, name) => nearest(folder, path.join("node_modules", ".bin", name))?.file;

/** @param {string} folder @param {string[]} names */
function settingsIn(folder, names) {
  return names.map((name) => nearest(folder, name)?.file).find((file) => file !== undefined);
}

/** @param {string} folder */
async function inManifest(folder) {
  const file = nearest(folder, "package.json")?.file;
  return file && (await readJson(file)).eslintConfig ? file : undefined;
}

/** @param {string} folder */
async function stateFolder(folder) {
  const state = path.join(folder, ".live", "checks");
  await mkdir(state, { recursive: true });
  return state;
}

/** @param {string} text */
const firstLine = (text) => text.trim().split("\n")[0] || "it printed nothing";

/** @param {string} command @param {string[]} args @param {string} folder @param {Call} call */
async function run(command, args, folder, { signal }) {
  const child = spawn(command, args, { cwd: folder, env: { ...process.env, NO_COLOR: "1" }, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const group = child.pid;
  const stop = () => {
    if (group) process.kill(-group, "SIGKILL");
  };
  const gentle = () => {
    if (group) setPriority(group, 10); // calls and reloads come first
  };
  const quietly = (/** @type {() => void} */ what) => {
    try {
      what();
    } catch {} // it has just ended
  };
  quietly(gentle);
  const end = () => quietly(stop);
  signal.addEventListener("abort", end, { once: true });
  process.once("exit", end);
  let out = "", err = "";
  child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
  try {
    const code = await new Promise((resolve, reject) => child.once("error", reject).once("close", resolve));
    signal.throwIfAborted();
    return { code, out, err };
  } finally {
    signal.removeEventListener("abort", end);
    process.removeListener("exit", end);
  }
}
