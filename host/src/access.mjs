// Who may do something on a debug stack: the caller, and the roles of the functions that run live, with every
// policy document that says so.
import { CloudFormationClient, paginateDescribeStacks } from "@aws-sdk/client-cloudformation";
import * as iam from "@aws-sdk/client-iam";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { clientConfig } from "./credentials.mjs";
import { describeStack, identity as whoAmI } from "./stacks.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {{ name: string, document: unknown }} Policy
 * @typedef {{ arn: string, root?: boolean, policies: Policy[], boundary?: Policy, problem?: string }} Principal
 */

/** @param {Identity & { stage: string }} request */
export async function access(request) {
  const client = new iam.IAMClient(clientConfig(request));
  const [identity, functions] = await Promise.all([callerOf(client, request), stubsOf(request)]);
  /** @type {Map<string, string[]>} */
  const byRole = new Map();
  for (const { name, role } of functions) byRole.set(role, [...(byRole.get(role) ?? []), name]);
  const roles = await Promise.all([...byRole].map(async ([arn, names]) => ({ ...(await roleOf(client, arn)), functions: names.sort() })));
  return { identity, roles };
}

/** Functions whose code is the stub's, in the stacks of the stage. @param {Identity & { stage: string }} request */
async function stubsOf(request) {
  const cloudformation = new CloudFormationClient(clientConfig(request));
  const lambda = new LambdaClient(clientConfig(request));
  const names = [];
  for await (const page of paginateDescribeStacks({ client: cloudformation }, {}))
    for (const { StackName, Tags = [], ParentId } of page.Stacks ?? [])
      if (StackName && !ParentId && Tags.some(({ Key, Value }) => Key === "live:stage" && Value === request.stage)) names.push(StackName);
  const found = [];
  for (const name of names)
    for (const { type, physicalId } of (await describeStack(request, name, { resources: true })).resources ?? []) {
      if (type !== "AWS::Lambda::Function" || !physicalId) continue;
      const { Runtime, Handler, Role } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: physicalId }));
      if (Runtime === "provided.al2023" && Handler === "bootstrap" && Role) found.push({ name: physicalId, role: Role });
    }
  return found;
}

/** @param {iam.IAMClient} client @param {Identity} request @returns {Promise<Principal>} */
async function callerOf(client, request) {
  const { arn = "" } = await whoAmI(request);
  if (arn.endsWith(":root")) return { arn, root: true, policies: [] };
  const session = /^(arn:[^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(arn);
  if (session) return { ...(await roleOf(client, session[3])), arn };
  const user = /:user\/(?:.*\/)?([^/]+)$/.exec(arn);
  if (user) return userOf(client, arn, user[1]);
  return { arn, policies: [], problem: "it is neither a user nor a role, so its policies are not known" };
}

/** @param {iam.IAMClient} client @param {string} arnOrName @returns {Promise<Principal>} */
async function roleOf(client, arnOrName) {
  const RoleName = arnOrName.slice(arnOrName.lastIndexOf("/") + 1);
  return readable({ arn: arnOrName, policies: [] }, async (found) => {
    const { Role } = await client.send(new iam.GetRoleCommand({ RoleName }));
    found.arn = Role?.Arn ?? arnOrName;
    for await (const { PolicyNames = [] } of iam.paginateListRolePolicies({ client }, { RoleName }))
      for (const PolicyName of PolicyNames)
        found.policies.push(written(PolicyName, (await client.send(new iam.GetRolePolicyCommand({ RoleName, PolicyName }))).PolicyDocument));
    for await (const { AttachedPolicies = [] } of iam.paginateListAttachedRolePolicies({ client }, { RoleName }))
      for (const { PolicyArn } of AttachedPolicies) found.policies.push(await managed(client, PolicyArn ?? ""));
    const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
    if (boundary) found.boundary = await managed(client, boundary);
  });
}

/** @param {iam.IAMClient} client @param {string} arn @param {string} UserName @returns {Promise<Principal>} */
async function userOf(client, arn, UserName) {
  return readable({ arn, policies: [] }, async (found) => {
    for await (const { PolicyNames = [] } of iam.paginateListUserPolicies({ client }, { UserName }))
      for (const PolicyName of PolicyNames)
        found.policies.push(written(PolicyName, (await client.send(new iam.GetUserPolicyCommand({ UserName, PolicyName }))).PolicyDocument));
    for await (const { AttachedPolicies = [] } of iam.paginateListAttachedUserPolicies({ client }, { UserName }))
      for (const { PolicyArn } of AttachedPolicies) found.policies.push(await managed(client, PolicyArn ?? ""));
    const { User } = await client.send(new iam.GetUserCommand({ UserName }));
    const boundary = User?.PermissionsBoundary?.PermissionsBoundaryArn;
    if (boundary) found.boundary = await managed(client, boundary);
    for await (const { Groups = [] } of iam.paginateListGroupsForUser({ client }, { UserName }))
      for (const { GroupName } of Groups) await addGroup(client, found, GroupName ?? "");
  });
}

/** @param {iam.IAMClient} client @param {Principal} found @param {string} GroupName */
async function addGroup(client, found, GroupName) {
  for await (const { PolicyNames = [] } of iam.paginateListGroupPolicies({ client }, { GroupName }))
    for (const PolicyName of PolicyNames)
      found.policies.push(written(PolicyName, (await client.send(new iam.GetGroupPolicyCommand({ GroupName, PolicyName }))).PolicyDocument));
  for await (const { AttachedPolicies = [] } of iam.paginateListAttachedGroupPolicies({ client }, { GroupName }))
    for (const { PolicyArn } of AttachedPolicies) found.policies.push(await managed(client, PolicyArn ?? ""));
}

/** What could be read, and why not all. @param {Principal} found @param {(found: Principal) => Promise<void>} read */
async function readable(found, read) {
  try {
    await read(found);
  } catch (error) {
    found.problem = `not all of its policies could be read: ${/** @type {Error} */ (error).message}`;
  }
  return found;
}

/** @param {iam.IAMClient} client @param {string} PolicyArn @returns {Promise<Policy>} */
async function managed(client, PolicyArn) {
  const { Policy } = await client.send(new iam.GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const { PolicyVersion } = await client.send(new iam.GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return written(Policy?.PolicyName ?? PolicyArn, PolicyVersion?.Document);
}

/** IAM gives documents in the form of a URL's part. @param {string} name @param {string | undefined} text @returns {Policy} */
function written(name, text = "{}") {
  return { name, document: JSON.parse(decodeURIComponent(text)) };
}
