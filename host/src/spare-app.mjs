// The next run of the app, begun before it is asked for: its command, stopped where its own first module would be
// loaded (preload-spare.cjs). It becomes a run only of the same command in the same environment; else it is let go.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { mayWait, surroundings } from "./app-command.mjs";
import { AppRun } from "./app-run.mjs";

/**
 * @typedef {import("./types.js").AppProcess} AppProcess
 * @typedef {import("./app-command.mjs").Start} Start
 * @typedef {{ key: string, run: AppRun, plan: string, known: Record<string, string | undefined> }} Spare
 */

/** @type {Spare | undefined} */
let waiting;
/** Keys of what does not wait. @type {Set<string>} */
const unfit = new Set();
/** The last run of the app, and its process. @type {{ start: Start, process: AppProcess } | undefined} */
let last;

process.on("exit", () => waiting && rmSync(waiting.plan, { recursive: true, force: true }));

/** What the CDK's App reads when it is made or synthesised, and what is ours. @param {string} name */
const isLate = (name) => /^(LIVE_|CDK_OUTDIR$|CDK_VALIDATION$|CDK_CONTEXT_JSON$|CONTEXT_OVERFLOW_LOCATION_ENV$)/.test(name);

/** @param {Record<string, string | undefined>} env @param {(name: string) => boolean} wanted */
const part = (env, wanted) => Object.fromEntries(Object.entries(env).filter(([name, value]) => value !== undefined && wanted(name)).sort());

/** @param {Start} start */
const keyOf = ({ command, folder, env }) => JSON.stringify([command, folder, part(env, (name) => !isLate(name)), surroundings(folder)]);

/** The waiting run, which goes on with what only now is known. Undefined: none waits for this. @param {Start} start */
export function take(start) {
  const spare = waiting;
  waiting = undefined;
  if (!spare) return undefined;
  if (spare.key !== keyOf(start) || !spare.run.running) return void drop(spare);
  const late = part(start.env, isLate);
  const gone = Object.keys(spare.known).filter((name) => !(name in late));
  const forget = () => rmSync(spare.plan, { recursive: true, force: true });
  spare.run.ended.then(forget, forget);
  spare.run.go(JSON.stringify({ ...late, ...Object.fromEntries(gone.map((name) => [name, null])) }) + "\n");
  return spare.run;
}

/** A run has ended; `seen`: its process, unless it did not come so far. @param {Start} start @param {AppProcess} [seen] */
export function learn(start, seen) {
  if (seen) last = { start, process: seen };
  else if (last && keyOf(last.start) !== keyOf(start)) last = undefined;
}

/** Begins the next run, which is like the last one. */
export function prepare() {
  if (!last) return;
  const { start } = last;
  const key = keyOf(start);
  if (waiting?.key === key || unfit.has(key) || !mayWait(start)) return;
  if (waiting) drop(waiting);
  const plan = mkdtempSync(path.join(tmpdir(), "live-spare-"));
  const file = path.join(plan, "process.json");
  writeFileSync(file, JSON.stringify(last.process));
  const known = part(start.env, (name) => isLate(name) && name.startsWith("CDK_"));
  const env = { ...part(start.env, (name) => !isLate(name)), ...known, LIVE_SPARE: file };
  const run = new AppRun({ ...start, env }, "pipe");
  const spare = (waiting = { key, run, plan, known });
  const gone = () => {
    if (waiting !== spare) return;
    // It ended before anybody wanted it: so would the next one.
    unfit.add(key);
    drop(spare);
    waiting = undefined;
  };
  run.ended.then(gone, gone);
}

/** @param {Spare} spare */
function drop({ run, plan }) {
  run.end();
  rmSync(plan, { recursive: true, force: true });
}
