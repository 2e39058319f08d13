// A debugger of .NET: clr_debugger.py, and what it says.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { until } from "./lab.mjs";
import { root } from "./live.mjs";

export class ClrDebugger {
  #said = [];

  /** @param {string} shim debuggingShim() @param {string} pid @param {(string | number)[]} breakpoint module, token, and which argument is told */
  constructor(shim, pid, ...breakpoint) {
    // By the process's own loader: its runtime's libraries may ask for a newer libc than this machine's.
    const [loader] = /\S+\/ld-linux\S*/.exec(readFileSync(`/proc/${pid}/maps`, "utf8"));
    const debuggerItself = ["/usr/bin/python3", path.join(root, "tests/support/clr_debugger.py"), shim, pid, ...breakpoint.map(String)];
    this.child = spawn(loader, ["--library-path", path.dirname(loader), ...debuggerItself], { stdio: ["pipe", "pipe", "inherit"] });
    createInterface(this.child.stdout).on("line", (line) => this.#said.push(JSON.parse(line)));
    this.child.on("exit", (code) => this.#said.push({ exited: code }));
  }

  /** What it says next with this member. @param {string} member */
  async says(member) {
    return await until(`"${member}" of the debugger`, () => {
      const failed = this.#said.find((one) => "error" in one || "exited" in one);
      if (failed) throw new Error(`the debugger: ${JSON.stringify(failed)}`);
      const at = this.#said.findIndex((one) => member in one);
      return at >= 0 && this.#said.splice(at, 1)[0];
    });
  }

  go() {
    this.child.stdin.write("go\n");
  }

  /** Without a word to the process, as a debugger that crashes. */
  async crash() {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGKILL");
    await gone;
  }

  async leave() {
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin.end();
    await gone;
  }
}
