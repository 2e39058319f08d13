// Packages that tests fetch by a tool of their language, once.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kept } from "./compiled.mjs";

/**
 * @param {string} name of the folder that is kept @param {string} what for people: "Powertools"
 * @param {string} command that puts them there @param {string[]} args
 * @returns {{ folder: string, skip: string | false }}
 */
export function fetched(name, what, command, args) {
  const folder = kept(name);
  if (existsSync(path.join(folder, "ready"))) return { folder, skip: false };
  try {
    mkdirSync(folder, { recursive: true });
    execFileSync(command, args, { cwd: folder, stdio: "pipe", timeout: 240_000 });
    writeFileSync(path.join(folder, "ready"), "");
    return { folder, skip: false };
  } catch (error) {
    return { folder, skip: `SKIPPED: ${what} cannot be fetched by ${command}: ${String(error.stderr ?? error).trim().split("\n").pop()}` };
  }
}

export const byNpm = (name, what, ...packages) => fetched(name, what, "npm", ["install", "--prefix", ".", "--no-audit", "--no-fund", ...packages]);
/** Into its folder `site`. */
export const byPip = (name, what, ...packages) =>
  fetched(name, what, "/usr/bin/python3", ["-m", "pip", "install", "-q", "--target", "site", "--retries", "1", "--timeout", "15", ...packages]);
