// What console prints: plain messages, or JSON where the function's logging is configured so.
'use strict'
const { openSync, writeSync } = require('node:fs')
const { format } = require('node:util')

const levels = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL']
const methods = { trace: 'TRACE', debug: 'DEBUG', info: 'INFO', log: 'INFO', warn: 'WARN', error: 'ERROR', fatal: 'FATAL' }
const now = { requestId: undefined, tenantId: undefined } // the invocation that runs

function logsOf(requestId, tenantId) {
  now.requestId = requestId
  now.tenantId = tenantId
}

const described = (error) => ({
  errorType: error.constructor?.name ?? 'UnknownError',
  errorMessage: error.message,
  stackTrace: typeof error.stack === 'string' ? error.stack.split('\n') : error.stack,
})
const readable = (_, value) => (value instanceof Error ? { ...described(value), ...value } : value)

function toJson(level, message, more) {
  const line = { timestamp: new Date().toISOString(), level, requestId: now.requestId, tenantId: now.tenantId }
  if (more.length === 0) {
    try {
      return JSON.stringify({ ...line, message }, readable)
    } catch {
      return JSON.stringify({ ...line, message: format(message) }) // a circle, a BigInt
    }
  }
  const error = [message, ...more].find((value) => value instanceof Error)
  return JSON.stringify({ ...line, message: format(message, ...more), ...(error && described(error)) })
}

const isJson = () => process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON'
const isShown = (level) => levels.indexOf(level) >= levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase())

const spreadOut = (_, value) => {
  if (!(value instanceof Error)) return value
  const { name, message, code, stack } = value
  return { errorType: name, errorMessage: message, code, ...value, stack: typeof stack === 'string' ? stack.split('\n') : stack }
}

function inText(error) {
  try {
    return JSON.stringify(error, spreadOut)
  } catch {
    const { name, message, stack } = error
    return JSON.stringify({ errorType: name, errorMessage: message, stack: String(stack).split('\n') }) // it has a circle
  }
}

/** One that the handler has thrown, as AWS's client logs it; nothing where the function's log has no errors. @param {string} title */
function errorLine(title, thrown) {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  if (!isJson()) return `${new Date().toISOString()}\t${now.requestId}\tERROR\t${title} \t${inText(error)}`
  return isShown('ERROR') ? toJson('ERROR', error, []) : undefined
}

// What is printed by one call is one event of the log: AWS's clients frame it (src/process/frames.h). A frame goes where lines
// go, so that all keep their order, and past whoever has taken the stream's place. As on Lambda it has a descriptor of its own,
// and is there still when the handler has closed its output.
const frameType = 0xa55a0003, headLength = 16
const { stdout } = process
let frames // their descriptor; none: there are lines alone

function frameOf(text) {
  const length = Buffer.byteLength(text)
  const frame = Buffer.allocUnsafe(headLength + length)
  frame.writeUInt32BE(frameType, 0)
  frame.writeUInt32BE(length, 4)
  const microseconds = Date.now() * 1000
  frame.writeUInt32BE(Math.floor(microseconds / 2 ** 32), 8)
  frame.writeUInt32BE(microseconds % 2 ** 32, 12)
  frame.write(text, headLength)
  return frame
}

/** @param {string} text one event */
function print(text) {
  const line = text + '\n'
  if (frames === undefined) return stdout.write(line)
  const frame = frameOf(line)
  for (let written = 0; written < frame.length;) written += writeSync(frames, frame, written)
}

const printText = (level, message, more) => print(format(message, ...more))
const printJson = (level, message, more) => print(toJson(level, message, more))

let debuggerConsole // none: there is no debugger

/** Node's own console tells it, too. @param {Console} console of node:inspector */
function tellDebugger(console) {
  debuggerConsole = console
}

const printBy = (write, method, level) => (message, ...more) => {
  if (debuggerConsole) (debuggerConsole[method] ?? debuggerConsole.error)(message, ...more)
  write(level, message, more)
}

function openAgain(descriptor) {
  try {
    return openSync(`/dev/fd/${descriptor}`, 'a')
  } catch {
    return descriptor
  }
}

/** Said in the environment, as AWS's clients are told; the function does not see it. */
function takeFraming() {
  if (process.env._LAMBDA_TELEMETRY_LOG_FD === '1') frames ??= openAgain(1)
  delete process.env._LAMBDA_TELEMETRY_LOG_FD
}

function setUpConsole() {
  // What was printed is on its way before an answer is, or the process's end: else a pipe holds but 64 KB that nobody
  // has read yet.
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true)
  console._stderr = process.stdout // one stream, so that lines keep their order
  const write = isJson() ? printJson : printText
  for (const [method, level] of Object.entries(methods)) console[method] = isShown(level) ? printBy(write, method, level) : () => {}
}

module.exports = { errorLine, logsOf, print, setUpConsole, takeFraming, tellDebugger }
//# sourceURL=node:internal/live/console.cjs
