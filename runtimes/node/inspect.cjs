// Opens this process to the developer's debugger, before any of the user's code is there.
'use strict'
const { writeSync } = require('node:fs')
const inspector = require('node:inspector')
const { createRequire } = require('node:module')

/**
 * What `live` says, once: the user's code does not see it.
 * @param {(console: Console) => void} tellDebugger is given the console that a debugger sees
 */
function inspectAsTold(tellDebugger) {
  const told = process.env.LIVE_INSPECT
  if (!told) return
  delete process.env.LIVE_INSPECT
  const { wait, bootloader, ...ide } = JSON.parse(told)
  open()
  tellDebugger(inspector.console)
  if (bootloader) attachByIde(bootloader, ide)
  if (wait) inspector.waitForDebugger()
  if (wait || bootloader) writeSync(2, 'Debugger lets init go on\n')
}

// Says on standard error where it listens.
function open() {
  if (inspector.url()) writeSync(2, `Debugger listening on ${inspector.url()}\n`)
  else inspector.open(0, '127.0.0.1')
}

// VS Code attaches by what this module tells it: live's port in place of ours, and the function's name in the handler's
// folder as the script's path. Where it decides by that, it must not see that the inspector is open.
function attachByIde(bootloader, { url, options, script, decides }) {
  const { url: ownUrl, open: ownOpen } = inspector
  const ownScript = process.argv[1]
  const { VSCODE_INSPECTOR_OPTIONS: ownOptions } = process.env
  try {
    let isOpen = !decides
    inspector.open = () => { isOpen = true }
    inspector.url = () => (isOpen ? url : undefined)
    process.argv[1] = script
    process.env.VSCODE_INSPECTOR_OPTIONS = options
    createRequire(__filename)(bootloader)
  } catch (error) {
    console.error(`The debugger of the IDE could not be loaded from ${bootloader}: ${error.message}`)
  } finally {
    Object.assign(inspector, { url: ownUrl, open: ownOpen })
    process.argv[1] = ownScript
    if (ownOptions === undefined) delete process.env.VSCODE_INSPECTOR_OPTIONS
    else process.env.VSCODE_INSPECTOR_OPTIONS = ownOptions
  }
}

module.exports = { inspectAsTold }
//# sourceURL=node:internal/live/inspect.cjs
