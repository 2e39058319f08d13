// Whether an app's command may be begun before it is asked for: until its own process, which waits, it must do nothing
// but start Node, and nobody may tell from what it prints how long that waited.
import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";

/** @typedef {{ command: string, folder: string, env: Record<string, string | undefined> }} Start */

const word = /^("[^"$`\\!]+"|[\w@%+=:,./-]+)$/;
const nested = 3; // scripts that call scripts

/** Of Node: what would see the waiting, reads a file of the app's before it, or runs something else. */
const telling = /--(inspect|watch|prof|cpu-prof|heap-prof|trace|test|env-file|experimental-config|experimental-default-config)|--run(?=[\s=]|$)/;

/** @param {Start} start */
export function mayWait({ command, folder, env }) {
  if (telling.test(command + " " + (env.NODE_OPTIONS ?? ""))) return false;
  if (lies(".pnp.cjs", folder)) return false; // packages are found only by what is loaded behind our preload
  return comesToNode(wordsOf(command), folder, nested);
}

/** None: there is more to it than words. @param {string} command */
function wordsOf(command) {
  const words = command.trim().split(/\s+(?=(?:[^"]*"[^"]*")*[^"]*$)/);
  if (!words.every((each) => word.test(each))) return [];
  const first = words.findIndex((each) => !/^\w+=/.test(each));
  return first < 0 ? [] : words.slice(first).map((each) => each.replaceAll('"', ""));
}

/** @param {string[]} words @param {string} folder @param {number} depth */
function comesToNode([program = "", ...rest], folder, depth) {
  const name = path.basename(program);
  if (depth === 0) return false;
  if (name === "npx") return isNode(behind(rest, "-y --yes --no --no-install -q --quiet -s --silent --offline --prefer-offline --"));
  const manager = Object.hasOwn(managers, name) && managers[name];
  return manager ? manager(rest, folder, depth - 1) : isNode([program]);
}

/** @param {string[]} words */
const isNode = ([program = ""]) => /^(node|tsx|ts-node)$/.test(path.basename(program));

/** What follows the flags, if they are these. @param {string[]} words @param {string} flags */
function behind(words, flags) {
  const first = words.findIndex((each) => !flags.split(" ").includes(each));
  return first < 0 ? [] : words.slice(first);
}

/** @type {Record<string, (words: string[], folder: string, depth: number) => boolean>} */
const managers = {
  npm(words, folder, depth) {
    const quiet = "-s --silent -q --quiet --";
    const [action, ...rest] = behind(words, quiet);
    const named = behind(rest, quiet);
    if (action === "exec" || action === "x") return isNode(named);
    return /^run(-script)?$/.test(action) && scriptComesToNode(named, folder, depth);
  },
  pnpm(words, folder, depth) {
    const quiet = "-s --silent";
    const [action, ...rest] = behind(words, quiet);
    if (action === "exec") return isNode(behind(rest, "--"));
    return isScriptOrNode(action === "run" ? behind(rest, quiet) : [action, ...rest], folder, depth);
  },
  yarn(words, folder, depth) {
    const quiet = "-s --silent";
    const [action, ...rest] = behind(words, quiet);
    const named = action === "run" ? behind(rest, quiet) : [action, ...rest];
    // Yarn 1 says in the end how long it took.
    const tells = !isModernYarn(folder) && !words.slice(0, words.length - named.length).some((each) => quiet.split(" ").includes(each));
    return !tells && isScriptOrNode(named, folder, depth);
  },
};

/** @param {string[]} named @param {string} folder @param {number} depth */
function isScriptOrNode([name = "", ...args], folder, depth) {
  return Object.hasOwn(scriptsOf(folder), name) ? scriptComesToNode([name, ...args], folder, depth) : isNode([name]);
}

/** One before which none is run. @param {string[]} named @param {string} folder @param {number} depth */
function scriptComesToNode([name = "", ...args], folder, depth) {
  const scripts = scriptsOf(folder);
  const command = scripts[name];
  if (typeof command !== "string" || Object.hasOwn(scripts, `pre${name}`) || telling.test(command)) return false;
  return comesToNode([...wordsOf(command), ...args], folder, depth);
}

/** @param {string} folder @returns {any} of the nearest package.json; null when it cannot be read */
function manifestOf(folder) {
  const nearest = upwards(folder).map((each) => path.join(each, "package.json")).find((file) => existsSync(file));
  try {
    return nearest ? JSON.parse(readFileSync(nearest, "utf8")) : null;
  } catch {
    return null;
  }
}

/** @param {string} folder @returns {Record<string, unknown>} */
const scriptsOf = (folder) => manifestOf(folder)?.scripts ?? {};

/** @param {string} folder */
function isModernYarn(folder) {
  const [, major] = /^yarn@(\d+)/.exec(manifestOf(folder)?.packageManager ?? "") ?? [];
  return major ? Number(major) > 1 : lies(".yarnrc.yml", folder);
}

/** @param {string} name @param {string} folder there, or in one around it */
const lies = (name, folder) => upwards(folder).some((each) => existsSync(path.join(each, name)));

/** @param {string} folder @returns {string[]} it, and all that it lies in */
function upwards(folder) {
  const parent = path.dirname(folder);
  return parent === folder ? [folder] : [folder, ...upwards(parent)];
}

const deciding = [
  ...["package.json", ".npmrc", ".yarnrc", ".yarnrc.yml", "pnpm-workspace.yaml", ".pnpmfile.cjs", ".pnp.cjs"],
  ...["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"],
  ...["node_modules/.package-lock.json", "node_modules/.yarn-integrity", "node_modules/.yarn-state.yml", "node_modules/.modules.yaml"],
];

/** What else decides which process a command comes to, as it is now. @param {string} folder */
export function surroundings(folder) {
  const files = [...upwards(folder), homedir()].flatMap((each) => deciding.map((name) => path.join(each, name)));
  return files.flatMap((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found ? [`${file} ${found.mtimeMs} ${found.size} ${found.ino}`] : [];
  });
}
