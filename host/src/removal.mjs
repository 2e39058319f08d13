// Stacks removed, those that need others first, and what stays behind: what the templates retain, and buckets that
// still hold something. Our own bucket is emptied before its stack goes; the app's never are.
import { CloudFormationClient, DeleteStackCommand, DescribeStackEventsCommand } from "@aws-sdk/client-cloudformation";
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { setTimeout as wait } from "node:timers/promises";
import { clientConfig } from "./credentials.mjs";
import { resourceEvent } from "./deploy.mjs";
import { pollingInterval } from "./local-endpoint.mjs";
import { HostError } from "./protocol.mjs";
import { describeStack, find, resourcesOf } from "./stacks.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {import("@aws-sdk/client-cloudformation").StackEvent} StackEvent
 * @typedef {{ stack: string, logicalId: string, type: string, physicalId: string, why: "policy" | "not empty" }} Retained
 * @typedef {{ name: string, status: "deleted" | "absent", retained: Retained[] }} Removed
 */

/** @param {Identity & { stacks: string[] }} request @param {Call} call */
export async function destroy(request, call) {
  const client = new CloudFormationClient(clientConfig(request));
  const removed = [];
  for (const name of request.stacks) removed.push(await remove(client, name, call));
  return { stacks: removed };
}

/** @param {CloudFormationClient} client @param {string} name @param {Call} call @returns {Promise<Removed>} */
async function remove(client, name, call) {
  const stack = await find(client, name);
  if (!stack) return { name, status: "absent", retained: [] };
  const arn = stack.StackId ?? name;
  const nested = (await resourcesOf(client, arn, "")).filter(({ type }) => type === nestedStack).map(({ physicalId }) => physicalId);
  call.emit({ event: "stack", stack: name, status: "deleting" });
  const full = await removeWhole(client, name, arn, call);
  call.emit({ event: "stack", stack: name, status: "deleted" });
  const skipped = await Promise.all([arn, ...nested].map((one) => skippedIn(client, name, one, full)));
  return { name, status: "deleted", retained: [...full, ...skipped.flat()] };
}

const nestedStack = "AWS::CloudFormation::Stack";

/**
 * Once more without the buckets that are not empty, which CloudFormation cannot delete. A nested stack that has one is let
 * go of, and removed by itself afterwards: while its parent is there it must not be.
 * @param {CloudFormationClient} client @param {string} name @param {string} arn @param {Call} call @returns {Promise<Retained[]>}
 */
async function removeWhole(client, name, arn, call) {
  /** @type {StackEvent[]} */
  const kept = [];
  const seen = new Set();
  for (;;) {
    const without = kept.map(({ LogicalResourceId = "" }) => LogicalResourceId);
    const failed = await attempt(client, { name, arn, without, seen }, call);
    if (failed.length === 0) break;
    const hopeless = failed.filter((one) => without.includes(one.LogicalResourceId ?? "") || !(isFullBucket(one) || isNested(one)));
    if (hopeless.length > 0) throw notRemoved(name, hopeless);
    kept.push(...failed);
  }
  /** @type {Retained[]} */
  const retained = kept.filter(isFullBucket).map((one) => ({
    stack: name,
    logicalId: one.LogicalResourceId ?? "",
    type: one.ResourceType ?? "",
    physicalId: one.PhysicalResourceId ?? "",
    why: "not empty",
  }));
  for (const { PhysicalResourceId = "" } of kept.filter(isNested))
    for (const one of await removeWhole(client, PhysicalResourceId, PhysicalResourceId, call)) retained.push({ ...one, stack: name });
  return retained;
}

/** @param {StackEvent} event */
function isNested({ ResourceType, PhysicalResourceId }) {
  return ResourceType === nestedStack && Boolean(PhysicalResourceId);
}

/** @param {string} name @param {StackEvent[]} failed */
function notRemoved(name, failed) {
  const each = failed.map((one) => `${one.LogicalResourceId} (${one.ResourceType}): ${one.ResourceStatusReason}`);
  return new HostError(`stack ${name} was not removed: ${each.join("; ")}`, { code: "DestroyFailed" });
}

/** @param {StackEvent} event */
function isFullBucket({ ResourceType, ResourceStatusReason = "" }) {
  return ResourceType === "AWS::S3::Bucket" && /not empty/i.test(ResourceStatusReason);
}

/**
 * The resources that could not be deleted; none: the stack is gone.
 * @param {CloudFormationClient} client @param {{ name: string, arn: string, without: string[], seen: Set<string | undefined> }} stack
 *   seen: ids of events, over all attempts @param {Call} call
 */
