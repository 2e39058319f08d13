// Packages that tests fetch from npm, each in a folder of its own, once.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { kept } from "./compiled.mjs";

const run = promisify(execFile);
const options = ["--no-save", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];

/** Tests run in parallel: it is there whole, or not at all. */
async function install(wanted, folder) {
  const ours = `${folder}.${process.pid}`;
  mkdirSync(ours, { recursive: true });
  writeFileSync(path.join(ours, "package.json"), "{}");
  try {
    await run("npm", ["install", ...options, wanted], { cwd: ours, timeout: 400_000 });
    renameSync(ours, folder);
  } catch (error) {
    rmSync(ours, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // another test was quicker
  }
}

/**
 * @param {string} name of the folder @param {string} wanted "package" or "package@version"
 * @param {string} what for people: "Node.js 24"
 * @returns {Promise<{ folder: string, skip: string | false }>} folder: with its node_modules
 */
export async function fetchedFromNpm(name, wanted, what) {
  const folder = kept(name);
  try {
    if (!existsSync(folder)) await install(wanted, folder);
    return { folder, skip: false };
  } catch (error) {
    const reason = /npm error (?!code|errno|syscall|A complete)(.*)/.exec(error.stderr ?? "")?.[1] ?? String(error);
    return { folder, skip: `SKIPPED: ${what} cannot be fetched here: ${reason}` };
  }
}
