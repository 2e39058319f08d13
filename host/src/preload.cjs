// Runs inside the user's CDK app (node --require): notes where each function's source lies, and lets the
// functions that run locally, and layers of theirs, skip their bundling. Works on aws-cdk-lib and on @aws-cdk/* 1.x, whoever loads them.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const { isMainThread } = require("node:worker_threads");

const { note, isOwn, isInstalled } = require("./preload-notes.cjs");
const { followModules } = require("./preload-modules.cjs");
const { noteModule, noteRead, waitIfSpare } = require("./preload-spare.cjs");
const { patchIgnore } = require("./preload-staging.cjs");

const placeholder = path.join(__dirname, "swapped");
/** Construct paths @type {Set<string> | undefined} */
let swapped;
/** @param {string} construct */
function isSwapped(construct) {
  const { LIVE_SWAPPED: file } = process.env;
  swapped ??= new Set(file ? JSON.parse(read(file, "utf8")) : []);
  return swapped.has(construct);
}

// What the app reads besides its modules: settings, templates. Not what it makes, nor what packages read of themselves.
const read = fs.readFileSync;
/** @param {unknown} file */
function seeRead(file) {
  if (typeof file !== "string") return;
  const full = path.resolve(file);
  if (!isOwn(full)) return;
  noteRead(full);
  note({ type: "file", path: full });
}
for (const [holder, name] of /** @type {[any, string][]} */ ([[fs, "readFileSync"], [fs, "readFile"], [fs.promises, "readFile"]])) {
  const read = holder[name];
  holder[name] = function (/** @type {any[]} */ ...args) {
    seeRead(args[0]);
    return read.apply(this, args);
  };
}
Module.syncBuiltinESMExports();

/** @param {any} module of lib/code.js */
function patchCode({ exports: { AssetCode } }) {
  const { bind, bindToResource } = AssetCode.prototype;
  /** @type {WeakMap<object, any>} Stands in for a code that was never bound itself */
  const standIns = new WeakMap();
  AssetCode.prototype.bind = function (/** @type {any} */ scope) {
    if (this[deferred]) return this[deferred](scope);
    const construct = scope.node.path;
    if (this.path !== placeholder) {
      const bundled = Boolean(this.options?.bundling);
      const folder = path.resolve(this.path);
      note({ type: "folder", construct, folder, bundled, swapped: isSwapped(construct), options: this[toolOptions] });
      if (isSwapped(construct)) {
        const standIn = new AssetCode(placeholder);
        standIns.set(this, standIn);
        return bind.call(standIn, scope);
      }
    }
    return bind.call(this, scope);
  };
  AssetCode.prototype.bindToResource = function (/** @type {any[]} */ ...args) {
    bindToResource.apply(this.asset ? this : (standIns.get(this) ?? this), args);
    if (this[leftOut] && args[0].cfnResourceType === "AWS::Lambda::LayerVersion") mark(args[0]);
  };
}

/** As one whose content is not what is deployed (original.mjs). @param {any} layer */
function mark(layer) {
  layer.cfnOptions.metadata = { ...layer.cfnOptions.metadata, "live:placeholder": true };
}

const deferred = Symbol("live.deferred");
const leftOut = Symbol("live.leftOut");
const toolOptions = Symbol("live.toolOptions");

/**
 * Of a construct whose code a compiled language's tool builds: what it was told goes with its code.
 * @param {(asked: any) => import("./types").ToolOptions} optionsOf
 */
function patchToolBundling(optionsOf) {
  return (/** @type {any} */ { exports: { Bundling } }) => {
    const bundle = Bundling.bundle;
    Bundling.bundle = function (/** @type {any[]} */ ...args) {
      const code = bundle.apply(Bundling, args);
      code[toolOptions] = optionsOf(args[args.length - 1]);
      return code;
    };
  };
}

/** @param {any} asked */
function goOptions({ entry, goBuildFlags, environment, cgoEnabled }) {
  const cgo = cgoEnabled === undefined ? {} : { CGO_ENABLED: cgoEnabled ? "1" : "0" };
  return { entry: path.resolve(entry), flags: goBuildFlags, environment: { ...cgo, ...environment } };
}

/** Of the flags those that say what is built, not for what. @param {any} asked */
function cargoOptions({ binaryName, cargoLambdaFlags = [], environment }) {
  const words = cargoLambdaFlags.join(" ").split(/\s+/);
  const isFlag = /^(--features=.*|--all-features|--no-default-features)$/;
  const flags = words.flatMap((/** @type {string} */ word, /** @type {number} */ at) =>
    isFlag.test(word) ? [word] : /^(--features|-F)$/.test(word) ? [`--features=${words[at + 1]}`] : [],
  );
  return { binary: binaryName, flags, environment };
}

/** @param {any} module of lib/bundling.js of NodejsFunction */
function patchNodeBundling(module) {
  const inside2x = /[\\/]aws-cdk-lib[\\/]/.test(module.filename);
  deferBundling(module, inside2x ? "../../aws-lambda" : "@aws-cdk/aws-lambda", (asked) => ({
    type: "bundle",
    entry: path.resolve(asked.entry),
    projectRoot: asked.projectRoot && path.resolve(asked.projectRoot),
    options: nodeOptions(asked),
  }));
}

