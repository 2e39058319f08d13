// The task root is read-only on Lambda. Here a write there succeeds, so it is told by lines on standard error that `live`
// takes for itself (src/runtime/worker.cpp): before it happens, and then in which state the function has left the file.
'use strict'
const fs = require('node:fs')
const { syncBuiltinESMExports } = require('node:module')
const path = require('node:path')
const { fileURLToPath } = require('node:url')

const { O_WRONLY, O_RDWR, O_CREAT } = fs.constants
const { statSync, writeSync } = fs
const WROTE = '\u0001live wrote '
const LEFT = '\u0001live left '

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
    .filter((line) => !line.includes('node:internal/live/task-root.cjs'))
    .join('\n')
  return error
}

// As src/live/handler_writes.cpp names it.
function stateOf(file) {
  const found = statSync(file, { bigint: true, throwIfNoEntry: false })
  if (!found) return 'gone'
  return found.isDirectory() ? `${found.ino}` : `${found.ino}:${found.mtimeNs}:${found.size}`
}

const unsettled = new Set()

function tellLeft(file) {
  unsettled.delete(file)
  try {
    writeSync(2, `${LEFT}${stateOf(file)} ${file}\n`)
  } catch {} // it counts as a save
}

function tellWhatWasLeft() {
  for (const file of unsettled) tellLeft(file)
}

function tellWritesTo(taskRoot) {
  const inside = taskRoot + path.sep
  let within = false // a call of another one of them
  const tell = (file) => {
    try {
      const at = pathOf(file)
      if (!at?.startsWith(inside)) return
      writeSync(2, `${WROTE}${at}\n`)
      unsettled.add(at)
      return at
    } catch {} // it is the call that fails then
  }
  const wrap = (owner, name, changed) => {
    const original = owner[name]
    const isDone = name.endsWith('Sync') && name !== 'openSync'
    const told = function (...args) {
      if (within) return Reflect.apply(original, this, args)
      const at = tell(changed(args))
      within = true
      try {
        return Reflect.apply(original, this, args)
      } catch (error) {
        throw withoutUs(error)
      } finally {
        within = false
        if (isDone && at) tellLeft(at)
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

module.exports = { tellWhatWasLeft, tellWritesTo }
//# sourceURL=node:internal/live/task-root.cjs
