// `preCompilation: true` of a NodejsFunction: TypeScript is compiled by the app's own compiler, a file at a time as esbuild
// asks for it, since only that knows types where they are emitted (`emitDecoratorMetadata`).
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";

/** @param {string} entry @param {string} [tsconfig] @returns {import("esbuild").Plugin} */
export function precompiled(entry, tsconfig) {
  return {
    name: "live-precompiled",
    setup(build) {
      /** @type {{ ts: any, options: any } | { failure: string }} */
      let compiler;
      build.onStart(() => {
        compiler = compilerOf(entry, tsconfig);
        return "failure" in compiler ? { errors: [{ text: compiler.failure }] } : undefined;
      });
      build.onLoad({ filter: /\.tsx?$/, namespace: "file" }, async ({ path: file }) => {
        if ("failure" in compiler) return;
        const { ts, options } = compiler;
        const compiled = ts.transpileModule(await readFile(file, "utf8"), { compilerOptions: options, fileName: file });
        return { contents: compiled.outputText, loader: options.jsx === ts.JsxEmit.Preserve ? "jsx" : "js" };
      });
    },
  };
}

/** Read anew for each build: a save of tsconfig.json counts. @param {string} entry @param {string} [tsconfig] */
function compilerOf(entry, tsconfig) {
  let ts;
  try {
    ts = createRequire(entry)("typescript");
  } catch {
    return { failure: "preCompilation needs the package typescript, which is not installed here: npm install --save-dev typescript" };
  }
  const file = tsconfig ?? ts.findConfigFile(path.dirname(entry), existsSync);
  if (!file) return { failure: "preCompilation needs a tsconfig.json, and there is none in the folder of the handler or above" };
  const { config = {}, error } = ts.readConfigFile(file, ts.sys.readFile);
  if (error) return { failure: `${file}: ${ts.flattenDiagnosticMessageText(error.messageText, "\n")}` };
  const { options } = ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, path.dirname(file));
  // esbuild takes maps from within.
  const own = { inlineSourceMap: true, inlineSources: true, sourceMap: false, declaration: false };
  return { ts, options: { ...options, ...own, declarationMap: false, composite: false, incremental: false, noEmit: false, isolatedDeclarations: false, outDir: undefined } };
}