/** @param {any} module of lib/bundling.js of PythonFunction and PythonLayerVersion */
function patchPythonBundling(module) {
  deferBundling(module, "aws-cdk-lib/aws-lambda", ({ entry, outputPathSuffix }) => ({
    type: "folder",
    folder: path.resolve(entry),
    bundled: true,
    below: outputPathSuffix || ".",
  }));
}

/**
 * Whose code it is becomes known when it is bound to its function or layer; building it may need Docker.
 * @param {any} module @param {string} library @param {(asked: any) => any} noteOf
 */
function deferBundling(module, library, noteOf) {
  const { Bundling } = module.exports;
  const bundle = Bundling.bundle;
  Bundling.bundle = function (/** @type {any[]} */ ...args) {
    const asked = args[args.length - 1]; // bundle(scope, options) in 2.x, bundle(options) in 1.x
    const { AssetCode } = module.require(library);
    const code = new AssetCode(placeholder);
    /** @type {any} */
    let real = code;
    code[deferred] = (/** @type {any} */ scope) => {
      const construct = scope.node.path;
      note({ ...noteOf(asked), construct, swapped: isSwapped(construct) });
      code[leftOut] = isSwapped(construct);
      const skipped = process.env.LIVE_SYNTH === "discover" || isSwapped(construct);
      real = skipped ? new AssetCode(placeholder) : naming(construct, () => bundle.apply(Bundling, args));
      const config = real.bind(scope);
      code.asset = real.asset;
      return config;
    };
    return code;
  };
}

/** @template T @param {string} construct @param {() => T} bundle @returns {T} */
function naming(construct, bundle) {
  try {
    return bundle();
  } catch (error) {
    if (error instanceof Error) error.message = `bundling ${construct}: ${error.message}`;
    throw error;
  }
}

const kept = ["externalModules", "nodeModules", "define", "loader", "banner", "footer", "inject", "format", "target", "charset", "mainFields", "tsconfig", "minify", "bundleAwsSDK", "preCompilation", "esbuildArgs"];

/** Its commands, as they are made for Docker; the output's folder is put in later. @param {any} asked */
function hooksOf({ commandHooks, projectRoot }) {
  if (!commandHooks) return undefined;
  try {
    const [before, after] = ["beforeBundling", "afterBundling"].map((hook) => commandHooks[hook](path.resolve(projectRoot), "/asset-output"));
    return before.length + after.length > 0 ? { before, after } : undefined;
  } catch {
    return undefined; // the CDK tells it where it bundles
  }
}

/** @param {any} asked */
function nodeOptions(asked) {
  const options = Object.fromEntries(kept.filter((k) => asked[k] !== undefined).map((k) => [k, asked[k]]));
  if (options.tsconfig) options.tsconfig = path.resolve(options.tsconfig);
  const hooks = hooksOf(asked);
  if (hooks || options.inject || options.esbuildArgs) options.root = asked.projectRoot && path.resolve(asked.projectRoot);
  if (hooks) Object.assign(options, { hooks, environment: asked.environment });
  if (asked.runtime?.isVariable) options.bundleAwsSDK ??= true;
  return options;
}

/** A synthesis that is never deployed bundles nothing. @param {any} module of core/lib/stack.js */
function patchStack({ exports: { Stack } }) {
  const { get } = Object.getOwnPropertyDescriptor(Stack.prototype, "bundlingRequired") ?? {};
  if (!get) return;
  Object.defineProperty(Stack.prototype, "bundlingRequired", {
    configurable: true,
    get() {
      return process.env.LIVE_SYNTH !== "discover" && get.call(this);
    },
  });
}

/** @type {[RegExp, (module: any) => void][]} */
const patches = [
  [/[\\/](core|@aws-cdk[\\/]core)[\\/]lib[\\/]stack\.js$/, patchStack],
  [/[\\/]aws-lambda[\\/]lib[\\/]code\.js$/, patchCode],
  [/[\\/]aws-lambda-nodejs[\\/]lib[\\/]bundling\.js$/, patchNodeBundling],
  [/[\\/]aws-lambda-python(-alpha)?[\\/]lib[\\/]bundling\.js$/, patchPythonBundling],
  [/[\\/]aws-lambda-go(-alpha)?[\\/]lib[\\/]bundling\.js$/, patchToolBundling(goOptions)],
  [/[\\/]cargo-lambda-cdk[\\/]lib[\\/]bundling\.js$/, patchToolBundling(cargoOptions)],
  [/[\\/](aws-cdk-lib|@aws-cdk)[\\/]core[\\/]lib[\\/]fs[\\/]ignore\.js$/, patchIgnore],
];

const prototype = /** @type {any} */ (Module).prototype;
const compile = prototype._compile;
/** @this {any} @param {string} content @param {string} filename @param {any[]} rest */
prototype._compile = function (content, filename, ...rest) {
  noteModule(filename);
  if (!isInstalled(filename)) note({ type: "module", path: filename });
  const result = compile.call(this, content, filename, ...rest);
  if (isInstalled(filename)) for (const [file, patch] of patches) if (file.test(filename)) patch(this);
  return result;
};

if (isMainThread) {
  followModules();
  waitIfSpare();
}
