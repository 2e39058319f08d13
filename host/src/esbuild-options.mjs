// What a NodejsFunction's `bundling` says, in the terms of esbuild's API. How a bundle looks and where it lies is ours
// to say: sources, names and lines have to be found again.
import path from "node:path";
import { precompiled } from "./precompile.mjs";

/**
 * @typedef {import("./types.js").BundleRequest} BundleRequest
 * @typedef {import("./types.js").BundlingOptions} BundlingOptions
 * @typedef {import("esbuild").BuildOptions} BuildOptions
 */

/** @param {BundleRequest} request @param {{ folder: string, outfile: string }} place @returns {BuildOptions} */
export function esbuildOptions(request, { folder, outfile }) {
  const { options = {}, format = "cjs", external } = request;
  const { externalModules = options.bundleAwsSDK ? [] : ["@aws-sdk/*", "@smithy/*"] } = options;
  const told = {
    target: request.target ?? options.target ?? "node20",
    external: [...(external ?? externalModules), ...(options.nodeModules ?? [])],
    define: options.define,
    loader: /** @type {any} */ (options.loader),
    banner: options.banner ? { js: options.banner } : undefined,
    footer: options.footer ? { js: options.footer } : undefined,
    inject: options.inject?.map((file) => atRoot(options, file)),
    charset: options.charset,
    mainFields: options.mainFields,
    tsconfig: options.tsconfig,
  };
  return {
    ...withArguments(told, options),
    entryPoints: [request.entry],
    outfile,
    absWorkingDir: folder,
    bundle: true,
    platform: "node",
    format,
    sourcemap: "linked",
    sourcesContent: false,
    keepNames: true,
    metafile: true,
    write: false,
    logLevel: "silent",
    plugins: options.preCompilation ? [precompiled(request.entry, options.tsconfig)] : undefined,
  };
}

/** esbuild is run in the project's root when it is deployed. @param {BundlingOptions} options @param {string} file */
function atRoot({ root }, file) {
  return root && /^\.{0,2}\/|^[^@\w]/.test(file) ? path.resolve(root, file) : file;
}

/** How the value of a flag is read; others are a text, or true without one. @type {Record<string, (value: string) => any>} */
const values = {
  conditions: list,
  dropLabels: list,
  mainFields: list,
  nodePaths: list,
  resolveExtensions: list,
  target: list,
  mangleProps: (text) => new RegExp(text),
  reserveProps: (text) => new RegExp(text),
};
const repeated = new Set(["drop", "external", "inject", "pure"]);
const keyed = new Set(["alias", "banner", "define", "footer", "loader", "supported"]);
const single = new Set(["charset", "conditions", "dropLabels", "ignoreAnnotations", "jsx", "jsxDev", "jsxFactory", "jsxFragment",
  "jsxImportSource", "jsxSideEffects", "mainFields", "mangleProps", "mangleQuoted", "nodePaths", "packages", "preserveSymlinks",
  "reserveProps", "resolveExtensions", "target", "treeShaking", "tsconfig", "tsconfigRaw"]);

/** @param {string} text */
function list(text) {
  return text.split(",");
}

/** Its `esbuildArgs`, which come last and so win. @param {Record<string, any>} told @param {BundlingOptions} options */
function withArguments(told, options) {
  const all = { ...told };
  for (const [flag, given] of Object.entries(options.esbuildArgs ?? {})) {
    if (given === false) continue;
    const [, kebab = "", key, inFlag] = /^--([\w-]+)(?::([^=]*))?(?:=(.*))?$/.exec(flag) ?? [];
    const name = kebab.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
    const value = inFlag ?? (given === true ? "" : given);
    if (repeated.has(name)) all[name] = [...(all[name] ?? []), ...members(key ?? value).map((one) => (name === "inject" ? atRoot(options, one) : one))];
    else if (keyed.has(name)) all[name] = { ...all[name], ...pair(key ?? "", value, name, options) };
    else if (single.has(name)) all[name] = valueOf(name, value);
  }
  return all;
}

/** @param {string} text */
function members(text) {
  return text === "" ? [] : [text];
}

/** "--alias:a=b", and "--alias": "a=b" as the CDK takes it. @param {string} key @param {string} value @param {string} name @param {BundlingOptions} options */
function pair(key, value, name, options) {
  const at = value.indexOf("=");
  const [of, is] = key === "" && at > 0 ? [value.slice(0, at), value.slice(at + 1)] : [key, value];
  if (name === "alias") return { [of]: is.startsWith(".") ? atRoot(options, is) : is };
  return { [of]: name === "supported" ? is === "true" : is };
}

/** @param {string} name @param {string} value */
function valueOf(name, value) {
  if (values[name]) return values[name](value);
  return value === "" || value === "true" ? true : value === "false" ? false : name === "tsconfig" ? path.resolve(value) : value;
}
