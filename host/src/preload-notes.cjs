// What an app's process notes for the synthesis that runs it, a JSON line each.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

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

module.exports = { note, isOwn, isInstalled };
