// What is different when AWS is not AWS: another endpoint, which may be started anew with other accounts.
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { HostError } from "./protocol.mjs";

const endpoint = process.env.AWS_ENDPOINT_URL ?? "";

/** Events are polled slowly on AWS, where that counts against a quota, and fast on this machine. */
export function pollingInterval() {
  return /\/\/(127\.0\.0\.1|localhost|\[::1\])/.test(endpoint) ? 100 : 1500;
}

/** The toolkit keeps in ~/.cdk which account an access key belongs to: true of AWS, not of another endpoint. */
export function ownCache() {
  if (!endpoint) return;
  const hash = createHash("sha256").update(endpoint).digest("hex").slice(0, 12);
  const home = path.join(tmpdir(), `live-cdk-${userInfo().uid}-${hash}`);
  rmSync(path.join(home, "cache", "accounts_partitions.json"), { force: true });
  process.env.CDK_HOME = home;
}

/**
 * An endpoint that is not there is named. @template {Record<string, import("./protocol.mjs").Method>} M
 * @param {M} methods
 */
export function reaching(methods) {
  /** @param {import("./protocol.mjs").Method} method @returns {import("./protocol.mjs").Method} */
  const named = (method) => async (params, call) => {
    try {
      return await method(params, call);
    } catch (error) {
      const { code, message } = /** @type {any} */ (error);
      if (!endpoint || !/ECONNREFUSED|ENOTFOUND|ECONNRESET/.test(`${code} ${message}`)) throw error;
      throw new HostError(`${endpoint} does not answer (${message}); check AWS_ENDPOINT_URL, or run: live cloud`, { code: "Unreachable" });
    }
  };
  return Object.fromEntries(Object.entries(methods).map(([name, method]) => [name, named(method)]));
}
