// Runs the user's CDK app and turns what goes wrong in it into one clear error.
import { existsSync, readFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { AppRun } from "./app-run.mjs";
import { wantsDocker } from "./docker.mjs";
import { HostError } from "./protocol.mjs";
import { learn, prepare, take } from "./spare-app.mjs";
import { wouldResolve } from "./would-resolve.cjs";

/** @typedef {import("./types.js").Note} Note */

const preload = fileURLToPath(new URL("./preload.cjs", import.meta.url));

/** NODE_OPTIONS with our preload behind what is there. @param {string | undefined} given */
export function nodeOptions(given) {
  const quoted = preload.includes(" ") ? `"${preload}"` : preload;
  return [given, `--require ${quoted}`].filter(Boolean).join(" ");
}

/**
 * @typedef {import("./app-command.mjs").Start} Start
 * @typedef {import("./protocol.mjs").Call} Call
 * @param {Start & { build?: string, failure: string, notes: string, next?: "soon" | "perhaps" }} app build: a command
 *   before it, as in cdk.json; notes: the file that it writes them to; next: whether it will be run again, in which
 *   case a process waits for that
 * @param {Call} call
 */
export async function runApp({ build, failure, notes, next, ...start }, call) {
  call.signal.throwIfAborted();
  try {
    if (build) await runBuild({ ...start, command: build }, notes, call);
    const spare = take(start);
    const early = spare && (await follow(spare, call));
    // One that never came to wait has not run the app.
    const woken = spare && (await readNotes(notes)).some((note) => note.type === "woken");
    const run = woken ? spare : new AppRun(start, "ignore");
    const ended = woken && early ? early : await follow(run, call);
    if (ended.code !== 0) throw await explain(`the CDK app (${start.command})`, failure, ended, run.said);
  } finally {
    if (next) learn(start, await processIn(notes));
    if (next === "soon") prepare();
  }
}

/** @param {Start} start @param {string} notes @param {Call} call */
async function runBuild(start, notes, call) {
  const began = Date.now();
  const run = new AppRun(start, "ignore");
  const ended = await follow(run, call);
  if (ended.code !== 0) throw await explain(`the build of cdk.json (${start.command})`, "", ended, run.said);
  await appendFile(notes, JSON.stringify({ type: "built", began, ended: Date.now() }) + "\n");
}

/** To its end, which comes early when the call is cancelled. @param {AppRun} run @param {Call} call */
async function follow(run, { signal, emit }) {
  run.listen((line) => emit({ event: "output", ...line }));
  const stop = () => run.end();
  signal.addEventListener("abort", stop, { once: true });
  const ended = await run.ended;
  signal.removeEventListener("abort", stop);
  signal.throwIfAborted();
  return ended;
}

/** @param {string} file @returns {Promise<Note[]>} */
export async function readNotes(file) {
  const lines = (await readFile(file, "utf8")).split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** The process that a spare is to become; none if there were several. @param {string} file */
async function processIn(file) {
  const all = await readNotes(file).catch(() => []);
  const noted = all.slice(all.findIndex((note) => note.type === "built") + 1);
  const [one, ...others] = noted.flatMap((note) => (note.type === "process" ? [note] : []));
  if (!one || others.length > 0) return undefined;
  return { ...one, leads: noted.flatMap((note) => (note.type === "leads" || note === one ? (note.leads ?? []) : [])) };
}

/** @param {string} what @param {string} failure @param {{ code: number | null, signal: string | null }} ended @param {string[]} said */
async function explain(what, failure, ended, said) {
  if (existsSync(failure)) {
    const { message, name, stack } = JSON.parse(await readFile(failure, "utf8"));
    return failed(message, said, message, { ...place(stack), stack, detail: { name } });
  }
  const how = ended.signal ? `was ended by ${ended.signal}` : `exited with status ${ended.code}`;
  const thrown = said.find((line) => /^\s*(\w*Error( \[\w+\])?|Uncaught.*): /.test(line)) ?? said.at(-1) ?? "it printed nothing";
  return failed(thrown, said, `${what} ${how}: ${thrown.trim()}`, {
    ...place(said.join("\n")),
    stack: said.slice(-40).join("\n"),
    inputs: missing(said.join("\n")),
  });
}

/** @param {string} thrown @param {string[]} said @param {string} otherwise unless it wants Docker @param {object} more */
function failed(thrown, said, otherwise, more) {
  const docker = wantsDocker(thrown, said.join("\n"));
  return new HostError(docker ?? otherwise, { ...more, code: docker ? "NoDocker" : "AppFailed" });
}

/** Where in the user's own files it happened, by a stack or what Node and Python print. @param {string | undefined} said */
function place(said = "") {
  const lacking = unresolved(said);
  if (lacking) return importIn(lacking.from, path.parse(lacking.specifier).name);
  for (const line of said.split("\n")) {
    const found = /(?:^|[\s(])((?:file:\/\/)?\/[^():]+):(\d+)(?::(\d+))?\)?\s*$/.exec(line);
    const file = found?.[1].startsWith("file:") ? fileURLToPath(found[1]) : found?.[1];
    if (found && file && isOwn(file)) return { file, line: Number(found[2]), column: Math.max(0, Number(found[3] ?? 1) - 1) };
  }
  const frames = [...said.matchAll(/File "(\/[^"]+)", line (\d+)/g)].filter(([, file]) => isOwn(file));
  const [, file, line] = frames.at(-1) ?? []; // the most recent call comes last
  return file ? { file, line: Number(line), column: 0 } : {};
}

/** What an own file imports in vain. @param {string} said */
function unresolved(said) {
  const [, specifier, from] = /Cannot find module '([^']+)'(?: imported from |\s+Require stack:\s+- )(\/\S+)/.exec(said) ?? [];
  return specifier && isOwn(from) ? { specifier, from } : undefined;
}

/** Files that mend it once they are there. @param {string} said */
function missing(said) {
  const { specifier, from } = unresolved(said) ?? {};
  return specifier && from && /^\.{0,2}\//.test(specifier) ? wouldResolve(path.dirname(from), specifier) : [];
}

/** @param {string} file */
function isOwn(file) {
  return !/[\\/](node_modules|site-packages|dist-packages|lib[\\/]python[\d.]+)[\\/]/.test(file) && path.dirname(file) !== import.meta.dirname;
}

/** The line that imports what is not there. @param {string} file @param {string} name */
function importIn(file, name) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n") : [];
  const at = lines.findIndex((line) => /\b(import|from|require)\b/.test(line) && line.includes(name));
  return { file, line: at + 1 || 1, column: 0 };
}
