// What a deployment would change: each stack of an assembly against the template that is deployed.
import { CloudFormationClient, GetTemplateCommand } from "@aws-sdk/client-cloudformation";
import { fullDiff, ResourceImpact } from "@aws-cdk/cloudformation-diff";
import { readFile } from "node:fs/promises";
import path from "node:path";
import yaml from "yaml";
import { readJson } from "./bundle.mjs";
import { clientConfig } from "./credentials.mjs";
import { liveFunctions, original, placeholders } from "./original.mjs";
import { withResourceTypes } from "./resource-types.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {import("./types.js").ResourceChange} ResourceChange
 * @typedef {import("./types.js").StackDiff} StackDiff
 * @typedef {import("@aws-cdk/cloudformation-diff").ResourceDifference} Difference
 * @typedef {{ Resources?: Record<string, any>, Outputs?: Record<string, any>, [section: string]: any }} Template
 */

/** @param {{ stacks: { name: string, templateFile: string }[] } & Identity} request */
export async function diff(request) {
  const client = new CloudFormationClient(clientConfig(request));
  const stacks = await Promise.all(request.stacks.map((stack) => compare(client, stack)));
  return { stacks };
}

/** @param {CloudFormationClient} client @param {{ name: string, templateFile: string }} stack @returns {Promise<StackDiff>} */
async function compare(client, { name, templateFile }) {
  const wanted = await readJson(templateFile);
  const deployed = await deployedTemplate(client, name);
  const found = compareTemplates(deployed ?? {}, wanted);
  const folder = path.dirname(templateFile);
  for (const nested of nestedIn(wanted, folder)) {
    const arn = deployed && (await physicalId(client, name, nested.logicalId));
    const inner = await compare(client, { name: arn || `${name}/${nested.logicalId}`, templateFile: nested.file });
    found.resources.push(...inner.resources);
    found.iam.push(...inner.iam);
    found.runLive.push(...inner.runLive);
  }
  return { name, exists: deployed !== undefined, ...found };
}

/** @param {CloudFormationClient} client @param {string} StackName @returns {Promise<Template | undefined>} */
async function deployedTemplate(client, StackName) {
  try {
    const { TemplateBody = "{}" } = await client.send(new GetTemplateCommand({ StackName, TemplateStage: "Original" }));
    return TemplateBody.trimStart().startsWith("{") ? JSON.parse(TemplateBody) : yaml.parse(TemplateBody);
  } catch (error) {
    const { name, message } = /** @type {any} */ (error);
    if (name === "ValidationError" && /does not exist|StackName/.test(message)) return undefined;
    throw error;
  }
}

/** @param {CloudFormationClient} client @param {string} StackName @param {string} LogicalResourceId */
async function physicalId(client, StackName, LogicalResourceId) {
  const { DescribeStackResourceCommand } = await import("@aws-sdk/client-cloudformation");
  try {
    const { StackResourceDetail } = await client.send(new DescribeStackResourceCommand({ StackName, LogicalResourceId }));
    return StackResourceDetail?.PhysicalResourceId;
  } catch (error) {
    if (/does not exist/.test(/** @type {any} */ (error).message)) return undefined;
    throw error;
  }
}

/** @param {Template} template @param {string} folder */
function nestedIn(template, folder) {
  return Object.entries(template.Resources ?? {}).flatMap(([logicalId, { Type, Metadata }]) => {
    const file = Type === "AWS::CloudFormation::Stack" && Metadata?.["aws:asset:path"];
    return typeof file === "string" ? [{ logicalId, file: path.resolve(folder, file) }] : [];
  });
}

/**
 * Both as the developer wrote them, whatever runs live; what is the code of functions that do and go on is not compared,
 * nor the content of layers of which a placeholder is deployed: that comes and goes with the functions that have them.
 * @param {Template} deployed @param {Template} wanted @returns {Omit<StackDiff, "name" | "exists">}
 */
export function compareTemplates(deployed, wanted) {
  const before = liveFunctions(deployed);
  const both = [...[...liveFunctions(wanted)].filter((id) => before.has(id)), ...placeholders(deployed)];
  const found = withResourceTypes(() => fullDiff(withoutCode(original(deployed), both), withoutCode(original(wanted), both)));
  /** @type {ResourceChange[]} */
  const resources = [];
  found.resources.forEachDifference((logicalId, change) => {
    const described = describe(logicalId, change);
    if (described) resources.push(described);
  });
  /** @type {StackDiff["outputs"]} */
  const outputs = [];
  found.outputs.forEachDifference((key, { isAddition, isRemoval }) => {
    outputs.push({ key, kind: isAddition ? "added" : isRemoval ? "removed" : "changed" });
  });
  const runLive = [...before].map((id) => constructPath(deployed.Resources?.[id]) || id);
  return { resources, iam: iamOf(found), outputs, runLive };
}

