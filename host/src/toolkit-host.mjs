// The CDK toolkit, wired to one request: its credentials, and its messages as events of that request.
import { BaseCredentials, Toolkit } from "@aws-cdk/toolkit-lib";
import { provider } from "./credentials.mjs";
import { plain } from "./protocol.mjs";
import { proxyAgent } from "./proxy.mjs";

/**
 * @typedef {import("./credentials.mjs").Identity} Identity
 * @typedef {import("./protocol.mjs").Call} Call
 * @typedef {{ level: string, code?: string, message: string, data?: any }} Heard
 */

// The app's own output, which is an event of its own; and advice to @aws-cdk/core 1.x on contexts of over 100 KB.
const silent = new Set(["CDK_ASSEMBLY_E1002", "CDK_ASSEMBLY_W0010"]);

/** What a call has been warned of: each stack of it would repeat it. @type {WeakMap<Call, Set<string>>} */
const warned = new WeakMap();

/** @param {Call} call @param {string} level @param {string} message */
function warn(call, level, message) {
  const said = warned.get(call) ?? new Set();
  warned.set(call, said);
  if (said.has(message)) return;
  said.add(message);
  call.emit({ event: "warning", level, message });
}

/** @param {Identity} identity @param {Call} call @param {(message: Heard) => void} [listen] */
export function toolkitFor(identity, call, listen) {
  const region = identity.region || process.env.AWS_REGION || "us-east-1";
  return new Toolkit({
    color: false,
    emojis: false,
    assemblyFailureAt: "error",
    sdkConfig: { baseCredentials: BaseCredentials.custom({ provider: provider(identity), region }), httpOptions: { agent: proxyAgent() } },
    ioHost: {
      async notify(message) {
        const text = plain(message.message);
        listen?.({ level: message.level, code: message.code, message: text, data: message.data });
        if (message.level === "warn" || message.level === "error")
          if (text.trim() && !silent.has(message.code ?? "")) warn(call, message.level, text.trim());
      },
      // `live` has asked its user already.
      async requestResponse(message) {
        return message.defaultResponse === false ? /** @type {any} */ (true) : message.defaultResponse;
      },
    },
  });
}
