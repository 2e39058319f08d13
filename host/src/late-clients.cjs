// The toolkit's library loads the clients of two dozen services as it starts, which is half of its start, and uses a
// handful of them. Each is loaded when something of it is asked for.
"use strict";
const Module = require("node:module");

const loader = /** @type {any} */ (Module);
const load = loader._load;
/** @this {any} @param {string} request @param {any} parent @param {any[]} rest */
loader._load = function (request, parent, ...rest) {
  const real = () => load.call(this, request, parent, ...rest);
  if (!/^@aws-sdk\/client-/.test(request) || !/[\\/]@aws-cdk[\\/]toolkit-lib[\\/]/.test(parent?.filename)) return real();
  /** @type {any} */
  let client;
  return new Proxy({}, { get: (_, name) => (client ??= real())[name] });
};
