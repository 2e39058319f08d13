// Notes which ES modules of its own the app imports, and which of them are not there.
"use strict";
const Module = require("node:module");
const { fileURLToPath, pathToFileURL } = require("node:url");
const { MessageChannel, receiveMessageOnPort } = require("node:worker_threads");
const { isInstalled, note, noteMissing } = require("./preload-notes.cjs");
const { noteImport } = require("./preload-spare.cjs");

/** @param {string | undefined} url */
const fileOf = (url) => (url?.startsWith("file:") ? fileURLToPath(url) : undefined);

/** @param {{ url?: string, missing?: string, from?: string }} seen */
function take({ url, missing, from }) {
  const file = fileOf(url);
  if (url && file && isInstalled(file)) noteImport(url, file);
  else if (file) note({ type: "module", path: file });
  if (missing) noteMissing(fileOf(from), missing);
}

/** In this thread. @param {any} registerHooks not in every version of Node */
function hookHere(registerHooks) {
  registerHooks({
    /** @param {string} specifier @param {any} context @param {any} next */
    resolve(specifier, context, next) {
      try {
        const found = next(specifier, context);
        if (context.conditions.includes("import")) take({ url: found.url });
        return found;
      } catch (error) {
        take({ missing: specifier, from: context.parentURL });
        throw error;
      }
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
