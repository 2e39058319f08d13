// AWS through the HTTP proxy that HTTPS_PROXY and NO_PROXY name, by the same rules as src/net/proxies.h: the SDK's clients
// and the CDK toolkit know none by themselves.
import { request } from "node:http";
import { Agent } from "node:https";
import { connect } from "node:tls";

/** @param {NodeJS.ProcessEnv} env what a client of the SDK takes as its requestHandler; nothing: it goes directly */
export function requestHandler(env = process.env) {
  const url = env.https_proxy || env.HTTPS_PROXY || env.all_proxy || env.ALL_PROXY;
  if (!url) return undefined;
  const proxy = new URL(/:\/\//.test(url) ? url : `http://${url}`);
  return { httpsAgent: new TunnelAgent(proxy, env.no_proxy || env.NO_PROXY || "") };
}

/** For the toolkit, which uses one agent for all endpoints: an embedded AWS without TLS is on this machine. */
export function proxyAgent(env = process.env) {
  return env.AWS_ENDPOINT_URL?.startsWith("http:") ? undefined : requestHandler(env)?.httpsAgent;
}

/** @param {string} noProxy @param {string} host @param {string | number} port */
export function isReachedDirectly(noProxy, host, port) {
  const name = host.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name.startsWith("127.") || name === "::1") return true;
  return noProxy.toLowerCase().split(/[,\s]+/).filter(Boolean).some((rule) => {
    const [, of, at] = /^([^:]*)(?::(\d+))?$/.exec(rule) ?? [undefined, rule, undefined];
    if (at && at !== String(port)) return false;
    const domain = of.replace(/^\*?\./, "");
    return rule === "*" || name === domain || name.endsWith(`.${domain}`);
  });
}

class TunnelAgent extends Agent {
  /** @param {URL} proxy @param {string} noProxy */
  constructor(proxy, noProxy) {
    super({ keepAlive: true });
    this.proxy = proxy;
    this.noProxy = noProxy;
  }

  /** @param {any} options @param {(error: Error | null, socket?: import("node:stream").Duplex) => void} callback @returns {any} */
  createConnection(options, callback) {
    const { host, port } = options;
    if (isReachedDirectly(this.noProxy, host, port)) return /** @type {any} */ (Agent.prototype).createConnection.call(this, options, callback);
    const { hostname, username, password } = this.proxy;
    const user = username && { "proxy-authorization": `Basic ${Buffer.from(decodeURIComponent(`${username}:${password}`)).toString("base64")}` };
    const path = `${host}:${port}`;
    const asked = request({ host: hostname, port: this.proxy.port || 80, method: "CONNECT", path, headers: { host: path, ...(user || {}) } });
    asked.once("connect", ({ statusCode }, socket) => {
      if (statusCode === 200) return callback(null, connect({ ...options, socket, servername: options.servername || host }));
      socket.destroy();
      callback(new Error(`the proxy of HTTPS_PROXY refuses ${path} with ${statusCode}`));
    });
    asked.once("error", callback);
    asked.end();
  }
}
