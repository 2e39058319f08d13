// Lambda's own error types, and the envelope in which an error travels.
'use strict'
const { types } = require('node:util')

class RuntimeError extends Error {
  constructor(type, message, cause) {
    super(message)
    this.name = `Runtime.${type}`
    if (cause?.stack) this.stack = `${this.name}: ${cause.stack}`
  }
}

class UnhandledPromiseRejection extends RuntimeError {
  constructor(reason, promise) {
    super('UnhandledPromiseRejection', String(reason), types.isNativeError(reason) ? reason : undefined)
    this.reason = reason
    this.promise = promise
  }
}

const looksLikeError = (error) =>
  types.isNativeError(error) || (error && typeof error === 'object' && error.name && error.message && error.stack)

function envelope(error) {
  try {
    if (looksLikeError(error)) {
      return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') }
    }
    return { errorType: typeof error, errorMessage: String(error), trace: [] }
  } catch {
    return {
      errorType: 'handled',
      errorMessage: 'The error thrown has a message, name or stack that cannot be read',
      trace: [],
    }
  }
}

module.exports = { RuntimeError, UnhandledPromiseRejection, envelope }
