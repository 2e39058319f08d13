// Runs inside the user's CDK app (node --require): notes where each function's source lies, and lets the
// functions that run locally skip their bundling. Works on aws-cdk-lib and on @aws-cdk/* 1.x, whoever loads them.
"use strict";
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const notes = process.env.LIVE_NOTES;
const discovering = process.env.LIVE_SYNTH === "discover";
const placeholder = path.join(__dirname, "swapped");
/** @type {Set<string>} Construct paths */
const swapped = new Set(process.env.LIVE_SWAPPED ? JSON.parse(fs.readFileSync(process.env.LIVE_SWAPPED, "utf8")) : []);

/** @param {import("./types").Note} it */
function note(it) {
  if (notes) fs.appendFileSync(notes, JSON.stringify(it) + "\n");
}

// What the app reads besides its modules: settings, templates. Not what it makes, nor what packages read of themselves.
const own = process.cwd() + path.sep;
/** @param {unknown} file */
function noteRead(file) {
  if (typeof file !== "string") return;
  const full = path.resolve(file);
  if (full.startsWith(own) && !/[\\/](node_modules|\.live|\.git|cdk\.out)[\\/]/.test(full)) note({ type: "file", path: full });
}
for (const [holder, name] of /** @type {[any, string][]} */ ([[fs, "readFileSync"], [fs, "readFile"], [fs.promises, "readFile"]])) {
  const read = holder[name];
  holder[name] = function (/** @type {any[]} */ ...args) {
    noteRead(args[0]);
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
      note({ type: "folder", construct, folder, bundled, swapped: swapped.has(construct) });
      if (swapped.has(construct)) {
        const standIn = new AssetCode(placeholder);
        standIns.set(this, standIn);
        return bind.call(standIn, scope);
      }
    }
    return bind.call(this, scope);
  };
  AssetCode.prototype.bindToResource = function (/** @type {any[]} */ ...args) {
    return bindToResource.apply(this.asset ? this : (standIns.get(this) ?? this), args);
  };
}

const deferred = Symbol("live.deferred");

/** @param {any} module of lib/bundling.js */
function patchBundling(module) {
  const { Bundling } = module.exports;
  const inside2x = /[\\/]aws-cdk-lib[\\/]/.test(module.filename);
  const bundle = Bundling.bundle;
  // Whose code it is becomes known when it is bound to its function; building it may need Docker.
  Bundling.bundle = function (/** @type {any[]} */ ...args) {
    const asked = args[args.length - 1]; // bundle(scope, options) in 2.x, bundle(options) in 1.x
    const { AssetCode } = module.require(inside2x ? "../../aws-lambda" : "@aws-cdk/aws-lambda");
    const code = new AssetCode(placeholder);
    /** @type {any} */
    let real = code;
    code[deferred] = (/** @type {any} */ scope) => {
      const construct = scope.node.path;
      const { entry, projectRoot } = asked;
      note({
        type: "bundle",
        construct,
        entry: path.resolve(entry),
        projectRoot: projectRoot && path.resolve(projectRoot),
        options: plain(asked),
        swapped: swapped.has(construct),
      });
      const skipped = discovering || swapped.has(construct);
      real = skipped ? new AssetCode(placeholder) : bundle.apply(Bundling, args);
      const config = real.bind(scope);
      code.asset = real.asset;
      return config;
    };
    return code;
  };
}

const kept = ["externalModules", "nodeModules", "define", "loader", "banner", "footer", "inject", "format", "target", "charset", "mainFields", "conditions", "tsconfig", "minify"];

/** @param {any} options */
function plain(options) {
  return Object.fromEntries(kept.filter((k) => options[k] !== undefined).map((k) => [k, options[k]]));
}

/** @type {[RegExp, (module: any) => void][]} */
const patches = [
  [/[\\/]aws-lambda[\\/]lib[\\/]code\.js$/, patchCode],
  [/[\\/]aws-lambda-nodejs[\\/]lib[\\/]bundling\.js$/, patchBundling],
];

const prototype = /** @type {any} */ (Module).prototype;
const compile = prototype._compile;
/** @this {any} @param {string} content @param {string} filename @param {any[]} rest */
prototype._compile = function (content, filename, ...rest) {
  const result = compile.call(this, content, filename, ...rest);
  if (!/[\\/]node_modules[\\/]/.test(filename)) note({ type: "file", path: filename });
  else for (const [file, patch] of patches) if (file.test(filename)) patch(this);
  return result;
};
