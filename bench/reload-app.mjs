// The functions that bench/reload edits, and those whose first start it measures.
import { spawnSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import path from "node:path";
import { Lab } from "../tests/support/lab.mjs";
import { root } from "../tests/support/live.mjs";

const versioned = (version) => `export const version: number = ${version};\n`;
const part = (name, factor) => `export interface Part { name: string; weight: number }
export function ${name}(weight: number): Part {
  return { name: "${name}", weight: weight * ${factor} };
}
`;

/** Ten modules: the handler, eight that it imports, and the one that is edited. */
function tenModules() {
  const names = Array.from({ length: 8 }, (_, n) => `part${n}`);
  return {
    ...Object.fromEntries(names.map((name, n) => [`ten/${name}.ts`, part(name, n + 1)])),
    "ten/version.ts": versioned(0),
    "ten/handler.ts": `import { version } from "./version";
${names.map((name) => `import { ${name} } from "./${name}";`).join("\n")}

export const handler = async ({ id }: { id: string }) => ({ id, version, parts: [${names.map((name) => `${name}(2)`).join(", ")}].length });
`,
  };
}

const withSdk = (folder) => ({
  [`${folder}/package.json`]: "{}",
  [`${folder}/version.ts`]: versioned(0),
  [`${folder}/handler.ts`]: `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { version } from "./version";

const clients = [DynamoDBDocumentClient.from(new DynamoDBClient({})), new S3Client({}), new SQSClient({})];
export const handler = async ({ id }: { id: string }) => ({ id, version, clients: clients.length });
`,
});

const inJavaScript = {
  "js/version.js": "exports.version = 0;\n",
  "js/index.js": `const { version } = require("./version");
exports.handler = async ({ id }) => ({ id, version });
`,
};

const inPython = {
  "python/version.py": "version = 0\n",
  "python/handler.py": `from version import version

def handler(event, context):
    return {"id": event["id"], "version": version}
`,
};

const inRuby = {
  "ruby/version.rb": "VERSION = 0\n",
  "ruby/handler.rb": `require_relative "version"

def handler(event:, context:)
  { id: event["id"], version: VERSION }
end
`,
};

const isThere = (program) => spawnSync(program, ["--version"]).status === 0;
const hasRuby = isThere("ruby");
const hasPython = isThere("python3");

/** What is edited: a function, and what is written where. */
export const edited = {
  ts: { id: "Ten", file: "ten/version.ts", text: versioned },
  ts_sdk: { id: "Sdk", file: "sdk/version.ts", text: versioned },
  ts_sdk_external: { id: "SdkExternal", file: "external/version.ts", text: versioned },
  js: { id: "Js", file: "js/version.js", text: (version) => `exports.version = ${version};\n` },
  ...(hasPython && { python: { id: "Python", file: "python/version.py", text: (version) => `version = ${version}\n` } }),
  ...(hasRuby && { ruby: { id: "Ruby", file: "ruby/version.rb", text: (version) => `VERSION = ${version}\n` } }),
};

/** Figures that are null, and why. */
export const absent = {
  ...(!hasPython && { python_p50_ms: "there is no python3 on this machine" }),
  ...(!hasRuby && { ruby_p50_ms: "there is no ruby on this machine" }),
};

/** @param {string} live the executable @param {number} starts of how many functions the first worker is measured */
export function makeLab(live, starts) {
  const functions = {
    Ten: { entry: "ten/handler.ts", timeout: 60 },
    Sdk: { entry: "sdk/handler.ts", timeout: 60, bundling: { externalModules: [] }, memory: 512 },
  };
  functions.SdkExternal = { entry: "external/handler.ts", timeout: 60, memory: 512 };
  functions.Js = { code: "js", handler: "index.handler", timeout: 60 };
  if (hasPython) functions.Python = { code: "python", handler: "handler.handler", runtime: "python3.13", timeout: 60 };
  if (hasRuby) functions.Ruby = { code: "ruby", handler: "handler.handler", runtime: "ruby3.3", timeout: 60 };
  for (let n = 0; n < starts; ++n) {
    functions[`First${n}`] = { code: "plain", handler: "index.handler" };
    // What Node reads only at its start: no process that waits can become this function.
    functions[`Fresh${n}`] = { code: "plain", handler: "index.handler", environment: { NODE_OPTIONS: "--no-deprecation" } };
  }
  const plain = { "plain/index.js": "exports.handler = async ({ id }) => ({ id });\n" };
  const sources = { ...tenModules(), ...withSdk("sdk"), ...withSdk("external"), ...inJavaScript, ...inPython, ...inRuby, ...plain };
  const lab = new Lab(functions, sources, { stage: "bench", live, isNew: true });
  for (const folder of ["sdk", "external"]) symlinkSync(path.join(root, "runtimes/node/node_modules"), path.join(lab.app, folder, "node_modules"));
  return lab;
}
