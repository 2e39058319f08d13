// One handler's bundle: what esbuild is told, where it lands, and which files it depends on.
import * as esbuild from "esbuild";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { readFile, readdir, rm, stat } from "node:fs/promises";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { Split, cutOf, isSameCut } from "./dependencies.mjs";
import { runHooks } from "./command-hooks.mjs";
import { esbuildOptions } from "./esbuild-options.mjs";
import { wouldResolve } from "./would-resolve.cjs";

/**
 * @typedef {import("./types.js").BundleRequest} BundleRequest
 * @typedef {import("./types.js").Bundle} Bundle
 * @typedef {{ asked: string, key: string, options: esbuild.BuildOptions, context?: esbuild.BuildContext<any>, cut?: Cut, split?: Split,
 *   isWhole?: boolean, isPrepared?: boolean, inputs: string[], told: Told, written: Map<string, string> }} Warm isWhole: splitting it was tried in vain; isPrepared: its hooks have run
 * @typedef {{ inputs: string, dependencies: string[], id: string }} Told what `live` has been told of
 * @typedef {import("./dependencies.mjs").Cut} Cut
 */

/** By function. @type {Map<string, Warm>} */
const warm = new Map();
/** By function: a build waits for the one before it. @type {Map<string, Promise<unknown>>} */
const turns = new Map();

/** @param {BundleRequest} request @returns {Promise<Bundle>} */
export function build(request) {
  return inTurn(request.function, () => bundle(request));
}

/**
 * Has later builds of a function leave its dependencies as they are. Builds go on meanwhile.
 * @param {{ function: string }} params @returns {Promise<{ dependencies?: string }>} the file that holds them
 */
export async function split({ function: name }) {
  const it = warm.get(name);
  if (!it?.cut || it.split) return { dependencies: it?.split?.file };
  const { cut, options } = it;
  const made = await Split.make(options, cut, (files) => write(files, it.written));
  return await inTurn(name, async () => {
    if (warm.get(name) !== it || it.cut !== cut || !made?.isGood()) {
      it.isWhole = !made;
      await made?.dispose();
      return {};
    }
    it.split = made;
    await it.context?.dispose(); // and its memory
    it.context = undefined;
    await removeOthers(made.file);
    return { dependencies: made.file };
  });
}

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
function inTurn(name, work) {
  const turn = (turns.get(name) ?? Promise.resolve()).catch(() => {}).then(work);
  turns.set(name, turn);
  return turn;
}

/** @param {{ function?: string }} params */
export async function dispose({ function: name }) {
  const gone = name === undefined ? [...warm.keys()] : [name];
  for (const each of gone) {
    const it = warm.get(each);
    warm.delete(each);
    await it?.context?.dispose();
    await it?.split?.dispose();
  }
}

/** @param {BundleRequest} request @returns {Promise<Bundle>} */
async function bundle(request) {
  const began = performance.now();
  let it = warm.get(request.function);
  const asked = question(request);
  // A save asks what was asked before: esbuild begins, and what there is to look at beside it is looked at meanwhile.
  const early = it?.isPrepared && it.asked === asked ? rebuild(it, request.changed) : undefined;
  const place = placing(request);
  if (!existsSync(request.entry)) {
    await early;
    return unbuilt(request, place, [{ text: `the handler's file ${request.entry} is not there`, file: request.entry }]);
  }
  const options = esbuildOptions(request, place);
  const key = JSON.stringify([options, request.options?.hooks]);
  const isNew = !it || it.key !== key;
  if (!it || isNew) {
    await early;
    await dispose({ function: request.function });
    it = { asked, key, options, inputs: [], told: { inputs: "", dependencies: none, id: "" }, written: new Map() };
    warm.set(request.function, it);
  }
  it.asked = asked;
  const about = settings(request, place.folder);
  const unprepared = await hooks(it, request, place, "before");
  if (unprepared.length > 0) return unbuilt(request, place, unprepared);
  const result = await (isNew || !early ? rebuild(it, request.changed) : early);
  const errors = (result.errors ?? []).map((/** @type {esbuild.Message} */ m) => message(m, place.folder));
  if (result instanceof Error && errors.length === 0) throw result;
  const warnings = (result.warnings ?? []).map((/** @type {esbuild.Message} */ m) => message(m, place.folder));
  let changed = false;
  if (errors.length === 0) {
    it.inputs = it.split?.inputs(result.metafile) ?? Object.keys(result.metafile.inputs).map((file) => path.resolve(place.folder, file));
    changed = write(result.outputFiles, it.written);
    linkPackages(place);
    warnings.push(...notInstalled(result.metafile, request.entry));
    errors.push(...(await hooks(it, request, place, "after")));
    it.isPrepared = errors.length === 0;
  }
  const failed = errors.flatMap((/** @type {{ file?: string }} */ e) => (e.file ? [e.file] : []));
  const inputs = [...new Set([request.entry, ...it.inputs, ...failed, ...about])];
  const dependencies = (it.split || errors.length > 0) && it.cut ? it.cut.files : none;
  const id = inputsId(it, inputs, dependencies);
  return {
    outfile: place.outfile,
    handler: place.handler,
    changed,
    inputs: id === request.known_inputs ? undefined : [...new Set([...inputs, ...dependencies])],
    inputs_id: id,
    missing: errors.flatMap(wouldMend),
    errors: errors.map((/** @type {any} */ { unresolved, ...shown }) => shown),
    warnings: warnings.map((/** @type {any} */ { unresolved, ...shown }) => shown),
    elapsed_ms: Math.round((performance.now() - began) * 10) / 10,
    dependencies: it.split?.file,
    splittable: it.cut !== undefined && !it.split && !it.isWhole,
  };
}

