// The versions of Node.js that Lambda has had since 2024, each in a folder of its own: from npm, once.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { kept } from "./compiled.mjs";

const run = promisify(execFile);

/** @param {number} major @returns {Promise<{ major: number, bin?: string, skip: string | false }>} bin: the folder that goes first in PATH */
export async function nodeOf(major) {
  const folder = kept(`node-${major}`), name = `node-linux-${process.arch}`;
  const bin = path.join(folder, "node_modules", name, "bin");
  try {
    if (!existsSync(path.join(bin, "node"))) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path.join(folder, "package.json"), "{}");
      await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", `${name}@${major}`], { cwd: folder, timeout: 400_000 });
    }
    await run(path.join(bin, "node"), ["--version"]);
    return { major, bin, skip: false };
  } catch (error) {
    return { major, skip: `SKIPPED: Node.js ${major} cannot be fetched here: ${String(error.stderr ?? error).trim().split("\n").pop()}` };
  }
}

export const nodeVersions = () => Promise.all([20, 22, 24, 26].map(nodeOf));
