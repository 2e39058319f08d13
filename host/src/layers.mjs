// The layers of a function, each with where its content lies: below the app, in the assembly, or in the account.
import path from "node:path";

/**
 * @typedef {import("./types.js").Note} Note
 * @typedef {import("./types.js").AppLayer} AppLayer
 * @typedef {import("@aws-cdk/cloud-assembly-api").CloudFormationStackArtifact} Stack
 * @typedef {{ region?: string, account?: string }} Home where stacks go that do not say it
 * @typedef {{ stacks: Stack[], stack: Stack, template: any, notes: Note[], home: Home }} Place where the function is
 */

/** @param {any} properties of the function @param {Place} place @returns {AppLayer[]} */
export function layersOf({ Layers = [] }, place) {
  return Array.isArray(Layers) ? Layers.map((layer) => layerOf(layer, place)) : [];
}

/** @param {any} layer @param {Place} place @returns {AppLayer} */
function layerOf(layer, place) {
  const arn = text(layer, place);
  if (arn) return { name: arn, arn };
  if (layer.Ref) return ofThisApp(layer.Ref, place) ?? { name: layer.Ref };
  const imported = exported(layer["Fn::ImportValue"], place);
  return imported ?? { name: JSON.stringify(layer) };
}

/** @param {string} logicalId @param {Place} place @returns {AppLayer | undefined} */
function ofThisApp(logicalId, { stack, template, notes }) {
  const resource = template.Resources?.[logicalId];
  if (resource?.Type !== "AWS::Lambda::LayerVersion") return undefined;
  const construct = String(resource.Metadata?.["aws:cdk:path"] ?? logicalId).replace(/\/Resource$/, "");
  const note = notes.find((one) => one.type === "folder" && one.construct === construct);
  const asset = resource.Metadata?.["aws:asset:path"];
  // The developer's own folder, which may be edited; what was bundled lies in the assembly.
  if (note?.type === "folder" && !note.bundled) return { name: construct, source: note.folder };
  if (note?.type === "folder" && note.below) return { name: construct, source: note.folder, below: note.below };
  return { name: construct, source: typeof asset === "string" ? path.resolve(stack.assembly.directory, asset) : undefined };
}

/** What another stack of the app gives away. @param {unknown} name @param {Place} place @returns {AppLayer | undefined} */
function exported(name, place) {
  if (typeof name !== "string") return undefined;
  for (const stack of place.stacks)
    for (const output of Object.values(stack.template.Outputs ?? {}))
      if (output.Export?.Name === name && output.Value?.Ref) return ofThisApp(output.Value.Ref, { ...place, stack, template: stack.template });
  return undefined;
}

/** A text that needs nothing but where its stack goes. @param {any} value @param {Place} place @returns {string | undefined} */
function text(value, place) {
  if (typeof value === "string") return value;
  const region = known(place.stack.environment.region) ?? place.home.region;
  const account = known(place.stack.environment.account) ?? place.home.account;
  /** @type {Record<string, string | undefined>} */
  const pseudo = { "AWS::Region": region, "AWS::AccountId": account, "AWS::Partition": partition(region) };
  if (typeof value?.Ref === "string") return pseudo[value.Ref];
  if (typeof value?.["Fn::Sub"] === "string") {
    const whole = value["Fn::Sub"].replace(/\$\{(AWS::\w+)\}/g, (/** @type {string} */ all, /** @type {string} */ name) => pseudo[name] ?? all);
    return whole.includes("${") ? undefined : whole;
  }
  const join = value?.["Fn::Join"];
  if (!Array.isArray(join) || !Array.isArray(join[1])) return undefined;
  const parts = join[1].map((one) => text(one, place));
  return parts.includes(undefined) ? undefined : parts.join(join[0]);
}

/** @param {string} value */
function known(value) {
  return value.startsWith("unknown-") ? undefined : value;
}

/** @param {string} [region] */
function partition(region = "") {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
