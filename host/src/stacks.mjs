// Stacks as CloudFormation has them.
import { CloudFormationClient, DescribeStacksCommand, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { clientConfig } from "./credentials.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
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
export async function find(client, StackName) {
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
export async function resourcesOf(client, StackName, nestedIn) {
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
