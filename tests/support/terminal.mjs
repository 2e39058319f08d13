// `live` in a terminal, with somebody who reads and types.
import { spawn } from "node:child_process";
import path from "node:path";
import { root } from "./live.mjs";

export const ctrlC = "\x03";
export const ctrlD = "\x04";

export class InTerminal {
  text = "";
  #watching = new Set();

  /** @param {import("./live.mjs").Workplace} place @param {string[]} args @param {Record<string, string>} env */
  constructor(place, args, env = {}) {
    const bridge = path.join(root, "tests/support/terminal.py");
    this.child = spawn("/usr/bin/python3", [bridge, place.live, ...args], { cwd: place.app, env: { ...place.env, ...env } });
    this.code = new Promise((resolve) => this.child.on("close", resolve));
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      this.text += text;
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

  type(text) {
    this.child.stdin.write(text);
    return this;
  }
}
