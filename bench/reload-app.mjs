// The functions that bench/reload edits, and those whose first start it measures.
import { existsSync, symlinkSync } from "node:fs";
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

const withSdk = {
  "sdk/package.json": "{}",
  "sdk/version.ts": versioned(0),
  "sdk/handler.ts": `import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SQSClient } from "@aws-sdk/client-sqs";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { version } from "./version";

const clients = [DynamoDBDocumentClient.from(new DynamoDBClient({})), new S3Client({}), new SQSClient({})];
export const handler = async ({ id }: { id: string }) => ({ id, version, clients: clients.length });
`,
};

const inPython = {
  "python/version.py": "version = 0\n",
  "python/handler.py": `from version import version

def handler(event, context):
    return {"id": event["id"], "version": version}
`,
};
const hasPython = existsSync(path.join(root, "runtimes/python"));

/** What is edited: a function, and what is written where. */
export const edited = {
  ts: { id: "Ten", file: "ten/version.ts", text: versioned },
  ts_sdk: { id: "Sdk", file: "sdk/version.ts", text: versioned },
  ...(hasPython ? { python: { id: "Python", file: "python/version.py", text: (version) => `version = ${version}\n` } } : {}),
};

/** Figures that are null, and why. */
export const absent = hasPython ? {} : { python_p50_ms: "this live runs no function in Python" };

/** @param {string} live the executable @param {number} starts of how many functions the first worker is measured */
export function makeLab(live, starts) {
  const functions = {
    Ten: { entry: "ten/handler.ts", timeout: 60 },
    Sdk: { entry: "sdk/handler.ts", timeout: 60, bundling: { externalModules: [] }, memory: 512 },
  };
  if (hasPython) functions.Python = { code: "python", handler: "handler.handler", runtime: "python3.13", timeout: 60 };
  for (let n = 0; n < starts; ++n) {
    functions[`First${n}`] = { code: "plain", handler: "index.handler" };
    // What Node reads only at its start: no process that waits can become this function.
    functions[`Fresh${n}`] = { code: "plain", handler: "index.handler", environment: { NODE_OPTIONS: "--no-deprecation" } };
  }
  const plain = { "plain/index.js": "exports.handler = async ({ id }) => ({ id });\n" };
  const lab = new Lab(functions, { ...tenModules(), ...withSdk, ...inPython, ...plain }, { stage: "bench", live });
  symlinkSync(path.join(root, "runtimes/node/node_modules"), path.join(lab.app, "sdk/node_modules"));
  return lab;
}
