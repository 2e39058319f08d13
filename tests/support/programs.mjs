// Programs of this machine that a test needs.
import { execFileSync } from "node:child_process";

/** What `program --version` says; nothing when it is not there. @param {string} program */
export function versionOf(program) {
  try {
    return execFileSync(program, ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return undefined;
  }
}
