// Measures, as a developer meets them: `live start` with nothing changed, a synthesis while a session runs, and both with
// an app of a hundred functions. Everything runs on an embedded AWS of its own.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { client, sdk, sleep, until } from "../tests/support/lab.mjs";
import { Workplace, root } from "../tests/support/live.mjs";
import { family, memory } from "../tests/support/processes.mjs";

const help = `bench/start [--json] [--quick] [--write] [--live FILE]
  --json   one JSON object on standard output
  --quick  each thing once: whether it works, not how fast
  --write  bench/start.md too, and its part of docs/benchmarks.md
  --live   the executable; else build/release/live`;

const { values: options } = parseArgs({
  options: { json: { type: "boolean" }, quick: { type: "boolean" }, write: { type: "boolean" }, live: { type: "string" }, help: { type: "boolean" } },
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
const times = options.quick ? { starts: 1, syntheses: 1, reloads: 1 } : { starts: 5, syntheses: 7, reloads: 5 };
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor((all.length - 1) / 2)];
/** After a start: what waits for the first save is loaded. */
const settled = 8000;
const rounded = (value) => Math.round(value * 10) / 10;
const tell = (line) => process.stderr.write(`${line}\n`);

/** The bench's app, or one that is made from it: a stage of its own, and `live start` on it. */
class Site extends Workplace {
  constructor() {
    super("app", { among: "bench", packages: path.join(root, "host/node_modules"), live, isNew: true });
  }

  /** Until it listens: {session, took, app}; app: the app's own process, of that. */
  async ready() {
    const began = performance.now();
    const session = this.start("--stage", "bench", "--json");
    const listening = session.line(/"type":"listening"/, "listening session", { timeout: 400_000 });
    await listening;
    const took = performance.now() - began;
    const { app_ms: app } = JSON.parse(await session.line(/"type":"synthesis"/, "synthesis"));
    return { session, took, app };
  }

  /** Unchanged starts; the last session goes on. */
  async starts() {
    let { session } = await this.ready(); // deploys
    const took = [], without = [];
    for (let n = 0; n < times.starts; ++n) {
      await session.stop();
      const one = await this.ready();
      session = one.session;
      took.push(one.took);
      without.push(one.took - one.app);
    }
    return { session, took: median(took), without: median(without) };
  }

  /** From a save of the app to its templates: {took, app}. */
  async synthesis(session) {
    const file = path.join(this.app, "lib/index.js");
    const from = session.lines.length;
    const began = performance.now();
    writeFileSync(file, readFileSync(file, "utf8") + "//\n");
    await session.line(/"status":"rebuilding"/, "word of the synthesis", { from });
    const noticed = performance.now() - began;
    const { took_ms, app_ms } = JSON.parse(await session.line(/"type":"infrastructure".*"status":"(un)?changed"/, "end of the synthesis", { from }));
    await sleep(options.quick ? 2000 : 4000); // what waits for the next one is loaded
    return { took: took_ms + noticed, app: app_ms };
  }

  async invoke(name) {
    this.lambda ??= await client(this, "lambda", "LambdaClient");
    const { Payload } = await this.lambda.send(new (sdk("lambda").InvokeCommand)({ FunctionName: name, Payload: "{}" }));
    return JSON.parse(Buffer.from(Payload).toString("utf8"));
  }
}

const count = 100;
const nameOf = (n) => `f${String(n).padStart(3, "0")}`;
const handler = (version) => `exports.handler = async () => ({ version: ${version} });\n`;

/** A stack of a hundred functions, each with a folder and a role of its own. */
function makeHundred(app) {
  for (let n = 0; n < count; ++n) {
    mkdirSync(path.join(app, "src", nameOf(n)), { recursive: true });
    writeFileSync(path.join(app, "src", nameOf(n), "index.js"), handler(0));
  }
  writeFileSync(
    path.join(app, "lib/index.js"),
    `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";

export default function main(app) {
  const stack = new cdk.Stack(app, "functions");
  for (let n = 0; n < ${count}; ++n) {
    const name = "f" + String(n).padStart(3, "0");
    const code = lambda.Code.fromAsset("src/" + name);
    new lambda.Function(stack, name, { functionName: app.stage + "-hundred-" + name, runtime: lambda.Runtime.NODEJS_22_X, code, handler: "index.handler" });
  }
}
`,
  );
}

async function measureThree(figures) {
  const site = new Site();
  try {
    const { session, took, without } = await site.starts();
    figures.unchanged_ready_ms = rounded(took);
    figures.unchanged_ready_without_app_ms = rounded(without);
    tell("`live start`, nothing changed: measured");
    await sleep(settled);
    figures.synth_first_ms = rounded((await site.synthesis(session)).took);
    const all = [];
    for (let n = 0; n < times.syntheses; ++n) all.push(await site.synthesis(session));
    figures.synth_warm_ms = rounded(median(all.map((one) => one.took)));
    figures.synth_warm_without_app_ms = rounded(median(all.map((one) => one.took - one.app)));
    tell("syntheses: measured");
    await session.stop();
  } finally {
    await site.dispose();
  }
}

async function measureHundred(figures) {
  const site = new Site();
  try {
    makeHundred(site.app);
    const { session, took, without } = await site.starts();
    figures.app100_ready_ms = rounded(took);
    figures.app100_ready_without_app_ms = rounded(without);
    await sleep(settled);
    const { toolkit = 0, app = 0, ...lasting } = memory(family(session.child.pid));
    figures.app100_rss_by_role_mb = lasting;
    figures.app100_rss_mb = rounded(Object.values(lasting).reduce((sum, one) => sum + one, 0));
    figures.app100_rss_ten_minutes_by_role_mb = { toolkit, app };
    figures.app100_rss_ten_minutes_mb = rounded(toolkit + app);
    tell("a hundred functions: measured");
    const reloads = [];
    const file = path.join(site.app, "src", nameOf(50), "index.js");
    await site.invoke(`bench-hundred-${nameOf(50)}`);
    for (let version = 1; version <= times.reloads; ++version) {
      await sleep(1000);
      const began = performance.now();
      writeFileSync(file, handler(version));
      await until("the new code", async () => (await site.invoke(`bench-hundred-${nameOf(50)}`)).version === version);
      reloads.push(performance.now() - began);
    }
    figures.app100_reload_ms = rounded(median(reloads));
    await site.synthesis(session);
    figures.app100_synth_warm_ms = rounded((await site.synthesis(session)).took);
    await session.stop();
  } finally {
    await site.dispose();
  }
}

const rows = [
  ["unchanged_ready_ms", "ms", "`live start` until it listens, nothing changed"],
  ["unchanged_ready_without_app_ms", "ms", "the same without the time of the app's own process"],
  ["synth_first_ms", "ms", "save of CDK code → its templates, the first time in a session"],
  ["synth_warm_ms", "ms", "save of CDK code → its templates, from then on"],
  ["synth_warm_without_app_ms", "ms", "the same without the time of the app's own process"],
  ["app100_ready_ms", "ms", "100 functions: `live start` until it listens, nothing changed"],
  ["app100_ready_without_app_ms", "ms", "the same without the time of the app's own process"],
  ["app100_synth_warm_ms", "ms", "100 functions: save of CDK code → its templates"],
  ["app100_reload_ms", "ms", "100 functions: save of a handler → first answer of the new code"],
  ["app100_rss_mb", "MB", "100 functions: memory of `live start` and its processes"],
  ["app100_rss_ten_minutes_mb", "MB", "for ten minutes after the start and each save of CDK code, besides"],
];

function page(figures) {
  const { date, machine } = figures;
  const list = (roles) => Object.entries(roles).map(([role, mb]) => `${role} ${mb} MB`).join(", ");
  return `## Starts and syntheses

Written by \`bench/start --write\`${figures.optimised ? "" : ", NOT optimised"}, ${date}, on ${machine.cores} × ${machine.processor}, Linux ${machine.kernel}; load ${machine.load}.

| | |
|---|---:|
${rows.map(([key, unit, title]) => `| ${title} | ${figures[key]} ${unit} |`).join("\n")}

Times are medians. The app's own process runs from its command's start to its end: Node, the CDK's library and what the
app does. A synthesis is measured from the write of \`lib/index.js\`; the comparison with what is deployed comes after it.
Of the memory: ${list(figures.app100_rss_by_role_mb)}. The workers are spare ones, two while several
functions have yet to be called; no other runs before a call comes. What the next synthesis finds loaded, and is let go
ten minutes after it was last used: ${list(figures.app100_rss_ten_minutes_by_role_mb)}.

`;
}

function write(figures) {
  const text = page(figures);
  writeFileSync(path.join(root, "bench/start.md"), text);
  const file = path.join(root, "docs/benchmarks.md");
  const whole = readFileSync(file, "utf8").replace(/## Starts and syntheses\n[^]*?(?=## )/, "");
  writeFileSync(file, whole.replace("## Beside others", () => text + "## Beside others"));
}

const figures = {
  date: new Date().toISOString(),
  machine: { processor: cpus()[0].model, cores: cpus().length, kernel: release(), load: rounded(loadavg()[0]) },
  optimised: /build\/release\//.test(live),
};
await measureThree(figures);
await measureHundred(figures);
if (options.write) write(figures);
if (options.json) console.log(JSON.stringify(figures));
else for (const [key, unit, title] of rows) console.log(`${String(figures[key]).padStart(8)} ${unit}  ${title}`);
