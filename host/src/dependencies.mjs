// The packages in a bundle as a bundle of their own, which changes only when they do: a save then builds and loads the rest
// alone. It is cut only where nothing can tell: where an import by name lands on a CommonJS module, which a plain bundle
// too evaluates when the import is reached, and only once. All else stays with the handler.
import * as esbuild from "esbuild";
import { statSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { KnownNames } from "./known-names.mjs";

/**
 * @typedef {{ targets: string[], files: string[], isStrict: boolean }} Cut targets: modules before which it is cut; files:
 *   those and all that they import
 * @typedef {esbuild.BuildOptions & { metafile: true, write: false }} Asked
 * @typedef {esbuild.BuildResult<Asked>} Built
 * @typedef {esbuild.Metafile["inputs"][string]["imports"][number]} Import
 */

const leastBytes = 100_000; // less is built and loaded as quickly in one
const namespace = "live-dependency";
const factories = "__live_dependencies__"; // by path: what gives the module, evaluated at the first time
const watch = "__live_watch__"; // is told of each module how to look at it, and how to have it evaluated anew
/** How esbuild has a module evaluated once, by its helpers: its head, its body and the ways. @type {[RegExp, (variables: string[]) => string][]} */
const helpers = [
  [/^(var __commonJS\d* = \(\w+, (\w+)\) => )(function \w+\(\) \{\n[^]*?\n\});$/gm, ([module]) => `() => ${module}, () => (${module} = void 0)`],
  [
    /^(var __esm\d* = \((\w+), (\w+), (\w+)\) => )(function \w+\(\) \{\n[^]*?\n\});$/gm,
    ([code, result, error]) => `() => !${code}, ((own) => () => ((${code} = own), (${result} = ${error} = void 0)))(${code})`,
  ],
];
const isOfPackage = (/** @type {string} */ file) => /(^|\/)node_modules\//.test(file);

/**
 * Where a plain bundle can be cut; nothing: nowhere, or it is not worth it.
 * @param {esbuild.BuildOptions} options @param {Built} bundle
 * @returns {Cut | undefined}
 */
export function cutOf(options, { metafile: { inputs, outputs }, outputFiles }) {
  // A banner, a footer, an injected file or a renamed property sees the whole of a bundle; an ES module has no `require`
  // to give on.
  if (options.format !== "cjs" || options.banner || options.footer || options.inject || options.mangleProps) return;
  const entry = Object.values(outputs).find((one) => one.entryPoint)?.entryPoint;
  if (entry === undefined) return;
  /** @type {Set<string>} */
  const targets = new Set();
  const isCut = (/** @type {Import} */ { original = ".", path: file }) =>
    /^[^./]/.test(original) && isOfPackage(file) && !file.startsWith(namespace) && inputs[file]?.format === "cjs";
  const own = reached(inputs, [entry], (one) => !(isCut(one) && targets.add(one.path)));
  const files = reached(inputs, targets, () => true);
  if ([...files].some((file) => own.has(file) || !isOfPackage(file))) return; // it would be there twice
  if ([...files].reduce((sum, file) => sum + (inputs[file]?.bytes ?? 0), 0) < leastBytes) return;
  const code = outputFiles.find((file) => !file.path.endsWith(".map"))?.text;
  return { targets: absolute(options, targets), files: absolute(options, files), isStrict: code?.startsWith('"use strict"') ?? false };
}

/** @param {esbuild.Metafile["inputs"]} inputs @param {Iterable<string>} from @param {(one: Import) => boolean} follow */
function reached(inputs, from, follow) {
  const seen = new Set(from);
  for (const file of seen)
    for (const one of inputs[file]?.imports ?? []) if (!one.external && follow(one)) seen.add(one.path);
  return seen;
}

/** @param {esbuild.BuildOptions} options @param {Iterable<string>} files */
function absolute({ absWorkingDir = "" }, files) {
  return [...files].map((file) => path.resolve(absWorkingDir, file)).sort();
}

/** @param {Cut | undefined} a @param {Cut | undefined} b */
export function isSameCut(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** A bundle in two parts: its dependencies, which are built, and what else there is, at each `rebuild`. */
export class Split {
  file; // the bundle of the dependencies
  #options;
  #cut;
  #files;
  #look;
  #names;
  #context;
  /** What is built at each save. @type {Set<string>} */
  #own = new Set();

  /**
   * @param {esbuild.BuildOptions} options the plain bundle's @param {Cut} cut @param {string} look
   * @param {string} file @param {KnownNames} names @param {esbuild.BuildContext<Asked>} context
   */
  constructor(options, cut, look, file, names, context) {
    this.file = file;
    this.#options = options;
    this.#cut = cut;
    this.#files = new Set(cut.files);
    this.#look = look;
    this.#names = names;
    this.#context = context;
  }

  /**
   * Nothing: the dependencies by themselves are not what they are in the plain bundle, or are changing.
   * @param {esbuild.BuildOptions} options @param {Cut} cut @param {(files: esbuild.OutputFile[]) => void} write
   * @returns {Promise<Split | undefined>}
   */
  static async make(options, cut, write) {
    const look = looks(cut.files);
    const { metafile, outputFiles } = await esbuild.build(/** @type {Asked} */ (dependenciesAlone(options, cut)));
    const files = absolute(options, Object.keys(metafile.inputs).filter((file) => file !== "<stdin>"));
    if (JSON.stringify(files) !== JSON.stringify(cut.files)) return;
    write(outputFiles.map(watchable));
    const file = outputFiles.find((one) => one.path.endsWith(".cjs"))?.path ?? "";
    const names = new KnownNames();
    const context = await esbuild.context(/** @type {Asked} */ (allBut(options, cut, file, names)));
    const split = new Split(options, cut, look, file, names, context);
    if (await split.rebuild()) return split;
    await split.dispose();
  }

  /**
   * Nothing: the dependencies have changed, or are others.
   * @param {string[]} [changed] all that may have changed since the last one, when that is known
   * @returns {Promise<Built | esbuild.BuildFailure | undefined>}
   */
  async rebuild(changed) {
    if (!changed?.every((one) => this.#own.has(one))) this.#names.forget();
    const building = this.#context.rebuild().catch((/** @type {esbuild.BuildFailure} */ failure) => failure);
    const isGood = changed ? !changed.some((file) => this.#files.has(file)) && looks([this.file]) !== "" : this.isGood();
    const result = await building;
    if (!isGood) return;
    if (result instanceof Error) return result;
    this.#own = new Set(this.inputs(result.metafile));
    const isTwice = [...this.#own].some((file) => this.#files.has(file));
    return isTwice || cutOf(this.#options, result) ? undefined : result;
  }

  /** The dependencies are those that were built. */
  isGood() {
    return looks([this.file]) !== "" && this.#look !== "" && looks(this.#cut.files) === this.#look;
  }

  /** Of a `rebuild`, beside the dependencies. @param {esbuild.Metafile} metafile */
  inputs({ inputs }) {
    return absolute(this.#options, Object.keys(inputs).filter((file) => !file.startsWith(`${namespace}:`)));
  }

  dispose() {
    return this.#context.dispose();
  }
}

/** Tells whether files are still those that were built. Empty: one is not there. @param {string[]} files */
function looks(files) {
  const all = files.map((file) => statSync(file, { throwIfNoEntry: false }));
  return all.every((one) => one) ? all.map((one) => `${one?.ino} ${one?.size} ${one?.mtimeMs}`).join() : "";
}

/**
 * A function that is given what a module is given, and gives the modules: their code sees what it sees in one bundle.
 * @param {esbuild.BuildOptions} options @param {Cut} cut @returns {esbuild.BuildOptions}
 */
function dependenciesAlone({ entryPoints, outfile = "", ...options }, { targets, isStrict }) {
  const contents = targets.map((file) => `${factories}[${JSON.stringify(file)}] = () => require(${JSON.stringify(file)});`);
  return {
    ...options,
    stdin: { contents: contents.join("\n"), resolveDir: options.absWorkingDir },
    outdir: path.dirname(outfile),
    entryNames: "dependencies-[hash]",
    outExtension: { ".js": ".cjs" },
    banner: { js: `module.exports = (require, module, exports, __filename, __dirname, ${watch}) => {${isStrict ? '"use strict";' : ""} const ${factories} = {};` },
    footer: { js: `return ${factories};\n};` },
  };
}

/**
 * Lets a process that waits evaluate its modules early, and take that back. All lines stay where they are. Where a helper is
 * another one than is known here it is as it was: then its modules are evaluated when they are needed.
 * @param {esbuild.OutputFile} output @returns {esbuild.OutputFile}
 */
function watchable(output) {
  if (!output.path.endsWith(".cjs")) return output;
  let { text } = output;
  for (const [helper, ways] of helpers)
    text = text.replace(helper, (_, head, ...parts) => {
      const body = parts.find((part) => part.startsWith("function "));
      return `${head}(${watch}?.(${ways(parts)}), ${body});`;
    });
  const isKnown = !/^var __(commonJS|esm)\d* = (?!.*__live_watch__)/m.test(text);
  return isKnown ? { ...output, text, contents: Buffer.from(text) } : output;
}

/** @param {esbuild.BuildOptions} options @param {Cut} cut @param {string} file @param {KnownNames} names @returns {esbuild.BuildOptions} */
function allBut(options, { targets, isStrict }, file, names) {
  const given = `require("./${path.basename(file)}")(require, module, exports, __filename, __dirname)`;
  return {
    ...options,
    banner: { js: `${isStrict ? '"use strict"; ' : ""}const ${factories} = ${given};` },
    plugins: [elsewhere(new Set(targets), names), ...(options.plugins ?? [])],
  };
}

/** Has the targets come from the bundle of the dependencies. @param {Set<string>} targets @param {KnownNames} names @returns {esbuild.Plugin} */
function elsewhere(targets, names) {
  const asked = {};
  return {
    name: namespace,
    setup(build) {
      build.onResolve({ filter: /^[^./]/ }, async ({ path: name, pluginData, ...of }) => {
        if (pluginData === asked || of.kind === "entry-point" || of.kind === "require-resolve" || isBuiltin(name)) return;
        const found = await names.find(name, of, () => build.resolve(name, { ...of, pluginData: asked }));
        if (found.external || found.namespace !== "file" || found.suffix || !targets.has(found.path)) return;
        return { path: found.path, namespace, sideEffects: found.sideEffects };
      });
      build.onLoad({ filter: /./, namespace }, ({ path: file }) => ({
        contents: `module.exports = ${factories}[${JSON.stringify(file)}]();`,
      }));
    },
  };
}
