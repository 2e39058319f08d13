// Bundles that tests make and run, whole or with their dependencies apart.
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

const runtime = (/** @type {string} */ name) => pathToFileURL(fileURLToPath(new URL(`../../runtimes/node/${name}.cjs`, import.meta.url))).href;

export const large = `// ${"large ".repeat(20_000)}\n`;
export const node_modules = (files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [`node_modules/${name}`, text]));
export const trace = `(globalThis.trace ??= [])`;

export async function write(folder, files) {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
}

/**
 * What the handler gives, or what loading it throws; and what it has taken of its dependencies. A process that waits has them
 * compiled before, or what was taken before evaluated (`fault`: why it cannot be; `left`: what a later process has to know).
 * @param {{ outfile: string, dependencies?: string }} built @param {{ compiled?: boolean, evaluated?: object, files?: string[] }} [ahead] files: of packages outside the bundle
 */
export async function run(built, { compiled, evaluated, files = [] } = {}) {
  const list = `${built.outfile}.list`;
  if (evaluated) await writeFile(list, JSON.stringify({ files, dependencies: evaluated }));
  const code = `
    process.env.LAMBDA_TASK_ROOT = "/nowhere";
    const { prepare, takenDependencies } = await import(${JSON.stringify(runtime("dependencies"))});
    (await import(${JSON.stringify(runtime("runtime"))})).default.setUp();
    await import("node:crypto");
    let result, fault, loadedAt;
    globalThis.loadedAt = () => loadedAt;
    if (${compiled === true}) prepare(${JSON.stringify(built.dependencies)});
    if (${evaluated !== undefined})
      try { (await import(${JSON.stringify(runtime("preload"))})).default.preload(${JSON.stringify(list)}); }
      catch (error) { fault = error.message; }
    loadedAt = performance.now();
    process.env.LATE = "set";
    try { result = await (await import("node:module")).createRequire(${JSON.stringify(built.outfile)})(${JSON.stringify(built.outfile)}).handler(); }
    catch (error) { result = error.stack; }
    console.log(JSON.stringify({ result, trace: globalThis.trace, taken: takenDependencies(), fault }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--enable-source-maps", "--input-type=module", "-e", code], { cwd: path.dirname(built.outfile) });
  const { taken, fault, ...told } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? ""); // warnings come before it, as in a worker
  const { dependencies: left } = evaluated ? JSON.parse(await readFile(list, "utf8")) : {};
  return { told, taken, fault, left };
}
