// A process of its own that runs `export default function main(app)`, or the debug stack, and writes the assembly.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { debugStack } from "./debug-stack.mjs";
import { waitInside } from "./preload-spare.cjs";

/**
 * @typedef {{ what: "main" | "debug", from: string, bundle?: string, main?: string, stage: string, name: string,
 *   region: string, account?: string, debugOutdir?: string }} Work
 */

/** The CDK library that the user's own code would get. @param {string} from a file in the user's folder */
function library(from) {
  for (const base of [from, import.meta.url])
    for (const name of ["aws-cdk-lib", "@aws-cdk/core"]) {
      const require = createRequire(base);
      try {
        require.resolve(name);
      } catch {
        continue;
      }
      return { cdk: require(name), old: name === "@aws-cdk/core" };
    }
  throw new Error("neither aws-cdk-lib nor @aws-cdk/core is installed here; run: npm install aws-cdk-lib constructs");
}

/** Stacks without a name of their own are $stage-$app-$id. @param {any} cdk @param {string} prefix */
function nameStacks(cdk, prefix) {
  const { Stack, NestedStack } = cdk;
  const own = Stack.prototype.generateStackName;
  if (typeof own !== "function") throw new Error("this version of the CDK names its stacks in a way we do not know");
  Stack.prototype.generateStackName = function () {
    const name = own.call(this);
    if (NestedStack && this instanceof NestedStack) return name;
    const full = `${prefix}-${name}`;
    if (full.length <= 128) return full;
    return `${full.slice(0, 119)}-${createHash("sha256").update(full).digest("hex").slice(0, 8)}`;
  };
}

/** @param {Work} work */
async function run(work) {
  const { cdk, old } = library(work.from);
  const { stage, name, region, account } = work;
  if (work.what === "main") nameStacks(cdk, `${stage}-${name}`);
  // 1.x writes assets in the form that the toolkit publishes only when asked to.
  const context = old ? { "@aws-cdk/core:newStyleStackSynthesis": true } : {};
  /** @param {string} [outdir] */
  const newApp = (outdir) => Object.assign(new cdk.App({ context, outdir }), { stage, name, region, account });
  const app = newApp();
  const loaded = work.bundle ? await import(pathToFileURL(work.bundle).href) : {};
  const main = [loaded.default?.default, loaded.default].find((each) => typeof each === "function");
  const hook = loaded.debugStack ?? loaded.default?.debugStack;
  if (work.what === "debug") {
    await debugStack(cdk, app, { stage, name, region, account }, hook);
  } else {
    if (!main) throw new Error(`${work.main}: has no default export; write: export default function main(app) { … }`);
    await main(app);
  }
  app.synth();
  if (!work.debugOutdir || !hook) return;
  const beside = newApp(work.debugOutdir);
  await debugStack(cdk, beside, { stage, name, region, account }, hook);
  beside.synth();
}

await waitInside();
/** @type {Work} */
const work = JSON.parse(process.env.LIVE_APP ?? "{}");
process.setSourceMapsEnabled(true);
try {
  await run(work);
} catch (error) {
  const e = error instanceof Error ? error : new Error(String(error));
  if (process.env.LIVE_FAILURE)
    writeFileSync(process.env.LIVE_FAILURE, JSON.stringify({ message: e.message, name: e.name, stack: e.stack }));
  console.error(e.stack);
  process.exitCode = 1;
}
