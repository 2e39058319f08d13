// lib/index.{js,ts} is written in ESM syntax, whatever its package.json says: esbuild makes one module of the
// user's own files; packages stay where they are installed.
import * as esbuild from "esbuild";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { message, wouldMend } from "./bundle.mjs";
import { HostError } from "./protocol.mjs";

/** Each file keeps its own __dirname and import.meta.url. @param {Set<string>} read gets the files @returns {esbuild.Plugin} */
const ownPlace = (read) => ({
  name: "own-place",
  setup(build) {
    build.onLoad({ filter: /\.(m|c)?(j|t)sx?$/, namespace: "file" }, async ({ path: file }) => {
      read.add(file);
      const text = await readFile(file, "utf8");
      const place = [
        `__live_dirname=${JSON.stringify(path.dirname(file))}`,
        `__live_filename=${JSON.stringify(file)}`,
        `__live_url=${JSON.stringify(pathToFileURL(file).href)}`,
      ].join(",");
      const contents = /\b(__dirname|__filename|import\.meta)\b/.test(text) ? `var ${place};${text}` : text;
      const extension = path.extname(file).slice(1).replace(/^[mc]/, "");
      return { contents, loader: /** @type {esbuild.Loader} */ (extension) };
    });
  },
});

const cdk = "cdk"; // the namespace of what is no file

/** Of the same names, each looked up when it is used; without the mark that would take its default export away. @param {string} library */
const partsOf = (library) => `
const all = require(${JSON.stringify(library)});
for (const name of Object.keys(all)) Object.defineProperty(exports, name, { enumerable: true, get: () => all[name] });`;

/**
 * The CDK's library loads each part of itself when that is asked for; as the ES module that Node makes of it, it is asked
 * for all of them.
 * @returns {esbuild.Plugin}
 */
const partsOfTheCdk = () => ({
  name: "parts-of-the-cdk",
  setup(build) {
    build.onResolve({ filter: /^aws-cdk-lib(\/[\w-]+)*$/ }, ({ path, kind }) => (kind === "import-statement" ? { path, namespace: cdk } : undefined));
    build.onResolve({ filter: /^/, namespace: cdk }, ({ path }) => ({ path, external: true }));
    build.onLoad({ filter: /^/, namespace: cdk }, ({ path }) => ({ contents: partsOf(path) }));
  },
});

/**
 * @param {string} folder the app's
 * @param {string} main
 * @param {string} outfile must lie inside the app's folder, so that packages resolve from there
 */
export async function bundleMain(folder, main, outfile) {
  const require = `import{createRequire as __live_require}from"node:module";const require=__live_require(${JSON.stringify(main)});`;
  /** @type {Set<string>} */
  const read = new Set();
  /** @type {any} */
  const result = await esbuild
    .build({
      entryPoints: [main],
      outfile,
      absWorkingDir: folder,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      packages: "external",
      sourcemap: "inline",
      sourcesContent: false,
      keepNames: true,
      metafile: true,
      logLevel: "silent",
      banner: { js: require },
      define: {
        __dirname: "__live_dirname",
        __filename: "__live_filename",
        "import.meta.url": "__live_url",
        "import.meta.dirname": "__live_dirname",
        "import.meta.filename": "__live_filename",
      },
      plugins: [ownPlace(read), partsOfTheCdk()],
    })
    .catch((failure) => failure);
  if (result instanceof Error) throw explain(result, folder, read);
  const inputs = Object.keys(result.metafile.inputs).filter((input) => !input.startsWith(`${cdk}:`));
  return inputs.map((file) => path.resolve(folder, file));
}

/** @param {any} failure @param {string} folder @param {Set<string>} read */
function explain(failure, folder, read) {
  const first = failure.errors?.[0];
  if (!first) return failure;
  const at = first.location;
  const file = at && path.resolve(folder, at.file);
  const place = at ? `${at.file}:${at.line}:${at.column + 1}: ` : "";
  const missing = failure.errors.flatMap((/** @type {esbuild.Message} */ e) => wouldMend(message(e, folder)));
  return new HostError(place + first.text, {
    code: "AppSyntax",
    file,
    line: at?.line,
    column: at?.column,
    detail: failure.errors.map((/** @type {esbuild.Message} */ e) => ({ text: e.text, ...e.location })),
    inputs: [...read, ...missing],
  });
}
