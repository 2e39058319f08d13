// The stacks and the Lambda functions of an assembly, each function with where its source lies.
import { existsSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { layersOf } from "./layers.mjs";
import { HostError } from "./protocol.mjs";

/**
 * @typedef {import("./types.js").Note} Note
 * @typedef {import("./types.js").AppFunction} AppFunction
 * @typedef {import("@aws-cdk/cloud-assembly-api").CloudAssembly} CloudAssembly
 * @typedef {import("@aws-cdk/cloud-assembly-api").CloudFormationStackArtifact} Stack
 * @typedef {Exclude<Note, { type: "file" }>} SourceNote
 */

/** @param {CloudAssembly} assembly */
export function stacksOf(assembly) {
  refuseUnanswered(assembly);
  return assembly.stacksRecursively.map((stack) => ({
    id: stack.id,
    name: stack.stackName,
    hierarchicalId: stack.hierarchicalId,
    displayName: stack.displayName,
    dependencies: stack.dependencies.filter(isStack).map((d) => /** @type {Stack} */ (d).stackName),
    templateFile: stack.templateFullPath,
    assembly: stack.assembly.directory,
    environment: { account: stack.environment.account, region: stack.environment.region },
    tags: stack.tags,
    terminationProtection: stack.terminationProtection ?? false,
    nested: nestedOf(stack.template, stack.assembly.directory).map(({ logicalId, file }) => ({ logicalId, templateFile: file })),
  }));
}

/** What the app asked the account for in vain is a dummy in its templates. @param {CloudAssembly} assembly */
function refuseUnanswered(assembly) {
  const missing = (assembly.manifest.missing ?? []).map(({ key }) => key);
  if (missing.length === 0) return;
  const reasons = assembly.stacksRecursively.flatMap((stack) => stack.messages.filter(({ level }) => level === "error").map(({ id, entry }) => `${id}: ${entry.data}`));
  const advice = "what an account cannot say may stand in cdk.context.json";
  throw new HostError(`the app looks up what was not found: ${reasons.join("; ") || missing.join(", ")} (${advice})`, { code: "SynthFailed" });
}

/** @param {unknown} artifact */
export function isStack(artifact) {
  return typeof (/** @type {any} */ (artifact).stackName) === "string";
}

/** Nested stacks' templates are files beside the parent's. @param {any} template @param {string} folder */
function nestedOf(template, folder) {
  return Object.entries(template.Resources ?? {}).flatMap(([logicalId, resource]) => {
    const file = resource.Type === "AWS::CloudFormation::Stack" && resource.Metadata?.["aws:asset:path"];
    if (typeof file !== "string") return [];
    return [{ logicalId, file: path.resolve(folder, file) }];
  });
}

/** @param {CloudAssembly} assembly @param {Note[]} notes @param {import("./layers.mjs").Home} home */
export async function functionsOf(assembly, notes, home = {}) {
  /** @type {Map<string, SourceNote>} */
  const sources = new Map();
  // What is bundled binds a folder too: the entry says more.
  for (const note of notes)
    if (note.type === "bundle" || (note.type === "folder" && !sources.has(note.construct)))
      sources.set(note.construct, note);
  /** @type {AppFunction[]} */
  const found = [];
  /** @param {Stack} stack @param {any} template @param {string} nestedIn */
  async function walk(stack, template, nestedIn) {
    for (const [logicalId, resource] of Object.entries(template.Resources ?? {}))
      if (resource.Type === "AWS::Lambda::Function")
        found.push({
          ...describe(stack, nestedIn, logicalId, resource, sources),
          layers: layersOf(resource.Properties ?? {}, { stacks: assembly.stacksRecursively, stack, template, notes, home }),
        });
    for (const { file, logicalId } of nestedOf(template, stack.assembly.directory))
      if (existsSync(file))
        await walk(stack, JSON.parse(await readFile(file, "utf8")), nestedIn ? `${nestedIn}/${logicalId}` : logicalId);
  }
  for (const stack of assembly.stacksRecursively) await walk(stack, stack.template, "");
  return found;
}

/**
 * @param {Stack} stack @param {string} nestedIn @param {string} logicalId @param {any} resource
 * @param {Map<string, SourceNote>} sources
 * @returns {Omit<AppFunction, "layers">}
 */
function describe(stack, nestedIn, logicalId, resource, sources) {
  const properties = resource.Properties ?? {};
  const constructPath = String(resource.Metadata?.["aws:cdk:path"] ?? "").replace(/\/Resource$/, "");
  return {
    constructPath,
    stack: stack.stackName,
    nestedIn,
    logicalId,
    functionName: properties.FunctionName,
    runtime: text(properties.Runtime),
    handler: text(properties.Handler),
    memory: Number(properties.MemorySize ?? 128),
    timeout: Number(properties.Timeout ?? 3),
    architecture: text(properties.Architectures?.[0]) ?? "x86_64",
    packageType: properties.PackageType === "Image" ? "Image" : "Zip",
    ...source(stack, resource, constructPath, sources.get(constructPath)),
  };
}

/**
 * @param {Stack} stack @param {any} resource @param {string} construct @param {SourceNote | undefined} note
 * @returns {Pick<AppFunction, "kind" | "entry" | "folder" | "code" | "options" | "skip">}
 */
function source(stack, resource, construct, note) {
  const { Code = {}, PackageType } = resource.Properties ?? {};
  if (PackageType === "Image" || Code.ImageUri) return { kind: "image", skip: "it is a container image" };
  const assetPath = text(resource.Metadata?.["aws:asset:path"]);
  const folder = note?.type === "folder" ? note.folder : assetPath && path.resolve(stack.assembly.directory, assetPath);
  if (folder && cdkOwn(folder, construct)) return { kind: "folder", folder, skip: "it belongs to the CDK" };
  if (note?.type === "bundle") return { kind: "bundle", entry: note.entry, options: note.options };
  if (typeof Code.ZipFile === "string")
    return cdkOwn("", construct)
      ? { kind: "inline", skip: "it belongs to the CDK" }
      : { kind: "inline", code: Code.ZipFile };
  if (!folder) return { kind: "unknown", skip: "its code is not an asset of this app" };
  if (existsSync(folder) && !statSync(folder).isDirectory()) return { kind: "archive", folder };
  const staged = folder.startsWith(stack.assembly.directory + path.sep);
  if (staged && !note) return { kind: "unknown", folder, skip: "where its source lies was not reported: name it in live.json, live.functions" };
  return { kind: "folder", folder, options: note?.type === "folder" ? note.options : undefined };
}

/** Custom resources' handlers and the like. @param {string} folder @param {string} construct */
function cdkOwn(folder, construct) {
  return (
    /[\\/]node_modules[\\/](aws-cdk-lib|@aws-cdk|@aws-cdk-[^\\/]+)[\\/]/.test(folder) ||
    /(^|\/)(Custom::[^/]*|AWS679f53fac002430cb0da5b7982bd2287|LogRetentiona[0-9a-f]{30,}|BucketNotificationsHandler[0-9a-f]{30,}|framework-on(Event|Timeout)|framework-isComplete)(\/|$)/.test(construct)
  );
}

/** Only what is literal in the template. @param {unknown} value */
function text(value) {
  return typeof value === "string" ? value : undefined;
}