/** @param {Template} template @param {string[]} ids of functions and layers @returns {Template} */
function withoutCode(template, ids) {
  const there = ids.filter((id) => template.Resources?.[id]);
  const codeless = there.map((id) => {
    const { Code, Content, ...properties } = template.Resources?.[id]?.Properties ?? {};
    return [id, { ...template.Resources?.[id], Properties: properties }];
  });
  return { ...template, Resources: { ...template.Resources, ...Object.fromEntries(codeless) } };
}

/** @param {import("./original.mjs").Resource | undefined} resource */
function constructPath(resource) {
  return String(resource?.Metadata?.["aws:cdk:path"] ?? "").replace(/\/Resource$/, "");
}

/** @type {Partial<Record<ResourceImpact, ResourceChange["kind"]>>} */
const kinds = {
  [ResourceImpact.WILL_CREATE]: "added",
  [ResourceImpact.WILL_UPDATE]: "changed",
  [ResourceImpact.WILL_REPLACE]: "replaced",
  [ResourceImpact.MAY_REPLACE]: "perhaps replaced",
  [ResourceImpact.WILL_DESTROY]: "removed",
  [ResourceImpact.WILL_ORPHAN]: "kept",
};

/** @param {string} logicalId @param {Difference} change @returns {ResourceChange | undefined} */
function describe(logicalId, change) {
  const kind = kinds[change.changeImpact];
  const properties = propertiesOf(change);
  const type = change.newResourceType ?? change.oldResourceType ?? "";
  const cosmetic = kind === "changed" && properties.length === 0;
  if (!kind || cosmetic || type === "AWS::CDK::Metadata") return undefined;
  const construct = constructPath(change.newValue ?? change.oldValue);
  return { kind, logicalId, construct, type, losesData: losesData(kind, type, change), properties };
}

/** Not metadata, which changes nothing that is deployed. @param {Difference} change */
function propertiesOf(change) {
  if (change.isAddition || change.isRemoval) return [];
  const own = Object.entries(change.propertyUpdates).map(([name, { oldValue, newValue }]) => ({
    name,
    from: shown(oldValue),
    to: shown(newValue),
  }));
  const other = Object.entries(change.otherChanges)
    .filter(([name, { isDifferent }]) => isDifferent && name !== "Metadata")
    .map(([name, { oldValue, newValue }]) => ({ name, from: shown(oldValue), to: shown(newValue) }));
  return [...own, ...other];
}

const longestShown = 60;

/** @param {unknown} value */
function shown(value) {
  if (value === undefined) return "";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}

/** What holds a user's data. Deleted, or replaced by an empty one, the data is gone unless a policy keeps it. */
const stateful = new Set([
  "AWS::Backup::BackupVault",
  "AWS::CloudFormation::Stack",
  "AWS::Cognito::UserPool",
  "AWS::DocDB::DBCluster",
  "AWS::DynamoDB::GlobalTable",
  "AWS::DynamoDB::Table",
  "AWS::EC2::Volume",
  "AWS::EFS::FileSystem",
  "AWS::ElastiCache::ReplicationGroup",
  "AWS::Elasticsearch::Domain",
  "AWS::FSx::FileSystem",
  "AWS::Kinesis::Stream",
  "AWS::KMS::Key",
  "AWS::Logs::LogGroup",
  "AWS::Neptune::DBCluster",
  "AWS::OpenSearchService::Domain",
  "AWS::RDS::DBCluster",
  "AWS::RDS::DBInstance",
  "AWS::Redshift::Cluster",
  "AWS::S3::Bucket",
  "AWS::SecretsManager::Secret",
  "AWS::SQS::Queue",
  "AWS::Timestream::Table",
]);

/** @param {ResourceChange["kind"]} kind @param {string} type @param {Difference} change */
function losesData(kind, type, change) {
  if (!stateful.has(change.oldResourceType ?? type)) return false;
  const keeps = (/** @type {string} */ policy) => /^(Retain|Snapshot)/.test(change.oldValue?.[policy] ?? "");
  if (kind === "removed") return !keeps("DeletionPolicy");
  return (kind === "replaced" || kind === "perhaps replaced") && !keeps("UpdateReplacePolicy");
}

/** A line a statement: "+ Allow sqs:SendMessage on ${Queue.Arn} to ${Role}". @param {ReturnType<typeof fullDiff>} found */
function iamOf({ iamChanges }) {
  const statements = iamChanges.summarizeStatements().slice(1).map(([sign, resource, effect, action, principal, condition]) => ({
    sign: sign.includes("-") ? "-" : "+",
    text: [effect, oneLine(action), "on", oneLine(resource), "to", oneLine(principal), condition && `if ${oneLine(condition)}`].filter(Boolean).join(" "),
  }));
  const policies = iamChanges.summarizeManagedPolicies().slice(1).map(([sign, resource, policy]) => ({
    sign: sign.includes("-") ? "-" : "+",
    text: `${oneLine(policy)} attached to ${oneLine(resource)}`,
  }));
  return [...statements, ...policies];
}

/** @param {string} text */
function oneLine(text) {
  return text.replace(/\s*\n\s*/g, ", ");
}