/** Once: what they make stays. @param {Warm} it @param {BundleRequest} request @param {{ outfile: string }} place @param {"before" | "after"} when */
async function hooks({ isPrepared }, { options = {} }, { outfile }, when) {
  return isPrepared ? [] : await runHooks(options.hooks?.[when], options, path.dirname(outfile));
}

/** @type {string[]} */
const none = [];
let lastId = 0;
/** Another one for each list: with the AWS SDK it is long, and hardly ever another. @param {Warm} it @param {string[]} inputs @param {string[]} dependencies */
function inputsId(it, inputs, dependencies) {
  const text = inputs.join("\n");
  if (it.told.inputs !== text || it.told.dependencies !== dependencies) it.told = { inputs: text, dependencies, id: `${process.pid}.${++lastId}` };
  return it.told.id;
}

/**
 * esbuild's process starts at its first use, and takes its variables then: it collects garbage half as often as it would by
 * itself. A rebuild is a sixth quicker, for four megabytes. What commandHooks run does not get that.
 * @template T @param {() => T} use @returns {T}
 */
function withFewCollections(use) {
  const { GOGC } = process.env;
  process.env.GOGC ??= "200";
  try {
    return use();
  } finally {
    if (GOGC === undefined) delete process.env.GOGC;
  }
}

/** What a request asks for, whatever has changed since. @param {BundleRequest} request */
function question({ changed, known_inputs, ...rest }) {
  return JSON.stringify(rest);
}

/** In two parts where that can be. esbuild has begun when this returns. @param {Warm} it @param {string[]} [changed] @returns {Promise<any>} */
async function rebuild(it, changed) {
  if (it.split) {
    const parted = await it.split.rebuild(changed);
    if (parted) return parted;
    await it.split.dispose();
    it.split = undefined;
  }
  it.context ??= await withFewCollections(() => esbuild.context(it.options));
  const whole = await it.context.rebuild().catch((failure) => failure);
  const cut = whole instanceof Error ? undefined : cutOf(it.options, whole);
  if (!isSameCut(cut, it.cut)) it.cut = cut;
  return whole;
}

/** @param {BundleRequest} request */
function placing({ entry, handler, format, outdir, session = "", function: name }) {
  const folder = nearest(path.dirname(entry), "package.json")?.folder ?? path.dirname(entry);
  // Below the handler's own package, so that external modules resolve from there at run time.
  const slug = `${name.replace(/[^\w.-]+/g, "-").slice(-72)}-${hash(session + name).slice(0, 8)}`; // "a/b" is not "a-b"
  const out = outdir ?? path.join(folder, ".live", "build", slug);
  const dot = handler.lastIndexOf(".");
  const file = dot < 0 || packageOf(handler) ? "index" : handler.slice(0, dot);
  const outfile = path.join(out, file + (format === "esm" ? ".mjs" : ".cjs"));
  return { folder, outfile, handler: dot < 0 ? `index.${handler}` : handler };
}

/** Of a handler that is a package's own, which calls the bundle's (Datadog's). @param {string} handler */
function packageOf(handler) {
  return /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(handler)?.[1];
}

/** Deployed, the package lies beside the bundle; here in a folder above it. @param {{ folder: string, outfile: string, handler: string }} place */
function linkPackages({ folder, outfile, handler }) {
  const name = packageOf(handler);
  const link = path.join(path.dirname(outfile), "node_modules");
  if (!name || existsSync(path.join(link, name))) return;
  const found = nearest(folder, path.join("node_modules", name));
  if (!found) return;
  rmSync(link, { recursive: true, force: true });
  symlinkSync(path.join(found.folder, "node_modules"), link);
}

