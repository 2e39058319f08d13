// Constructs of npm that aws-cdk-lib has not, beside the packages of the apps that tests run.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { kept, missing } from "./compiled.mjs";
import { root } from "./live.mjs";

const usual = path.join(root, "examples/cdk-typescript/node_modules");

/**
 * A node_modules that has it; `skip` says why there is none.
 * @param {string} name @param {string} version @returns {{ skip: string | false, packages: string }}
 */
export function withConstruct(name, version) {
  const folder = path.join(kept("constructs"), `${name.replace("/", "+")}@${version}`);
  const packages = path.join(folder, "node_modules");
  const skip = missing("npm", () => {
    if (existsSync(path.join(packages, name))) return;
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{ "private": true }\n');
    const quietly = ["--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps"];
    execFileSync("npm", ["install", ...quietly, `${name}@${version}`], { cwd: folder, stdio: "pipe", timeout: 180_000 });
  });
  if (!skip) link(usual, packages);
  return { skip, packages };
}

/** What `to` does not have of its own. @param {string} from @param {string} to */
function link(from, to) {
  for (const name of readdirSync(from)) {
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (!existsSync(target)) symlinkSync(source, target);
    else if (name.startsWith("@")) link(source, target);
  }
}
