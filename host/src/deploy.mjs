// Deploys an assembly stack by stack: independent ones side by side, dependents only after what they need.
import { ExpandStackSelection, StackSelectionStrategy } from "@aws-cdk/toolkit-lib";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { sourceOf } from "./creation-place.mjs";
import { isStack } from "./functions.mjs";
import { pollingInterval } from "./local-endpoint.mjs";
import { inOrder } from "./order.mjs";
import { HostError, plain } from "./protocol.mjs";
import { describeStack } from "./stacks.mjs";
import { synthDebugStack } from "./synth.mjs";
import { toolkitFor } from "./toolkit-host.mjs";

/**
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {{ assembly: string, stacks?: string[], tags?: Record<string, string>, concurrency?: number,
 *   force?: boolean, rollback?: boolean, express?: boolean } & Identity} DeployRequest
 * @typedef {{ name: string, status: "deployed" | "unchanged" | "failed" | "not deployed", arn?: string,
 *   outputs?: Record<string, string>, reason?: string, elapsed_ms?: number }} Deployed
 * @typedef {import("./creation-place.mjs").Metadata} Metadata
 * @typedef {{ name: string, pattern: string, needs: string[], tags: Record<string, string>, metadata: Metadata }} Planned
 */

/** @param {DeployRequest} request @param {Call} call */
export async function deploy(request, call) {
  const began = performance.now();
  const plan = await planned(request, call);
  const stacks = await inOrder(plan, (stack) => one(request, stack, call), {
    settle: ({ name, ...outcome }) => call.emit({ event: "stack", stack: name, ...outcome }),
    signal: call.signal,
    atOnce: request.concurrency ?? 4,
  });
  const ok = stacks.length === plan.length && stacks.every((s) => s.status === "deployed" || s.status === "unchanged");
  return { stacks, ok, elapsed_ms: Math.round(performance.now() - began) };
}

/** Dependencies first. @param {DeployRequest} request @param {Call} call @returns {Promise<Planned[]>} */
async function planned(request, call) {
  const source = await toolkitFor(request, call).fromAssemblyDirectory(request.assembly);
  const made = await source.produce();
  try {
    const all = made.cloudAssembly.stacksRecursively;
    const wanted = request.stacks ? all.filter((s) => request.stacks?.includes(s.stackName)) : all;
    const absent = request.stacks?.filter((name) => !all.some((s) => s.stackName === name)) ?? [];
    if (absent.length) throw new HostError(`no stack ${absent.join(", ")} in this app; it has ${all.map((s) => s.stackName).join(", ") || "none"}`);
    const names = new Set(wanted.map((s) => s.stackName));
    return wanted.map((stack) => ({
      name: stack.stackName,
      pattern: stack.hierarchicalId,
      needs: stack.dependencies.filter(isStack).map((d) => /** @type {any} */ (d).stackName).filter((n) => names.has(n)),
      tags: { ...stack.tags, ...request.tags },
      metadata: /** @type {Metadata} */ (stack.metadata),
    }));
  } finally {
    await made.dispose();
  }
}

/**
 * Once nobody else deploys the stack: two people may start on a stage in the same second.
 * @param {DeployRequest} request @param {Planned} stack @param {Call} call @returns {Promise<Deployed>}
 */
async function one(request, stack, call) {
  call.emit({ event: "stack", stack: stack.name, status: "deploying" });
  for (let tries = 1, told = false; ; told = true) {
    const outcome = await attempt(request, stack, call);
    const again = outcome.status === "failed" && isTaken(outcome.reason ?? "") && tries < mostTries && !call.signal?.aborted;
    if (!again) return outcome;
    if (!told) call.emit({ event: "warning", message: `stack ${stack.name} is being deployed by somebody else: waiting for that to end` });
    tries = (await settled(request, stack.name, call)) ? 1 : tries + 1;
  }
}

const mostTries = 20; // while nobody is seen at work

/** Another one's change set, or its execution, is in the way. @param {string} reason */
export function isTaken(reason) {
  return /ChangeSet \S+ (already exists|does not exist)|cannot be created again with the changeSet|InvalidChangeSetStatus|OperationInProgress|is in \w*_IN_PROGRESS state/i.test(reason);
}

/**
 * Waits at least a moment, at random, so that the two do not meet again. True: somebody was at work.
 * @param {Identity} identity @param {string} name @param {Call} call
 */
async function settled(identity, name, call) {
  for (let seen = false; ; seen = true) {
    await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1000));
    const { status = "" } = await describeStack(identity, name, { resources: false });
    // A change set that waits for its review is nobody at work.
    if (!/(?<!^REVIEW)_IN_PROGRESS$/.test(status) || call.signal?.aborted) return seen;
  }
}

