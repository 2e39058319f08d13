// Notes which ES modules of its own the app imports.
"use strict";
const Module = require("node:module");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { isInstalled, note } = require("./preload-notes.cjs");
const { noteImport } = require("./preload-spare.cjs");

/** @param {string} url */
function take(url) {
  if (!url.startsWith("file:")) return;
  const file = fileURLToPath(url);
  if (isInstalled(file)) noteImport(url, file);
  else note({ type: "module", path: file });
}

/** In this thread. @param {any} registerHooks not in every version of Node */
function hookHere(registerHooks) {
  registerHooks({
    /** @param {string} specifier @param {any} context @param {any} next */
    resolve(specifier, context, next) {
      const found = next(specifier, context);
      if (context.conditions.includes("import")) take(found.url);
      return found;
    },
  });
}

/** In the thread of Node's own for it, which tells us what it sees. @param {any} register */
function hookThere(register) {
  const { port1: ours, port2: theirs } = new MessageChannel();
  ours.unref();
  register("./preload-hooks.mjs", { parentURL: pathToFileURL(__filename), data: { port: theirs }, transferList: [theirs] });
  process.prependListener("exit", () => {
    for (let seen; (seen = receiveMessageOnPort(ours)); ) take(seen.message);
  });
}

function followModules() {
  const { registerHooks, register } = /** @type {any} */ (Module);
  if (registerHooks) hookHere(registerHooks);
  else if (register) hookThere(register);
}

module.exports = { followModules };
