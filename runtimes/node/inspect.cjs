// Opens this process to the developer's debugger, before any of the user's code is there.
'use strict'
const { writeSync } = require('node:fs')
const inspector = require('node:inspector')
const { createRequire } = require('node:module')

/** What `live` says, once: the user's code does not see it. */
function inspectAsTold() {
  const told = process.env.LIVE_INSPECT
  if (!told) return
  delete process.env.LIVE_INSPECT
  const { url, wait, bootloader, options, script } = JSON.parse(told)
  open()
  if (bootloader) attachByIde(bootloader, { url, options, script })
  if (wait) inspector.waitForDebugger()
  if (wait || bootloader) writeSync(2, 'Debugger lets init go on\n')
}

// Says on standard error where it listens.
function open() {
  if (inspector.url()) writeSync(2, `Debugger listening on ${inspector.url()}\n`)
  else inspector.open(0, '127.0.0.1')
}

// VS Code attaches by what this module tells it: live's port in place of ours, and the handler's file as the script's
// name, since by that it decides whom to attach to.
function attachByIde(bootloader, { url, options, script }) {
  const { url: ownUrl } = inspector
  const ownScript = process.argv[1]
  const { VSCODE_INSPECTOR_OPTIONS: ownOptions } = process.env
  try {
    inspector.url = () => url
    process.argv[1] = script
    process.env.VSCODE_INSPECTOR_OPTIONS = options
    createRequire(__filename)(bootloader)
  } catch (error) {
    console.error(`The debugger of the IDE could not be loaded from ${bootloader}: ${error.message}`)
  } finally {
    inspector.url = ownUrl
    process.argv[1] = ownScript
    if (ownOptions === undefined) delete process.env.VSCODE_INSPECTOR_OPTIONS
    else process.env.VSCODE_INSPECTOR_OPTIONS = ownOptions
  }
}

module.exports = { inspectAsTold }
