// Paths, names and kinds of modules that Lambda takes, and options of bundles: each answers the same live and deployed.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const mark = "\uFEFF";
const python = { runtime: "python3.12", code: "python code" };
/** By function: what it is, what it answers, and the files that it needs. */
const cases = {
  Spaces: [{ code: "my code", handler: "über.handler" }, "spaces", { "my code/über.js": "exports.handler = async () => 'spaces';" }],
  NestedExport: [{ handler: "deep/er.api.get" }, "nested", { "src/deep/er.js": "exports.api = { get: async () => 'nested' };" }],
  DotSlash: [{ handler: "./dot.handler" }, "dot", { "src/dot.js": "exports.handler = async () => 'dot';" }],
  Folder: [{ handler: "folder.handler" }, "index", { "src/folder/index.js": "exports.handler = async () => 'index';" }],
  Cjs: [{ handler: "plain.handler" }, "cjs", { "src/plain.cjs": "exports.handler = async () => 'cjs';" }],
  TypeModule: [{ code: "module", handler: "index.handler" }, [{ n: 1 }, "index.js"], {
    "module/package.json": `{ "type": "module" }`, "module/data.json": `{ "n": 1 }`,
    "module/index.js": "import data from './data.json' with { type: 'json' };\nexport const handler = async () => [data, import.meta.url.split('/').pop()];",
  }],
  TopLevelRejects: [{ handler: "rejects.handler" }, { errorType: "RangeError", errorMessage: "top" }, { "src/rejects.mjs": "await Promise.reject(new RangeError('top'));" }],
  ByteOrderMark: [{ handler: "marked.handler" }, "marked", { "src/marked.mjs": `${mark}export const handler = async () => 'marked';\r\n` }],
  Linked: [{ code: "linked", handler: "index.handler" }, "by a link", { "real/index.js": "exports.handler = async () => 'by a link';" }],
  Workspace: [{ code: "workspace/api", handler: "index.handler" }, "shared", {
    "workspace/api/index.js": "exports.handler = async () => require('@me/shared');", "workspace/shared/index.js": "module.exports = 'shared';",
  }],
  PythonSpaces: [{ ...python, handler: "möd.handler" }, "python", { "python code/möd.py": `${mark}def handler(event, context):\r\n    return "python"\r\n` }],
  PythonPackage: [{ ...python, handler: "package/module.handler" }, "package.module", { "python code/package/module.py": "def handler(event, context): return __name__\n" }],
  Mts: [{ entry: "bundled/module.mts" }, "mts", { "bundled/module.mts": "export const handler = async (): Promise<string> => 'mts';" }],
  Tsx: [{ entry: "bundled/ui ä.tsx" }, "b", { "bundled/ui ä.tsx": "const React = { createElement: (name: string) => name };\nexport const handler = async () => <b />;" }],
  TsconfigPaths: [{ entry: "bundled/paths.ts" }, "by its path", {
    "bundled/tsconfig.json": `{ "compilerOptions": { "paths": { "@words/*": ["./words/*"] }} }`,
    "bundled/words/one.ts": "export const word = 'by its path';", "bundled/paths.ts": "import { word } from '@words/one';\nexport const handler = async () => word;",
  }],
  Esm: [{ entry: "bundled/esm.ts", bundling: { format: "esm" } }, [1, "index.mjs"], { "bundled/esm.ts": "const one = await Promise.resolve(1);\nexport const handler = async () => [one, import.meta.url.split('/').pop()];" }],
  Files: [{ entry: "bundled/files.ts", bundling: { loader: { ".graphql": "text", ".bin": "file" } } }, ["{ one }", "bytes"], {
    "bundled/one.graphql": "{ one }", "bundled/some.bin": "bytes",
    "bundled/files.ts": "import { readFileSync } from 'node:fs';\nimport text from './one.graphql';\nimport file from './some.bin';\nexport const handler = async () => [text, readFileSync(__dirname + '/' + file, 'utf8')];",
  }],
  Arguments: [{ entry: "bundled/arguments.ts", bundling: { define: { WORD: `"defined"` }, inject: ["./bundled/injected.js"], esbuildArgs: { "--define:OTHER": `"argument"`, "--alias:word": "./bundled/words/one.ts" } } },
    ["defined", "argument", "injected", "by its path"], {
      "bundled/injected.js": "globalThis.injected = 'injected';",
      "bundled/arguments.ts": "import { word } from 'word';\nexport const handler = async () => [WORD, OTHER, (globalThis as any).injected, word];",
    }],
  Decorated: [{ entry: "decorated/index.ts", bundling: { preCompilation: true } }, ["String"], {
    "decorated/tsconfig.json": `{ "compilerOptions": { "experimentalDecorators": true, "emitDecoratorMetadata": true, "target": "ES2022", "module": "commonjs" } }`,
    "decorated/index.ts": `(Reflect as any).metadata = (key: string, value: any) => (target: any) => { if (key === "design:paramtypes") target.types = value.map((one: any) => one.name); };
const injected = (target: any) => target;
@injected class Api { constructor(readonly name: string) {} }
export const handler = async () => (Api as any).types;`,
  }],
};

const lab = new Lab(Object.fromEntries(Object.entries(cases).map(([id, [one]]) => [id, { timeout: 30, ...one }])), Object.assign({}, ...Object.values(cases).map(([, , files]) => files)));
symlinkSync("real", path.join(lab.app, "linked"));
mkdirSync(path.join(lab.app, "workspace/api/node_modules/@me"), { recursive: true });
symlinkSync("../../../shared", path.join(lab.app, "workspace/api/node_modules/@me/shared"));
after(() => lab.dispose());

async function answerAll(where) {
  for (const [id, [, expected]] of Object.entries(cases)) {
    const { body, error, text } = await lab.invoke(id);
    const seen = error ? { errorType: body?.errorType, errorMessage: body?.errorMessage } : body;
    assert.deepEqual(seen, expected, `${id}, ${where}: ${text}`);
  }
}

test("live", { timeout: 300_000 }, async () => {
  const session = await lab.go();
  await answerAll("live");
  await session.stop();
});

test("deployed", { timeout: 300_000 }, async () => {
  await lab.do("deploy");
  await answerAll("deployed");
});
