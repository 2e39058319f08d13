// What the CDK stages never holds the folder in which live keeps its state of an app: the synthesis itself lies there,
// and it changes from one start to the next. Not by an `exclude` more, which old versions of the CDK hash too.
"use strict";
const fs = require("node:fs");
const path = require("node:path");

/** One that live made, not merely one of that name. @param {string} file */
function isStateFolder(file) {
  return path.basename(file) === ".live" && fs.existsSync(path.join(file, ".gitignore"));
}

/** @param {any} module of lib/fs/ignore.js */
function patchIgnore({ exports: { IgnoreStrategy } }) {
  const { fromCopyOptions } = IgnoreStrategy;
  IgnoreStrategy.fromCopyOptions = function (/** @type {any[]} */ ...args) {
    const strategy = fromCopyOptions.apply(this, args);
    for (const asked of ["ignores", "completelyIgnores"]) {
      const own = strategy[asked];
      if (own) strategy[asked] = (/** @type {string} */ file) => isStateFolder(file) || own.call(strategy, file);
    }
    return strategy;
  };
}

module.exports = { patchIgnore };