/** @param {string | Uint8Array} bytes */
function hash(bytes) {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * Whole files only, and only those that differ. At once: a save waits for it.
 * @param {esbuild.OutputFile[]} files @param {Map<string, string>} known
 */
function write(files, known) {
  let changed = false;
  for (const { path: file, contents } of files) {
    const digest = hash(contents);
    if (known.get(file) === digest && existsSync(file)) continue;
    put(file, contents, known.has(file));
    known.set(file, digest);
    changed = true;
  }
  return changed;
}

/** @param {string} file @param {Uint8Array} contents @param {boolean} hasFolder */
function put(file, contents, hasFolder) {
  try {
    if (!hasFolder) makeFolder(path.dirname(file));
    writeFileSync(`${file}.new`, contents);
    renameSync(`${file}.new`, file);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    const next = code === "ENOSPC" ? "; make room on its disk, and call again" : "";
    throw new Error(`writing ${file}: ${message}${next}`);
  }
}

/** Older dependencies: what was built against them has been built again since. @param {string} file */
async function removeOthers(file) {
  const folder = path.dirname(file);
  const oldest = Date.now() - 24 * 3600_000;
  for (const name of await readdir(folder)) {
    const other = path.join(folder, name);
    if (!name.startsWith("dependencies-") || other.startsWith(file)) continue;
    if ((await stat(other)).mtimeMs < oldest) await rm(other);
  }
}

/** Below a `.live` that no repository takes in. @param {string} folder */
function makeFolder(folder) {
  mkdirSync(folder, { recursive: true });
  const ours = above(folder).find((each) => path.basename(each) === ".live");
  const ignore = ours && path.join(ours, ".gitignore");
  if (ignore && !existsSync(ignore)) writeFileSync(ignore, "*\n");
}

/** @param {esbuild.Message} m @param {string} folder */
export function message(m, folder) {
  const at = m.location;
  const unresolved = /^Could not resolve "(.*)"/.exec(m.text)?.[1];
  return {
    text: m.text,
    file: at ? path.resolve(folder, at.file) : undefined,
    line: at?.line,
    column: at?.column,
    lineText: at?.lineText,
    unresolved,
  };
}

/** Paths any of which, once there, may mend an import. @param {{ file?: string, unresolved?: string }} error */
export function wouldMend({ file, unresolved }) {
  if (!file || !unresolved) return [];
  const from = path.dirname(file);
  if (unresolved.startsWith(".") || path.isAbsolute(unresolved)) return wouldResolve(from, unresolved);
  const name = unresolved.split("/").slice(0, unresolved.startsWith("@") ? 2 : 1).join("/");
  return above(from).map((folder) => path.join(folder, "node_modules", name));
}

/** What Lambda provides but this machine lacks. @param {esbuild.Metafile} metafile @param {string} entry */
function notInstalled(metafile, entry) {
  const names = Object.values(metafile.outputs).flatMap((o) => o.imports.filter((i) => i.external).map((i) => i.path));
  const packages = [...new Set(names)].filter((name) => !isBuiltin(name) && !name.startsWith("."));
  if (packages.length === 0) return [];
  const require = createRequire(entry);
  return packages
    .filter((name) => !resolves(require, name))
    .map((name) => ({ text: `${name} is not installed here: npm install --save-dev ${name}`, file: entry }));
}

/** @param {NodeJS.Require} require @param {string} name */
function resolves(require, name) {
  try {
    require.resolve(name);
    return true;
  } catch (error) {
    return /** @type {any} */ (error).code === "ERR_PACKAGE_PATH_NOT_EXPORTED"; // installed, for `import` only
  }
}

/** Files that change what a bundle becomes. @param {BundleRequest} request @param {string} folder */
function settings({ entry, options = {} }, folder) {
  const tsconfig = options.tsconfig ? path.resolve(folder, options.tsconfig) : nearest(path.dirname(entry), "tsconfig.json")?.file;
  const manifest = nearest(path.dirname(entry), "package.json")?.file;
  return [...(tsconfig ? withBases(tsconfig) : []), ...(manifest ? [manifest] : [])];
}

/** And what it extends, but for what packages bring. @param {string} tsconfig @param {string[]} all @returns {string[]} */
function withBases(tsconfig, all = []) {
  if (all.includes(tsconfig)) return all;
  all.push(tsconfig);
  const text = existsSync(tsconfig) ? readFileSync(tsconfig, "utf8") : "";
  const [, extended = ""] = /"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/.exec(text) ?? [];
  for (const [, base = ""] of extended.matchAll(/"([.\/][^"]*)"/g)) {
    const file = path.resolve(path.dirname(tsconfig), base);
    withBases(path.extname(file) === ".json" ? file : `${file}.json`, all);
  }
  return all;
}

/** @param {BundleRequest} request @param {{ outfile: string, handler: string }} place @param {import("./types.js").Message[]} errors @returns {Bundle} */
function unbuilt({ entry }, { outfile, handler }, errors) {
  const missing = existsSync(entry) ? [] : [entry];
  const inputs = missing.length > 0 ? [] : [entry];
  return { outfile, handler, changed: false, inputs, inputs_id: "", missing, errors, warnings: [], elapsed_ms: 0, splittable: false };
}

/** @param {string} folder */
function above(folder) {
  const all = [folder];
  for (let at = folder; path.dirname(at) !== at; ) all.push((at = path.dirname(at)));
  return all;
}

/** @param {string} from @param {string} name */
export function nearest(from, name) {
  for (const folder of above(from)) {
    const file = path.join(folder, name);
    if (existsSync(file)) return { folder, file };
  }
}

/** @param {string} file */
export async function readJson(file) {
  return JSON.parse(await readFile(file, "utf8"));
}
