// Measures what a developer waits for after a save: from the write of a file to the first answer of the new code, while
// calls go on. Everything runs on an embedded AWS of its own.
import { spawn } from "node:child_process";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { cpus, loadavg, release } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { sleep, until } from "../tests/support/lab.mjs";
import { root } from "../tests/support/live.mjs";
import { family, memory, waiting, worked } from "../tests/support/processes.mjs";
import { absent, edited, makeLab } from "./reload-app.mjs";

const help = `bench/reload [--json] [--quick] [--write] [--edits N] [--only KIND,…] [--soak N] [--live FILE]
  --json     one JSON object on standard output
  --quick    a few edits of each kind: whether it works, not how fast
  --write    bench/reload.md too, and its part of docs/benchmarks.md
  --edits N  of each kind; else 100
  --only     these kinds alone: ${Object.keys(edited).join(", ")}
  --soak N   N more edits, and what they do to time, memory and processes
  --live     the executable; else build/release/live`;

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean" },
    quick: { type: "boolean" },
    write: { type: "boolean" },
    edits: { type: "string" },
    only: { type: "string" },
    soak: { type: "string" },
    live: { type: "string" },
    help: { type: "boolean" },
  },
});
if (options.help) {
  console.log(help);
  process.exit(0);
}
const live = path.resolve(options.live ?? process.env.LIVE_BINARY ?? path.join(root, "build/release/live"));
if (!existsSync(live)) {
  console.error(`${live} is not there: cmake --preset release && ninja -C build/release live stub_x86_64; or --live FILE`);
  process.exit(1);
}
const times = { edits: Number(options.edits ?? (options.quick ? 4 : 100)), starts: options.quick ? 2 : 10, soak: Number(options.soak ?? 0) };
const only = options.only?.split(",") ?? Object.keys(edited);
const unknown = only.filter((kind) => !edited[kind]);
if (unknown.length) {
  console.error(`--only ${unknown}: there is ${Object.keys(edited).join(", ")}`);
  process.exit(1);
}
const percentile = (all, share) => all.toSorted((a, b) => a - b)[Math.ceil(share * all.length) - 1];
const median = (all) => percentile(all, 0.5);
const rounded = (value) => Math.round(value * 10) / 10;
const tell = (line) => process.stderr.write(`${line}\n`);
const patience = 60_000; // of an edit; past it the edit is lost

/** Calls of one function, of which some are always under way. */
class Load {
  lost = 0;
  answered = 0;
  #lab;
  #id;
  #ended = false;
  #callers;
  #awaited = null; // {version, resolve}
  #newest = 0; // answered so far

  constructor(lab, id, callers) {
    this.#lab = lab;
    this.#id = id;
    this.#callers = Array.from({ length: callers }, (_, n) => this.#call(n));
  }

