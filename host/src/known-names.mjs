// Where imports by name led in the build before. esbuild looks through folders and manifests again in each build, which takes
// most of a save's time in a bundle of large packages.
import { statSync } from "node:fs";
import path from "node:path";

/** @typedef {{ resolveDir: string, kind: string }} From */

export class KnownNames {
  /** @type {Map<string, { signs: string, found: any }>} */
  #known = new Map();

  /**
   * As `resolve` says, or as it said while the packages that may be meant are the same (the nearest of that name counts), and
   * the tsconfigs on the way there.
   * @template T @param {string} name @param {From} from @param {() => Promise<T>} resolve @returns {Promise<T>}
   */
  async find(name, { resolveDir, kind }, resolve) {
    const key = `${resolveDir}\n${kind}\n${name}`;
    const signs = signsOf(name, resolveDir);
    const known = this.#known.get(key);
    if (known && known.signs === signs) return known.found;
    const found = await resolve();
    if (signs) this.#known.set(key, { signs, found });
    return found;
  }

  /** Something else may lead elsewhere: a tsconfig's `paths`, a manifest's `imports`. */
  forget() {
    this.#known.clear();
  }
}

/**
 * Tells whether it is the package that it was, and the nearest, for sources with the same settings. Empty: it is not in a
 * `node_modules`.
 * @param {string} name @param {string} from
 */
function signsOf(name, from) {
  const own = name.split("/").slice(0, name.startsWith("@") ? 2 : 1).join("/");
  let signs = "";
  for (let folder = from; ; folder = path.dirname(folder)) {
    const found = look(path.join(folder, "node_modules", own, "package.json"));
    signs += `${folder}:${look(path.join(folder, "tsconfig.json"))},${found};`;
    if (found) return signs;
    if (folder === path.dirname(folder)) return "";
  }
}

/** Empty: it is not there. @param {string} file */
function look(file) {
  const found = statSync(file, { throwIfNoEntry: false });
  return found ? `${found.ino} ${found.size} ${found.mtimeMs}` : "";
}
