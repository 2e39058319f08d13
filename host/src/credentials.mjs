// Credentials and region as the AWS CLI finds them: environment, profiles, SSO, processes, assumed roles, MFA.
import { fromNodeProviderChain, fromTemporaryCredentials } from "@aws-sdk/credential-providers";
import { loadSharedConfigFiles } from "@smithy/shared-ini-file-loader";
import { userInfo } from "node:os";
import { HostError } from "./protocol.mjs";
import { requestHandler } from "./proxy.mjs";

/**
 * @typedef {{ accessKeyId: string, secretAccessKey: string, sessionToken?: string }} Keys
 * @typedef {{ profile?: string, roleArn?: string, region?: string, mfaCode?: string, credentials?: Keys }} Identity
 */

/** A provider for AWS clients. Keys that are given win over everything. @param {Identity} identity */
export function provider(identity) {
  const { credentials } = identity;
  if (credentials) return async () => credentials;
  const { profile, roleArn, region } = identity;
  /** @param {string} serial */
  const mfaCodeProvider = async (serial) => {
    if (identity.mfaCode) return identity.mfaCode;
    throw new HostError(`the code of the MFA device ${serial} is needed`, {
      code: "MfaRequired",
      detail: { serial },
    });
  };
  const clientConfig = { ...(region && { region }), requestHandler: requestHandler() };
  // The instance's metadata service is asked last; a laptop has none and must not wait for it.
  const chain = fromNodeProviderChain({ profile, mfaCodeProvider, clientConfig, timeout: 500, maxRetries: 0 });
  if (!roleArn) return chain;
  const RoleSessionName = `live-${userInfo().username}`.replace(/[^\w+=,.@-]/g, "-").slice(0, 64);
  return fromTemporaryCredentials({
    masterCredentials: chain,
    params: { RoleArn: roleArn, RoleSessionName },
    mfaCodeProvider,
    clientConfig,
  });
}

const sources = {
  CREDENTIALS_ENV_VARS: "environment",
  CREDENTIALS_PROFILE_SSO: "sso",
  CREDENTIALS_SSO: "sso",
  CREDENTIALS_PROFILE_PROCESS: "process",
  CREDENTIALS_PROFILE: "profile",
  CREDENTIALS_HTTP: "container",
  CREDENTIALS_IMDS: "instance",
};

/** @param {Identity} identity */
export async function credentials(identity) {
  const { profile, roleArn } = identity;
  try {
    /** @type {any} */
    const found = await provider(identity)();
    const marks = Object.keys(found.$source ?? {});
    const mark = Object.entries(sources).find(([name]) => marks.some((m) => m.startsWith(name)));
    const source = roleArn ? `role ${roleArn}` : profile ? `profile ${profile}` : (mark?.[1] ?? "environment");
    return {
      accessKeyId: found.accessKeyId,
      secretAccessKey: found.secretAccessKey,
      sessionToken: found.sessionToken ?? "",
      expiration: found.expiration ? new Date(found.expiration).toISOString() : "",
      source,
    };
  } catch (error) {
    throw explain(error, identity);
  }
}

/** @param {any} error @param {Identity} identity */
function explain(error, { profile, roleArn }) {
  if (error instanceof HostError) return error;
  const why = String(error?.message ?? error);
  const code = "NoCredentials";
  if (roleArn && error?.$metadata)
    return new HostError(`role ${roleArn} may not be assumed: ${why}; check --role-arn and --profile`, { code });
  if (/sso|token/i.test(why) && /expired|login/i.test(why))
    return new HostError(`${why}; run: aws sso login${profile ? ` --profile ${profile}` : ""}`, { code });
  if (profile)
    return new HostError(`no AWS credentials in profile ${profile}: ${why}; check --profile`, { code });
  return new HostError(`no AWS credentials found: ${why}; use --profile, or --local`, { code });
}

/** @param {{ profile?: string }} params */
export async function region({ profile }) {
  const { AWS_REGION, AWS_DEFAULT_REGION, AWS_PROFILE } = process.env;
  const name = profile ?? AWS_PROFILE ?? "default";
  const files = await loadSharedConfigFiles();
  const configured = files.configFile[name]?.region ?? files.credentialsFile[name]?.region;
  if (profile && configured) return { region: configured, source: `profile ${profile}` };
  if (AWS_REGION) return { region: AWS_REGION, source: "AWS_REGION" };
  if (AWS_DEFAULT_REGION) return { region: AWS_DEFAULT_REGION, source: "AWS_DEFAULT_REGION" };
  if (configured) return { region: configured, source: `profile ${name}` };
  return { region: "", source: "" };
}

/** @param {Identity} identity */
export function clientConfig(identity) {
  const find = provider(identity);
  const credentials = () => find().catch((error) => Promise.reject(explain(error, identity)));
  return { region: identity.region || process.env.AWS_REGION || "us-east-1", credentials, requestHandler: requestHandler() };
}
