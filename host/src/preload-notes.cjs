// What an app's process notes for the synthesis that runs it, a JSON line each.
"use strict";
const fs = require("node:fs");
const path = require("node:path");
const { wouldResolve } = require("./would-resolve.cjs");

const append = fs.appendFileSync;

/** @param {import("./types").Note} it */
function note(it) {
  // Read anew each time: a spare learns it late.
  if (process.env.LIVE_NOTES) append(process.env.LIVE_NOTES, JSON.stringify(it) + "\n");
}

const own = process.cwd() + path.sep;

/** Of the app, and neither installed nor made by it. @param {string} file */
function isOwn(file) {
  return file.startsWith(own) && !/[\\/](node_modules|site-packages|\.live|\.git|cdk\.out)[\\/]/.test(file);
}

/** @param {string} file */
function isInstalled(file) {
  return /[\\/](node_modules|site-packages|dist-packages)[\\/]/.test(file);
}

/** @type {Set<string>} Of modules of the app's own that were looked for in vain */
const missing = new Set();

/** @param {string | undefined} from a file @param {string} specifier */
function noteMissing(from, specifier) {
  if (!from || isInstalled(from) || !/^\.{0,2}[\\/]/.test(specifier)) return;
  for (const file of wouldResolve(path.dirname(from), specifier)) if (isOwn(file)) missing.add(file);
}

// One that is there at last may mend an app that failed.
process.on("exit", (code) => {
  if (code !== 0) for (const file of missing) note({ type: "file", path: file });
});

module.exports = { note, noteMissing, isOwn, isInstalled };
