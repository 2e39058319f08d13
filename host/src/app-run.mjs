// One run of the app's command: a process group of its own, and what it prints.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** @type {Set<number>} Process groups that end with us */
const groups = new Set();
process.on("exit", () => groups.forEach(kill));

/** @param {number} group */
function kill(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {} // already gone
}

/** @typedef {{ stream: string, line: string }} Line */

export class AppRun {
  running = true;
  /** Of its errors, the last ones. @type {string[]} */
  said = [];
  /** Before anybody listens. @type {Line[]} */
  #kept = [];
  /** @type {(line: Line) => void} */
  #tell = (line) => void this.#kept.push(line);

  /**
   * @param {{ command: string, folder: string, env: Record<string, string | undefined> }} start
   * @param {"ignore" | "pipe"} input
   */
  constructor({ command, folder, env }, input) {
    // A shell, because that is how the CDK runs an app's command; a group, so that all of it can be ended.
    this.child = spawn(command, { shell: true, cwd: folder, env, detached: true, stdio: [input, "pipe", "pipe"] });
    if (this.child.pid) groups.add(this.child.pid);
    this.child.stdin?.on("error", () => {}); // it ended before it was told
    /** @type {Promise<{ code: number | null, signal: string | null }>} */
    this.ended = this.#end();
    this.ended.catch(() => {});
  }

  async #end() {
    const reading = [this.#read("out", this.child.stdout), this.#read("err", this.child.stderr)];
    try {
      return await new Promise((resolve, reject) => {
        this.child.once("error", reject);
        this.child.once("close", async (code, signal) => {
          await Promise.all(reading);
          resolve({ code, signal });
        });
      });
    } finally {
      this.running = false;
      if (this.child.pid) groups.delete(this.child.pid);
    }
  }

  /** @param {string} stream @param {import("node:stream").Readable | null} input */
  async #read(stream, input) {
    if (!input) return;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (/^\s+at /.test(line) && line.includes(import.meta.dirname)) continue; // a frame of ours
      if (stream === "err") this.said.push(line);
      if (this.said.length > 200) this.said.shift();
      this.#tell({ stream, line });
    }
  }

  /** @param {(line: Line) => void} tell */
  listen(tell) {
    this.#tell = tell;
    this.#kept.splice(0).forEach(tell);
  }

  /** @param {string} line what it has been waiting for */
  go(line) {
    this.child.stdin?.end(line);
  }

  end() {
    if (this.child.pid) kill(this.child.pid);
  }
}
