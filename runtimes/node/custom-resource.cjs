// Loaded before the functions of the embedded AWS. A custom resource's function, the CDK's own among them, sends
// its answer to the ResponseURL's host and path by HTTPS on port 443, whatever scheme and port the URL has: what
// goes to CloudFormation's response path is sent to the endpoint in use instead.
"use strict";
const https = require("node:https");
const endpoint = process.env.AWS_ENDPOINT_URL;
const send = https.request;

https.request = function request(options, ...rest) {
  const path = options && typeof options === "object" && !(options instanceof URL) ? options.path : undefined;
  if (!endpoint || typeof path !== "string" || !path.startsWith("/_cloudformation/response/"))
    return send.call(https, options, ...rest);
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol === "https:") return send.call(https, { ...options, hostname, port: port || 443 }, ...rest);
  return require("node:http").request({ ...options, protocol, hostname, port: port || 80, agent: undefined }, ...rest);
};
require("node:module").syncBuiltinESMExports();