async function attempt(client, { name, arn, without, seen }, { signal, emit }) {
  const before = (await find(client, arn))?.StackStatus;
  const began = new Date();
  await client.send(new DeleteStackCommand({ StackName: arn, RetainResources: without.length > 0 ? without : undefined }));
  /** @type {Map<string | undefined, StackEvent>} */
  const failed = new Map();
  let begun = false;
  for (;;) {
    signal.throwIfAborted();
    for (const event of await eventsSince(client, arn, began)) {
      if (seen.has(event.EventId)) continue;
      seen.add(event.EventId);
      begun = true;
      if (event.PhysicalResourceId !== arn) {
        if (event.ResourceStatus === "DELETE_FAILED") failed.set(event.LogicalResourceId, event);
        else failed.delete(event.LogicalResourceId);
      }
      // What failed is told at the end, when it is known to matter.
      if (event.ResourceStatus !== "DELETE_FAILED") emit(resourceEvent(name, { event }));
    }
    const now = await find(client, arn);
    if (!now || now.StackStatus === "DELETE_COMPLETE") return [];
    begun ||= now.StackStatus !== before;
    if (now.StackStatus !== "DELETE_IN_PROGRESS" && begun) {
      if (failed.size > 0) return [...failed.values()];
      throw new HostError(`stack ${name} was not removed (${now.StackStatus}): ${now.StackStatusReason || "see its events"}`, { code: "DestroyFailed" });
    }
    await wait(pollingInterval(), undefined, { signal });
  }
}

/**
 * What CloudFormation has let go of in the stack's life: by DeletionPolicy, and when it was replaced by UpdateReplacePolicy.
 * @param {CloudFormationClient} client @param {string} stack @param {string} arn @param {Retained[]} full @returns {Promise<Retained[]>}
 */
async function skippedIn(client, stack, arn, full) {
  /** @type {Map<string, Retained>} */
  const found = new Map();
  for (const { ResourceStatus, LogicalResourceId = "", ResourceType = "", PhysicalResourceId = "" } of await eventsSince(client, arn, new Date(0))) {
    if (ResourceStatus !== "DELETE_SKIPPED" || !PhysicalResourceId || ResourceType === nestedStack) continue;
    if (full.some(({ physicalId }) => physicalId === PhysicalResourceId)) continue;
    found.set(PhysicalResourceId, { stack, logicalId: LogicalResourceId, type: ResourceType, physicalId: PhysicalResourceId, why: "policy" });
  }
  return [...found.values()];
}

/** Oldest first. @param {CloudFormationClient} client @param {string} StackName @param {Date} since */
async function eventsSince(client, StackName, since) {
  const found = [];
  /** @type {string | undefined} */
  let NextToken;
  do {
    /** @type {import("@aws-sdk/client-cloudformation").DescribeStackEventsCommandOutput} */
    const page = await client.send(new DescribeStackEventsCommand({ StackName, NextToken })).catch((error) => {
      if (/does not exist/.test(error.message)) return /** @type {any} */ ({});
      throw error;
    });
    const recent = (page.StackEvents ?? []).filter((e) => (e.Timestamp ?? since).getTime() >= since.getTime() - 1000);
    found.push(...recent);
    NextToken = recent.length > 0 && recent.length === page.StackEvents?.length ? page.NextToken : undefined;
  } while (NextToken);
  return found.reverse();
}

/** @param {Identity & { stage: string, app: string }} request @param {Call} call */
export async function destroyDebugStack(request, call) {
  const name = `${request.stage}-${request.app}-debug-stack`;
  const { exists, outputs } = await describeStack(request, name, { resources: false });
  if (!exists) return { stacks: [{ name, status: "absent", retained: [] }], objects: 0 };
  const objects = outputs?.Bucket ? await empty(request, outputs.Bucket, call) : 0;
  return { ...(await destroy({ ...request, stacks: [name] }, call)), objects };
}

/** All versions and delete markers. @param {Identity} identity @param {string} Bucket @param {Call} call */
async function empty(identity, Bucket, { signal, emit }) {
  // A local endpoint has no host name for each bucket.
  const forcePathStyle = Boolean(process.env.AWS_ENDPOINT_URL ?? process.env.AWS_ENDPOINT_URL_S3);
  const client = new S3Client({ ...clientConfig(identity), forcePathStyle });
  let count = 0;
  for (;;) {
    signal.throwIfAborted();
    const page = await client.send(new ListObjectVersionsCommand({ Bucket })).catch((error) => {
      if (error.name === "NoSuchBucket") return /** @type {any} */ ({});
      throw error;
    });
    const all = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])];
    if (all.length === 0) break;
    const Objects = all.map(({ Key, VersionId }) => ({ Key, VersionId: VersionId === "null" ? undefined : VersionId }));
    const { Errors } = await client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    if (Errors?.length) throw new HostError(`emptying bucket ${Bucket}: ${Errors[0].Key}: ${Errors[0].Message}`);
    count += all.length;
  }
  emit({ event: "emptied", bucket: Bucket, objects: count });
  return count;
}
