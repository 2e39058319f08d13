// Stacks as CloudFormation has them: described, removed, and a bucket emptied before its stack goes.
import { CloudFormationClient, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { DeleteObjectsCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { setTimeout as wait } from "node:timers/promises";
import { clientConfig } from "./credentials.mjs";
import { resourceEvent } from "./deploy.mjs";
import { pollingInterval } from "./local-endpoint.mjs";
import { HostError } from "./protocol.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {{ logicalId: string, physicalId: string, type: string, status: string, nestedIn: string }} Resource
 * @typedef {{ name: string, exists: boolean, id?: string, status?: string, reason?: string,
 *   outputs?: Record<string, string>, tags?: Record<string, string>, resources?: Resource[] }} Described
 */

/** @param {Identity} identity */
export async function identity(identity) {
  const { Account, Arn, UserId } = await new STSClient(clientConfig(identity)).send(new GetCallerIdentityCommand());
  return { account: Account, arn: Arn, userId: UserId };
}

/** @param {Identity & { stacks: string[] }} request */
export async function describe(request) {
  return { stacks: await Promise.all(request.stacks.map((name) => describeStack(request, name, { resources: true }))) };
}

/** @param {Identity} identity @param {string} name a name or an ARN @param {{ resources: boolean }} what @returns {Promise<Described>} */
export async function describeStack(identity, name, { resources }) {
  const client = new CloudFormationClient(clientConfig(identity));
  const stack = await find(client, name);
  if (!stack) return { name, exists: false };
  return {
    name: stack.StackName ?? name,
    exists: true,
    id: stack.StackId,
    status: stack.StackStatus,
    reason: stack.StackStatusReason,
    outputs: Object.fromEntries((stack.Outputs ?? []).map((o) => [o.OutputKey, o.OutputValue ?? ""])),
    tags: Object.fromEntries((stack.Tags ?? []).map((t) => [t.Key, t.Value ?? ""])),
    resources: resources ? await resourcesOf(client, stack.StackId ?? name, "") : undefined,
  };
}

/** @param {CloudFormationClient} client @param {string} StackName */
async function find(client, StackName) {
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName }));
    return Stacks?.[0];
  } catch (error) {
    const { name, message } = /** @type {any} */ (error);
    if (name === "ValidationError" && /does not exist/.test(message)) return undefined;
    throw error;
  }
}

/** Those of nested stacks too. @param {CloudFormationClient} client @param {string} StackName @param {string} nestedIn @returns {Promise<Resource[]>} */
async function resourcesOf(client, StackName, nestedIn) {
  /** @type {Resource[]} */
  const found = [];
  for await (const page of paginateListStackResources({ client }, { StackName }))
    for (const r of page.StackResourceSummaries ?? []) {
      const [logicalId, physicalId, type] = [r.LogicalResourceId ?? "", r.PhysicalResourceId ?? "", r.ResourceType ?? ""];
      found.push({ logicalId, physicalId, type, status: r.ResourceStatus ?? "", nestedIn });
      if (type === "AWS::CloudFormation::Stack" && physicalId)
        found.push(...(await resourcesOf(client, physicalId, nestedIn ? `${nestedIn}/${logicalId}` : logicalId)));
    }
  return found;
}

/**
 * Removes stacks in the given order: those that need others first.
 * @param {Identity & { stacks: string[] }} request @param {Call} call
 */
export async function destroy(request, call) {
  const removed = [];
  for (const name of request.stacks) removed.push(await remove(request, name, call));
  return { stacks: removed };
}

/** @param {Identity} identity @param {string} name @param {Call} call */
async function remove(identity, name, { signal, emit }) {
  const client = new CloudFormationClient(clientConfig(identity));
  const stack = await find(client, name);
  if (!stack) return { name, status: "absent" };
  const arn = stack.StackId ?? name;
  const began = new Date();
  emit({ event: "stack", stack: name, status: "deleting" });
  await client.send(new DeleteStackCommand({ StackName: name }));
  const seen = new Set();
  let failure = "";
  for (;;) {
    signal.throwIfAborted();
    for (const event of await eventsSince(client, arn, began)) {
      if (seen.has(event.EventId)) continue;
      seen.add(event.EventId);
      if (event.ResourceStatus === "DELETE_FAILED" && event.PhysicalResourceId !== arn)
        failure ||= `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason}`;
      emit(resourceEvent(name, { event }));
    }
    const now = await find(client, arn);
    if (!now || now.StackStatus === "DELETE_COMPLETE") break;
    if (now.StackStatus !== "DELETE_IN_PROGRESS" && !(now.StackStatus === stack.StackStatus && seen.size === 0))
      throw new HostError(`stack ${name} was not removed (${now.StackStatus}): ${failure || now.StackStatusReason || "see its events"}`, { code: "DestroyFailed" });
    await wait(pollingInterval(), undefined, { signal });
  }
  emit({ event: "stack", stack: name, status: "deleted" });
  return { name, status: "deleted" };
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
  if (!exists) return { stacks: [{ name, status: "absent" }], objects: 0 };
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
