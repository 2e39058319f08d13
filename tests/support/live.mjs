// Runs the `live` of a build as a user would: a session and its lines, commands, an embedded AWS and a home
// folder of its own for each test.
import { execFile, spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
export const root = path.resolve(import.meta.dirname, "../..");

const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** The home of an embedded AWS that the CDK has bootstrapped: tests/bootstrapped_test.mjs. */
export const bootstrappedHome = path.join(process.env.LIVE_BUILD ?? path.join(root, "build/dev"), "tests/bootstrapped");
/** By this `live`, not by an older one. */
export const isBootstrappedBy = (live) => age(bootstrappedHome) > age(live);

/** A folder with a copy of an example, a home for `live`, and everything that was started there. */
export class Workplace {
  sessions = [];
  /**
   * @param {string} example a folder of examples/, or of `among`
   * @param {{ live?: string, env?: Record<string, string>, among?: string, packages?: string, isNew?: boolean }} options
   *   packages: the node_modules that the copy gets; isNew: nothing has ever been in its account, not even the CDK's bootstrap
   */
  constructor(example, { live, env, among = "examples", packages, isNew = false } = {}) {
    this.live = path.resolve(live ?? process.env.LIVE_BINARY ?? path.join(root, "build/dev/live"));
    this.folder = mkdtempSync(path.join(tmpdir(), "live-e2e-"));
    // The CDK's own validation of templates takes three seconds of a processor at each deployment: only where it matters.
    this.env = { ...process.env, LIVE_HOME: path.join(this.folder, "home"), NO_COLOR: "1", CI: "1", CDK_VALIDATION: "false", ...env };
    // Nobody here talks to a registry by Node, and Node 20 reads a machine's own certificates for 45 ms as it starts.
    for (const name of Object.keys(this.env)) if (/^AWS_|^NODE_EXTRA_CA_CERTS$/.test(name) && !(name in (env ?? {}))) delete this.env[name];
    if (!isNew && !env?.LIVE_HOME && isBootstrappedBy(this.live)) cpSync(bootstrappedHome, this.env.LIVE_HOME, { recursive: true });
    this.app = path.join(this.folder, example);
    const source = path.join(root, among, example);
    cpSync(source, this.app, {
      recursive: true,
      filter: (file) => !/(^|\/)(node_modules|\.live|cdk\.out)(\/|$)/.test(path.relative(source, file)),
    });
    packages ??= path.join(source, "node_modules");
    if (existsSync(packages)) symlinkSync(packages, path.join(this.app, "node_modules"));
  }

  start(...args) {
    const session = new Session(this, ["start", "--local", ...args]);
    this.sessions.push(session);
    return session;
  }

  /**
   * The workplace's embedded AWS, with options of its own and before anything else uses one. Its lines are those of
   * requests.
   */
  async cloud(...args) {
    this.ownCloud = new Session(this, ["cloud", "--port", "0", ...args]);
    await this.ownCloud.line(/Embedded AWS ready/, "embedded AWS");
    return this.ownCloud;
  }

  /** Changes what goes wrong in the embedded AWS (docs/cloud.md), or ends it: "none". */
  async faults(spec) {
    await this.must("cloud", "faults", spec);
  }

  /** Runs a command to its end: {code, text}. */
  async run(...args) {
    try {
      const { stdout, stderr } = await run(this.live, args, { cwd: this.app, env: this.env, timeout: 240_000, maxBuffer: 1 << 26 });
      return { code: 0, text: stdout + stderr };
    } catch (error) {
      if (typeof error.code !== "number") throw error;
      return { code: error.code, text: error.stdout + error.stderr };
    }
  }

  /** Runs a command that has to work. */
  async must(...args) {
    const { code, text } = await this.run(...args);
    if (code !== 0) throw new Error(`live ${args.join(" ")} exited with ${code}:\n${text.split("\n").slice(-30).join("\n")}`);
    return text;
  }

  /** What a client of the embedded AWS needs in its environment. */
  async aws() {
    const [endpoint] = /http:\/\/127\.0\.0\.1:\d+/.exec(await this.must("cloud", "status"));
    return { ...this.env, AWS_ENDPOINT_URL: endpoint, AWS_REGION: "us-east-1", AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test" };
  }

  /** What is left in the embedded AWS of all that was made there but by the CDK's bootstrap. */
  async leftOver() {
    const { stdout } = await run(process.execPath, [path.join(root, "scripts/left-over.mjs")], { env: await this.aws(), cwd: root });
    return JSON.parse(stdout);
  }

  async dispose({ keep = false } = {}) {
    for (const session of this.sessions) await session.kill();
    await run(this.live, ["cloud", "stop"], { env: this.env }).catch(() => {});
    if (!keep) rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A `live` that goes on: its lines, and waiting for one of them. */
export class Session {
  lines = [];
  waiting = new Set();
  constructor(workplace, args) {
    this.child = spawn(workplace.live, args, { cwd: workplace.app, env: workplace.env, stdio: ["pipe", "pipe", "pipe"] });
    this.ended = new Promise((resolve) => this.child.on("exit", (code, signal) => resolve({ code, signal })));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (text) => {
        const parts = (rest + text).split("\n");
        rest = parts.pop();
        for (const line of parts) this.#take(line);
      });
    }
    this.ended.then(({ code, signal }) => {
      for (const one of this.waiting) one.reject(new Error(`live ${args[0]} ended (${signal ?? code}) before ${one.what}:\n${this.tail()}`));
    });
  }

  #take(line) {
    this.lines.push(line);
    for (const one of [...this.waiting]) if (one.pattern.test(line)) one.resolve(line);
  }

  tail() {
    return this.lines.slice(-30).map((line) => "      " + line).join("\n");
  }

  /** The first line that matches, past or to come; `from` skips lines that were there already. */
  line(pattern, what, { timeout = 120_000, from = 0 } = {}) {
    const found = this.lines.slice(from).find((line) => pattern.test(line));
    if (found) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const one = { pattern, what };
      const end = (settle) => (value) => {
        clearTimeout(timer);
        this.waiting.delete(one);
        settle(value);
      };
      one.resolve = end(resolve);
      one.reject = end(reject);
      const timer = setTimeout(() => one.reject(new Error(`no ${what} within ${timeout / 1000} s:\n${this.tail()}`)), timeout);
      this.waiting.add(one);
    });
  }

  listening() {
    return this.line(/Listening for requests/, "listening session", { timeout: 240_000 });
  }

  /** The URL behind an output of the app: "ApiUrl". */
  url(output) {
    const line = this.lines.find((one) => one.includes(`${output}: `));
    const url = /http:\/\/\S+/.exec(line ?? "")?.[0];
    if (!url) throw new Error(`no output ${output} was printed:\n${this.tail()}`);
    return url;
  }

  /** What the developer presses. */
  enter() {
    this.child.stdin.write("\n");
  }

  /** Ctrl-C. */
  async stop() {
    this.child.kill("SIGINT");
    return await this.ended;
  }

  async kill() {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    return await this.ended;
  }
}

/** @returns {Promise<{status: number, body: any, text: string, headers: Headers}>} */
export async function call(url, { timeout = 30_000, ...init } = {}) {
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout), ...init });
  const text = await response.text();
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status: response.status, body, text, headers: response.headers };
}
