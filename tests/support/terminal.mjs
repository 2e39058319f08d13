// `live` in a terminal, with somebody who reads and types.
import { spawn } from "node:child_process";
import path from "node:path";
import { Display } from "./display.mjs";
import { root } from "./live.mjs";

export const ctrlC = "\x03";
export const ctrlD = "\x04";

export class InTerminal {
  text = "";
  #watching = new Set();

  /**
   * @param {import("./live.mjs").Workplace} place @param {string[]} args @param {Record<string, string>} env
   * @param {{ columns?: number, rows?: number, program?: string }} size and another program than `live`, of which the
   *   display understands nothing
   */
  constructor(place, args, env = {}, { columns = 80, rows = 24, program } = {}) {
    const bridge = path.join(root, "tests/support/terminal.py");
    const surroundings = { ...place.env, TERM: "xterm", TERMINAL_SIZE: `${columns}x${rows}`, ...env };
    const stdio = /** @type {const} */ (["pipe", "pipe", "inherit", "pipe"]);
    this.child = spawn("/usr/bin/python3", [bridge, program ?? place.live, ...args], { cwd: place.app, env: surroundings, stdio });
    if (!program) this.display = new Display(columns);
    this.code = new Promise((resolve) => this.child.on("close", resolve));
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      this.text += text;
      this.display?.write(text);
      for (const look of [...this.#watching]) look();
    });
    this.code.then((code) => {
      for (const look of [...this.#watching]) look(`it ended with ${code}`);
    });
  }

  /** Waits until it shows something; what was waited for before does not count again. */
  async shows(pattern, { timeout = 60_000 } = {}) {
    await new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.#watching.delete(look);
        settle(value);
      };
      const look = (why) => {
        const found = pattern.exec(this.text.slice(this.#seen));
        if (found) this.#seen += found.index + found[0].length;
        if (found) end(resolve);
        else if (why) end(reject, new Error(`${why}, and did not show ${pattern}:\n${this.text}`));
      };
      const timer = setTimeout(() => look(`${timeout / 1000} s went by`), timeout);
      this.#watching.add(look);
      look();
    });
    return this;
  }
  #seen = 0;

  /** Waits until the display shows something, wherever it stands. @param {RegExp} pattern */
  async displays(pattern, { timeout = 60_000 } = {}) {
    const end = Date.now() + timeout;
    while (!pattern.test(this.display.text)) {
      if (Date.now() > end) throw new Error(`${timeout / 1000} s went by without ${pattern} on the display:\n${this.display.text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this;
  }

  resize(columns, rows = 24) {
    this.display.columns = columns;
    this.child.stdio[3].write(`${columns}x${rows}\n`);
    return this;
  }

  /** Closes the terminal, if it is still open. */
  async end() {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
    return await this.code;
  }

  type(text) {
    this.child.stdin.write(text);
    return this;
  }
}
