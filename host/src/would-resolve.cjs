// Where a module that is not there would be found.
"use strict";
const path = require("node:path");

const extensions = ["", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".json"];

/** Files any of which, once there, may mend the import. @param {string} folder @param {string} specifier a path */
function wouldResolve(folder, specifier) {
  const base = path.resolve(folder, specifier);
  const names = [...new Set([base, base.replace(/\.(m|c)?jsx?$/, "")])];
  return [...names.flatMap((name) => extensions.map((end) => name + end)), path.join(base, "index.ts"), path.join(base, "index.js")];
}

module.exports = { wouldResolve };
