// /tmp and /opt of a worker's own: whether this machine lets somebody have them, and where they lie for others.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

const isRoot = process.getuid() === 0;
const works = (program, ...args) => {
  try {
    return Boolean(execFileSync(program, args, { stdio: "ignore" }) || true);
  } catch {
    return false;
  }
};
const somebodyElse = ["--reuid=65534", "--regid=65534", "--clear-groups"];

/** False, or why a test that needs them is skipped. */
export const noOwnFolders = works("unshare", ...(isRoot ? ["-m"] : ["-Ur", "-m"]), "true") ? false : "SKIPPED: this user may not mount anything here";
/** Likewise, where the test, which root runs, runs `live` as somebody else. */
export const noOwnFoldersForOthers = isRoot && works("setpriv", ...somebodyElse, "unshare", "-Ur", "-m", "true") ? false : "SKIPPED: needs root, and a kernel that lets others mount";
/** Likewise, where it runs `live` as a root that may mount nothing. */
export const noRefusal = isRoot && works("setpriv", "--bounding-set=-sys_admin", "true") ? false : "SKIPPED: needs root and setpriv";

/** A `live` that is run so: the text of a program. @param {string} live */
export const asSomebodyElse = (live) => `#!/bin/sh\nexec setpriv ${somebodyElse.join(" ")} ${live} "$@"\n`;
export const refused = (live) => `#!/bin/sh\nexec setpriv --bounding-set=-sys_admin --inh-caps=-sys_admin ${live} "$@"\n`;

/**
 * Where a file that a worker has at /tmp/NAME lies for everybody else; nothing: no worker has it, or not with this text.
 * @param {string} name @param {string} [text]
 */
export function outside(name, text) {
  for (const one of readdirSync(tmpdir()).filter((name) => name.startsWith("live-tmp-")))
    for (const worker of entriesOf(path.join(tmpdir(), one))) {
      const file = path.join(tmpdir(), one, worker, "tmp", name);
      if (existsSync(file) && (text === undefined || readFileSync(file, "utf8") === text)) return file;
    }
}

function entriesOf(folder) {
  try {
    return readdirSync(folder);
  } catch {
    return []; // of somebody else, or gone meanwhile
  }
}
