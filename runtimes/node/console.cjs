// What console prints: plain lines in one stream, or JSON where the function's logging is configured so.
'use strict'
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

function logJson() {
  for (const [method, level] of Object.entries(methods)) {
    const shown = isShown(level)
    console[method] = shown ? (message, ...more) => process.stdout.write(toJson(level, message, more) + '\n') : () => {}
  }
}

function setUpConsole() {
  // What was printed is on its way before an answer is, or the process's end: else a pipe holds but 64 KB that nobody
  // has read yet.
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true)
  console._stderr = process.stdout // one stream, so that lines keep their order
  if (isJson()) logJson()
}

module.exports = { errorLine, logsOf, setUpConsole }
//# sourceURL=node:internal/live/console.cjs