  /** When the first answer of this version was there. */
  version(version) {
    return new Promise((resolve) => (this.#awaited = { version, resolve }));
  }

  async end() {
    this.#ended = true;
    await Promise.all(this.#callers);
  }

  async #call(caller) {
    for (let n = 0; !this.#ended; ++n) {
      const id = `${caller}-${n}`;
      const known = this.#newest;
      const { error, body } = await this.#lab.invoke(this.#id, { id }).catch((error) => ({ error }));
      const now = performance.now();
      if (error || body?.id !== id || body.version < known) ++this.lost; // an older version than was answered before
      else ++this.answered;
      this.#newest = Math.max(this.#newest, body?.version ?? 0);
      if (this.#awaited && body?.version === this.#awaited.version) this.#awaited.resolve(now);
      await sleep(5);
    }
  }
}

/** In place and by renaming, in turns: editors do either. */
function save(lab, { file, text }, version) {
  if (version % 2) return lab.write(file, text(version));
  lab.write(`${file}.new`, text(version));
  renameSync(path.join(lab.app, `${file}.new`), path.join(lab.app, file));
}

/** @returns {Promise<number | null>} from the save to the new code's first answer; null: it never came */
async function edit(lab, load, what, version) {
  const answered = load.version(version);
  const began = performance.now();
  save(lab, what, version);
  let timer;
  const at = await Promise.race([answered, new Promise((resolve) => (timer = setTimeout(resolve, patience, null)))]);
  clearTimeout(timer);
  return at === null ? null : at - began;
}

/** Until none of them has worked for so long. */
async function rest(what, pids, ms) {
  let before = -1;
  await until(what, async () => {
    const now = pids().reduce((sum, pid) => sum + worked(pid), 0);
    if (now === before) return true;
    before = now;
    await sleep(ms);
  });
}

/** Until as many processes wait as before the last save, with all compiled that they compile ahead. Saves are not quicker. */
async function untilTheyWait({ child }, { least = 1, atLeast = 400 } = {}) {
  await sleep(atLeast);
  const all = await until("processes that wait", () => { const all = waiting(child.pid); return all.length >= least && all; });
  await rest("rest of the processes that wait", () => all, 20);
  return all.length;
}

/** So many edits of one kind, under load: {took, lost}. */
async function edits(lab, session, what, count, { first = 1, each = () => {} } = {}) {
  const load = new Load(lab, what.id, 2);
  const took = [];
  let lost = 0;
  const builder = family(session.child.pid).filter(({ role }) => role === "builder").map(({ pid }) => pid);
  await sleep(700); // it begins to build dependencies when calls have had their time
  await rest("rest of the builder", () => builder, 300);
  for (let version = first; version < first + count; ++version) {
    await untilTheyWait(session);
    const one = await edit(lab, load, what, version);
    if (one === null) ++lost;
    else took.push(one);
    each(version - first + 1, took);
  }
  await load.end();
  return { took, lost: lost + load.lost, answered: load.answered };
}

/** The worker's start, build apart, of a function that nobody has called yet. */
async function firstWorker(lab, session, id) {
  const from = session.lines.length;
  const { error, text } = await lab.invoke(id, { id });
  if (error) throw new Error(`${id} answered ${text}`);
  const line = await session.line(new RegExp(`"type":"response".*"name":"bench-${id}"`), `answer of ${id}`, { from });
  return JSON.parse(line).init_ms;
}

/** The least that a runtime can be: from the start of the process to its first request for an event. */
async function bareRuntime() {
  const loop = `require("http").get("http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/next")`;
  let tellAsked;
  const asked = new Promise((resolve) => (tellAsked = resolve));
  const server = createServer(() => tellAsked(performance.now()));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const began = performance.now();
  const child = spawn("node", ["-e", loop], { env: { PATH: process.env.PATH, AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${server.address().port}` }, stdio: "ignore" });
  const took = (await asked) - began;
  child.kill("SIGKILL");
  server.closeAllConnections();
  server.close();
  return took;
}

async function measureStarts(lab, session, figures) {
  const bare = [], first = [], fresh = [];
  for (let n = 0; n < times.starts; ++n) {
    await untilTheyWait(session);
    bare.push(await bareRuntime());
    first.push(await firstWorker(lab, session, `First${n}`));
    await untilTheyWait(session); // another one starts in the place of that
    fresh.push(await firstWorker(lab, session, `Fresh${n}`));
  }
  const over = (all) => rounded(median(all.map((one, n) => one - bare[n])));
  figures.bare_runtime_ms = rounded(median(bare));
  figures.first_worker_overhead_ms = over(first);
  figures.first_worker_fresh_overhead_ms = over(fresh);
  tell("first workers: measured");
}

const look = (session) => {
  const processes = family(session.child.pid);
  return { ...memory(processes), processes: processes.length };
};

/** Many edits: the first and the last hundred of them, and what is there before and after. */
async function measureSoak(lab, session, figures, first) {
  const some = Math.min(100, Math.floor(times.soak / 2));
  let before;
  const each = (n) => {
    if (n === some) before = look(session);
    if (n % 100 === 0) tell(`${n} edits: ${JSON.stringify(look(session))}`);
  };
  const { took, lost } = await edits(lab, session, edited.ts, times.soak, { first, each });
  figures.soak = {
    edits: times.soak,
    lost,
    first_p50_ms: rounded(median(took.slice(0, some))),
    last_p50_ms: rounded(median(took.slice(-some))),
    before,
    after: look(session),
  };
}

async function measure(figures) {
  const lab = makeLab(live, times.starts);
  try {
    const session = lab.start("--stage", "bench", "--json");
    await session.line(/"type":"listening"/, "listening session", { timeout: 400_000 });
    await measureStarts(lab, session, figures);
    figures.lost = 0;
    figures.calls = 0;
    for (const name of only) {
      const what = edited[name];
      const { took, lost, answered } = await edits(lab, session, what, times.edits);
      figures[`${name}_p50_ms`] = rounded(median(took));
      figures[`${name}_p99_ms`] = rounded(percentile(took, 0.99));
      figures.lost += lost;
      figures.calls += answered;
      tell(`${what.id}: ${took.length} edits measured`);
    }
    for (const name of Object.keys(absent)) figures[name] = null;
    if (times.soak) await measureSoak(lab, session, figures, times.edits + 1);
    await session.stop();
  } finally {
    await lab.dispose();
  }
}

const rows = [
  ["ts_p50_ms", "ms", "TypeScript, ten modules: save → first answer of the new code, median"],
  ["ts_p99_ms", "ms", "the same, 99th percentile"],
  ["ts_sdk_p50_ms", "ms", "TypeScript with four packages of the AWS SDK in its bundle, median"],
  ["ts_sdk_p99_ms", "ms", "the same, 99th percentile"],
  ["ts_sdk_external_p50_ms", "ms", "TypeScript with the same packages outside its bundle, as the CDK leaves them, median"],
  ["ts_sdk_external_p99_ms", "ms", "the same, 99th percentile"],
  ["js_p50_ms", "ms", "a folder of JavaScript, median"],
  ["python_p50_ms", "ms", "Python, median"],
  ["ruby_p50_ms", "ms", "Ruby, median"],
  ["lost", "", "calls and edits lost, of all of these"],
  ["bare_runtime_ms", "ms", "a bare Node process: start → asks for its first event"],
  ["first_worker_overhead_ms", "ms", "a function's first worker, build apart, more than that"],
  ["first_worker_fresh_overhead_ms", "ms", "the same where no waiting process can become it"],
];

function soakLines({ edits, lost, first_p50_ms, last_p50_ms, before, after }) {
  const roles = ["client", "builder", "worker", "processes"];
  return `
${edits} edits, one after the other, ${lost} lost:

| | median of a hundred | \`live start\` | builder | workers | processes |
|---|---:|---:|---:|---:|---:|
| the first hundred | ${first_p50_ms} ms | ${roles.map((role) => before[role] + (role === "processes" ? "" : " MB")).join(" | ")} |
| the last | ${last_p50_ms} ms | ${roles.map((role) => after[role] + (role === "processes" ? "" : " MB")).join(" | ")} |
`;
}

function page(figures) {
  const { date, machine } = figures;
  return `## Saves

Written by \`bench/reload --write\`${figures.optimised ? "" : ", NOT optimised"}, ${date}, on ${machine.cores} × ${machine.processor}, Linux ${machine.kernel}; load ${machine.load}${machine.load > machine.cores ? ", so BUSY with other work" : ""}.

| | |
|---|---:|
${rows.map(([key, unit, title]) => `| ${title} | ${figures[key] === null ? "–" : `${figures[key]} ${unit}`} |`).join("\n")}
${figures.soak ? soakLines(figures.soak) : ""}
${figures.edits} edits of each kind while two callers call the function, each again 5 ms after its last answer: ${figures.calls} calls. A
file is written in place and by renaming, in turns; the time begins before the write and ends with the first complete answer
of the new code. A call is lost that fails, or that answers an older version than was answered before it began. The first
workers are of ${times.starts} functions that nobody has called before, each measured beside a bare process.

`;
}

function write(figures) {
  const text = page(figures);
  writeFileSync(path.join(root, "bench/reload.md"), text);
  const file = path.join(root, "docs/benchmarks.md");
  const whole = readFileSync(file, "utf8").replace(/## Saves\n[^]*?(?=## )/, "");
  writeFileSync(file, whole.replace("## Beside others", () => text + "## Beside others"));
}

const figures = {
  date: new Date().toISOString(),
  machine: { processor: cpus()[0].model, cores: cpus().length, kernel: release(), load: rounded(loadavg()[0]) },
  optimised: /build\/release\//.test(live),
  edits: times.edits,
  absent,
};
await measure(figures);
if (options.write) write(figures);
if (options.json) console.log(JSON.stringify(figures));
else for (const [key, unit, title] of rows) console.log(`${String(figures[key] ?? "–").padStart(8)} ${unit}  ${title}`);
