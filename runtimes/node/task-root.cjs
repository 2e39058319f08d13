// The task root is read-only on Lambda. Here a write there succeeds, so it is told: before it happens, by a line on
// standard error that `live` takes for itself (src/runtime/worker.cpp).
'use strict'
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const path = require('node:path')
const { fileURLToPath } = require('node:url')

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants
const { writeSync } = fs
const MARK = '\u0001live wrote '

const opensToWrite = (flags) => (typeof flags === 'number' ? (flags & (O_WRONLY | O_RDWR | O_CREAT)) !== 0 : /[wax+]/.test(flags))

// Which of a call's arguments it changes; nothing: it only reads.
const first = (args) => args[0]
const second = (args) => args[1]
const opened = (args) => (typeof args[1] !== 'function' && opensToWrite(args[1] ?? 'r') ? args[0] : undefined)
const CHANGES = {
  open: opened,
  writeFile: first,
  appendFile: first,
  truncate: first,
  mkdir: first,
  rm: first,
  unlink: first,
  rename: second,
  copyFile: second,
  cp: second,
}

function pathOf(file) {
  if (typeof file === 'string') return path.resolve(file)
  if (file instanceof URL && file.protocol === 'file:') return fileURLToPath(file)
  if (Buffer.isBuffer(file)) return path.resolve(file.toString())
  return undefined // a number: opened before
}

// A stack is the function's own.
function withoutUs(error) {
  if (typeof error?.stack !== 'string') return error
  error.stack = error.stack
    .split('\n')
    .filter((line) => !line.includes(__filename))
    .join('\n')
  return error
}

function tellWritesTo(taskRoot) {
  const inside = taskRoot + path.sep
  let within = false // a call of another one of them
  const tell = (file) => {
    try {
      const at = pathOf(file)
      if (at?.startsWith(inside)) writeSync(2, `${MARK}${at}\n`)
    } catch {} // it is the call that fails then
  }
  const wrap = (owner, name, changed) => {
    const original = owner[name]
    const told = function (...args) {
      if (within) return Reflect.apply(original, this, args)
      tell(changed(args))
      within = true
      try {
        return Reflect.apply(original, this, args)
      } catch (error) {
        throw withoutUs(error)
      } finally {
        within = false
      }
    }
    owner[name] = Object.defineProperties(told, Object.getOwnPropertyDescriptors(original))
  }
  for (const [name, changed] of Object.entries(CHANGES)) {
    wrap(fs, name, changed)
    wrap(fs, `${name}Sync`, changed)
    wrap(fs.promises, name, changed)
  }
  syncBuiltinESMExports()
}

module.exports = { tellWritesTo }
