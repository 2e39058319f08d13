// The versions of Node.js that Lambda has had since 2024, from npm.
import path from "node:path";
import { fetchedFromNpm } from "./npm.mjs";

/** @param {number} major @returns {Promise<{ major: number, bin: string, skip: string | false }>} bin: goes first in PATH */
export async function nodeOf(major) {
  const name = `node-linux-${process.arch}`;
  const { folder, skip } = await fetchedFromNpm(`node-${major}`, `${name}@${major}`, `Node.js ${major}`);
  return { major, bin: path.join(folder, "node_modules", name, "bin"), skip };
}

export const nodeVersions = () => Promise.all([20, 22, 24, 26].map(nodeOf));
