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

function logJson() {
  const least = Math.max(0, levels.indexOf(process.env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase()))
  for (const [method, level] of Object.entries(methods)) {
    const shown = levels.indexOf(level) >= least
    console[method] = shown ? (message, ...more) => process.stdout.write(toJson(level, message, more) + '\n') : () => {}
  }
}

function setUpConsole() {
  // What was printed is on its way before an answer is, or the process's end: else a pipe holds but 64 KB that nobody
  // has read yet.
  for (const stream of [process.stdout, process.stderr]) stream._handle?.setBlocking?.(true)
  console._stderr = process.stdout // one stream, so that lines keep their order
  if (process.env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === 'JSON') logJson()
}

module.exports = { logsOf, setUpConsole }