/** @param {DeployRequest} request @param {Planned} stack @param {Call} call @returns {Promise<Deployed>} */
async function attempt(request, stack, call) {
  const began = performance.now();
  const { name } = stack;
  let noOp = false;
  /** @type {string[]} */
  const failures = [];
  const toolkit = toolkitFor(request, call, ({ code, data, message }) => {
    if (code === "CDK_TOOLKIT_I5900") noOp = data.noOp === true;
    if (code === "CDK_TOOLKIT_I5502") {
      const event = resourceEvent(name, data);
      const failed = /FAILED$/.test(event.status);
      if (failed && event.reason && !isConsequence(event.reason)) failures.push(`${event.logicalId} (${event.type}): ${event.reason}`);
      call.emit(failed ? { ...event, source: sourceOf(stack.metadata, event.logicalId) } : event);
    }
    if (code === "CDK_ASSETS_I5270" || code === "CDK_ASSETS_I5275")
      call.emit({ event: "asset", stack: name, message, done: code === "CDK_ASSETS_I5275" });
  });
  try {
    const source = await toolkit.fromAssemblyDirectory(request.assembly);
    const result = await toolkit.deploy(source, {
      stacks: { strategy: StackSelectionStrategy.PATTERN_MUST_MATCH_SINGLE, patterns: [stack.pattern], expand: ExpandStackSelection.NONE },
      deploymentMethod: { method: "change-set" },
      tags: Object.entries(stack.tags).map(([Key, Value]) => ({ Key, Value })),
      assetBuildConcurrency: 4,
      forceDeployment: request.force,
      // Express mode alone has another default; a failed deployment is rolled back in either.
      express: request.express,
      rollback: request.rollback ?? true,
      stackEventPollingInterval: pollingInterval(),
    });
    const [made] = result.stacks;
    const elapsed_ms = Math.round(performance.now() - began);
    if (!made) return { name, status: "unchanged", outputs: {}, reason: "it has no resources", elapsed_ms };
    return { name, status: noOp ? "unchanged" : "deployed", arn: made.stackArn, outputs: made.outputs, elapsed_ms };
  } catch (error) {
    return { name, status: "failed", reason: failures[0] ?? reason(name, error) };
  }
}

/** Of another resource's failure. @param {string} reason */
function isConsequence(reason) {
  return /^Resource (creation|update|deletion) cancelled|^Embedded stack .* was not successfully/.test(reason);
}

/** @param {string} stack @param {any} activity */
export function resourceEvent(stack, { event, metadata, progress }) {
  return {
    event: "resource",
    stack,
    type: event.ResourceType ?? "",
    logicalId: event.LogicalResourceId ?? "",
    physicalId: event.PhysicalResourceId ?? "",
    construct: metadata?.constructPath ?? "",
    status: event.ResourceStatus ?? "",
    reason: event.ResourceStatusReason ?? "",
    completed: progress?.completed,
    total: progress?.total,
  };
}

/** What the innermost cause says, with the next step. @param {string} name @param {any} error */
function reason(name, error) {
  const said = plain(String(error?.message ?? error)).replace(/^❌\s*/, "").replace(`${name} failed: `, "").trim();
  return /bootstrap/i.test(said) ? `${said} (live can do it: run live start again and accept)` : said;
}

/**
 * @param {Omit<import("./types.js").SynthRequest, "mode"> & Identity & { tags?: Record<string, string> }} request
 * @param {Call} call
 */
export async function deployDebugStack(request, call) {
  const outdir = await mkdtemp(path.join(tmpdir(), "live-debug-stack-"));
  try {
    await synthDebugStack({ ...request, outdir }, call);
    const { stacks } = await deploy({ ...request, assembly: outdir }, call);
    const [stack] = /** @type {Deployed[]} */ (stacks);
    if (!stack || stack.status === "failed") throw new HostError(stack?.reason ?? "nothing was deployed", { code: "DeployFailed" });
    const outputs = stack.outputs ?? {};
    return { name: stack.name, status: stack.status, url: outputs.Url, table: outputs.Table, bucket: outputs.Bucket };
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
}

/**
 * Once nobody else does it.
 * @param {{ account: string, tags?: Record<string, string>, force?: boolean } & Identity} request @param {Call} call
 */
export async function bootstrap(request, call) {
  for (let tries = 1; ; ) {
    try {
      return await attemptBootstrap(request, call);
    } catch (error) {
      const again = isTaken(String(/** @type {any} */ (error).message)) && tries < mostTries && !call.signal?.aborted;
      if (!again) throw error;
      tries = (await settled(request, "CDKToolkit", call)) ? 1 : tries + 1;
    }
  }
}

/** @param {{ account: string, tags?: Record<string, string>, force?: boolean } & Identity} request @param {Call} call */
async function attemptBootstrap(request, call) {
  const { BootstrapEnvironments, BootstrapStackParameters } = await import("@aws-cdk/toolkit-lib");
  const environment = `aws://${request.account}/${request.region}`;
  const name = "CDKToolkit";
  /** @type {string[]} */
  const failures = [];
  const toolkit = toolkitFor(request, call, ({ code, data }) => {
    if (code !== "CDK_TOOLKIT_I5502") return;
    const event = resourceEvent(name, data);
    if (/FAILED$/.test(event.status)) failures.push(`${event.logicalId} (${event.type}): ${event.reason}`);
    call.emit(event);
  });
  try {
    const { environments } = await toolkit.bootstrap(BootstrapEnvironments.fromList([environment]), {
      forceDeployment: request.force,
      parameters: BootstrapStackParameters.withExisting({}),
      tags: Object.entries(request.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
    });
    return { environment, status: environments[0]?.status ?? "success", elapsed_ms: environments[0]?.duration };
  } catch (error) {
    throw new HostError(`bootstrapping ${environment}: ${failures[0] ?? plain(String(/** @type {any} */ (error).message))}`, { code: "BootstrapFailed" });
  }
}

/** @param {Identity & { toolkitStackName?: string }} request */
export async function bootstrapStatus(request) {
  const stack = await describeStack(request, request.toolkitStackName ?? "CDKToolkit", { resources: false });
  const version = Number(stack.outputs?.BootstrapVersion ?? 0);
  const usable = version > 0 && /COMPLETE$/.test(stack.status ?? "") && !/^(ROLLBACK|DELETE)/.test(stack.status ?? "");
  return { bootstrapped: usable, version, status: stack.status ?? "" };
}
