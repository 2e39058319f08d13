// Synthesis of both forms of app, for discovery or for deployment, and of the debug stack.
import { CdkAppMultiContext } from "@aws-cdk/toolkit-lib";
import { existsSync, rmSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { nodeOptions, readNotes, runApp } from "./app-process.mjs";
import { readJson } from "./bundle.mjs";
import { functionsOf, stacksOf } from "./functions.mjs";
import { handlersOf, inputsOf } from "./inputs.mjs";
import { bundleMain } from "./main-bundle.mjs";
import { HostError } from "./protocol.mjs";
import { toolkitFor } from "./toolkit-host.mjs";

/**
 * @typedef {import("./types.js").SynthRequest} SynthRequest
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {import("./credentials.mjs").Identity} Identity
 */

const runner = fileURLToPath(new URL("./main-app.mjs", import.meta.url));

/** @param {SynthRequest & Identity} request @param {Call} call */
export async function synth(request, call) {
  const began = performance.now();
  return inScratch(request.folder, async (scratch) => {
    const noted = path.join(scratch, "notes.jsonl");
    await writeFile(noted, "");
    const app = await commandFor(request, scratch);
    const env = {
      ...app.env,
      LIVE_NOTES: noted,
      LIVE_SYNTH: request.mode,
      LIVE_SWAPPED: await swappedFile(request, scratch),
      NODE_OPTIONS: nodeOptions(process.env.NODE_OPTIONS ?? request.environment?.NODE_OPTIONS),
    };
    const seen = async () => inputsOf(request, app, await readNotes(noted));
    /** @type {"soon" | "perhaps"} */
    const next = request.again ? "soon" : "perhaps";
    const run = { build: app.build, command: app.command, env, scratch, notes: noted, validate: request.validate, validated: false, next, took: 0 };
    const assembly = await produce(request, run, call).catch(async (error) => {
      const { inputs, sources } = await seen();
      throw Object.assign(error, { inputs: [...inputs, ...(error.inputs ?? [])], sources });
    });
    const functions = await functionsOf(assembly, await readNotes(noted), request);
    const { inputs, sources } = await seen();
    return {
      assembly: request.outdir,
      stacks: stacksOf(assembly),
      functions,
      inputs,
      sources: sources && { ...sources, except: handlersOf(request, functions) },
      debugStack: await debugStackIn(app.debugOutdir),
      validated: run.validated,
      app_ms: run.took,
      elapsed_ms: Math.round(performance.now() - began),
    };
  });
}

/** @param {Omit<SynthRequest, "mode"> & Identity} request @param {Call} call */
export async function synthDebugStack(request, call) {
  return inScratch(request.folder, async (scratch) => {
    const { bundle } = request.form === "main" ? await bundled(request, scratch) : { bundle: undefined };
    const from = path.resolve(request.folder, request.main ?? "package.json");
    const env = { LIVE_APP: JSON.stringify({ ...common(request), what: "debug", from, bundle, main: request.main }) };
    const run = { command: node(runner), env, scratch, notes: path.join(scratch, "notes.jsonl"), validate: false, validated: false, took: 0 };
    return produce({ ...request, mode: "deploy" }, run, call);
  });
}

/** @type {Set<string>} What goes when we are ended in the middle */
const scratches = new Set();
process.on("exit", () => scratches.forEach((one) => rmSync(one, { recursive: true, force: true })));

/** @template T @param {string} folder the app's @param {(scratch: string) => Promise<T>} work */
async function inScratch(folder, work) {
  const scratch = await mkdtemp(path.join(tmpdir(), "live-synth-"));
  const made = [scratch, bundleOf(folder, scratch)];
  made.forEach((one) => scratches.add(one));
  try {
    return await work(scratch);
  } finally {
    await Promise.all(made.map((one) => rm(one, { recursive: true, force: true })));
    made.forEach((one) => scratches.delete(one));
  }
}

/** Inside the app's folder, so that packages resolve; its own for each run. @param {string} folder @param {string} scratch */
function bundleOf(folder, scratch) {
  return path.join(folder, ".live", "app", `${path.basename(scratch)}.mjs`);
}

/** @param {SynthRequest} request @param {string} scratch */
async function commandFor(request, scratch) {
  if (request.form === "main") {
    const { bundle, inputs } = await bundled(request, scratch);
    const debugOutdir = path.join(scratch, "debug-stack");
    const from = path.resolve(request.folder, request.main ?? "");
    const work = { ...common(request), what: "main", from, bundle, main: request.main, debugOutdir };
    return { command: node(runner), env: { LIVE_APP: JSON.stringify(work) }, inputs, bundle, debugOutdir };
  }
  const manifest = path.join(request.folder, "cdk.json");
  const settings = existsSync(manifest) ? await readJson(manifest) : {};
  const command = request.command ?? settings.app;
  if (!command) throw new HostError(`${manifest}: has no "app"; write the command that runs the CDK app`, { code: "NoApp" });
  const { stage, name } = common(request);
  const env = { LIVE_STAGE: stage, LIVE_APP_NAME: name };
  const run = executable(command, request.folder);
  const inputs = existsSync(manifest) ? [manifest] : [];
  return { build: settings.build, command: run, env, inputs, bundle: "" };
}

/** @param {Omit<SynthRequest, "mode">} request */
function common({ stage, app, region, account }) {
  return { stage, name: app, region, account };
}

/** @param {Omit<SynthRequest, "mode">} request @param {string} scratch */
async function bundled({ folder, main }, scratch) {
  if (!main) throw new HostError(`${folder}: no lib/index.js and no cdk.json`, { code: "NoApp" });
  const file = path.resolve(folder, main);
  if (!existsSync(file)) throw new HostError(`${file} is not there`, { code: "NoApp" });
  const bundle = bundleOf(folder, scratch);
  return { bundle, inputs: await bundleMain(folder, file, bundle) };
}

/** @param {string} script */
const node = (script) => `"${process.execPath}" "${script}"`;

/** A bare JavaScript file is run by node, as the CDK does. @param {string} command @param {string} folder */
function executable(command, folder) {
  const file = path.resolve(folder, command);
  return /^\S+\.(m|c)?js$/.test(command) && existsSync(file) ? node(file) : command;
}

/** @param {SynthRequest} request @param {string} scratch */
async function swappedFile({ swapped = [] }, scratch) {
  const file = path.join(scratch, "swapped.json");
  await writeFile(file, JSON.stringify(swapped));
  return file;
}

/**
 * @param {SynthRequest & Identity} request
 * @param {{ build?: string, command: string, env: Record<string, string | undefined>, scratch: string, notes: string, validate?: boolean, validated: boolean, next?: "soon" | "perhaps", took: number }} app
 * @param {Call} call
 */
async function produce(request, app, call) {
  const { build, command, env, scratch, notes, validate = true, next } = app;
  const { folder, outdir, region, account, mode, context } = request;
  const discover = mode === "discover";
  const failure = path.join(scratch, "failure.json");
  await mkdir(outdir, { recursive: true });
  const toolkit = toolkitFor(request, call);
  const source = await toolkit.fromAssemblyBuilder(
    async (asked) => {
      /** @type {Record<string, string | undefined>} */
      const surroundings = {
        ...request.environment,
        ...process.env,
        ...asked.env,
        CDK_DEFAULT_REGION: region,
        CDK_DEFAULT_ACCOUNT: account,
        ...(request.local === false ? {} : { IS_LOCAL: "true" }),
        LIVE_FAILURE: failure,
        ...env,
      };
      app.validated = surroundings.CDK_VALIDATION !== "false"; // as the library of constructs reads it
      const began = performance.now();
      await runApp({ build, command, folder, env: surroundings, failure, notes, next }, call);
      app.took = Math.round(performance.now() - began);
      return /** @type {any} */ ({ directory: asked.outdir });
    },
    {
      outdir,
      clobberEnv: false,
      resolveDefaultEnvironment: false,
      disposeOutdir: false,
      contextStore: new CdkAppMultiContext(folder, context),
      synthOptions: {
        pathMetadata: true,
        assetMetadata: true,
        versionReporting: false,
        assetStaging: !discover,
        // The validator takes over a second: not in a watch loop, nor on a template of our own.
        validation: validate && !discover,
      },
    },
  );
  try {
    const made = await source.produce();
    try {
      return made.cloudAssembly;
    } finally {
      await made.dispose();
    }
  } catch (error) {
    throw cause(error);
  }
}

/** Ours, from inside the toolkit's. @param {any} error */
function cause(error) {
  for (let e = error; e; e = e.cause) if (e instanceof HostError) return e;
  const inner = error?.cause?.message;
  return new HostError(inner ? `${error.message}: ${inner}` : String(error?.message ?? error), { code: "SynthFailed", stack: error?.stack });
}

/** What the app's own hook made of it, in the same run: to be compared with what is deployed. @param {string | undefined} outdir */
async function debugStackIn(outdir) {
  if (!outdir || !existsSync(outdir)) return undefined;
  const { artifacts } = await readJson(path.join(outdir, "manifest.json"));
  const [{ properties }] = Object.values(artifacts).filter((one) => one.type === "aws:cloudformation:stack");
  return { template: await readFile(path.join(outdir, properties.templateFile), "utf8"), tags: properties.tags ?? {} };
}
