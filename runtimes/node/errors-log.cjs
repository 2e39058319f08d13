// Errors as AWS's client logs them. A session shows them by itself: there they are for the function's log alone, by a mark
// that `live` takes away (src/runtime/worker.cpp). On the embedded AWS nobody else shows them.
'use strict'
const { errorLine, print } = require('./console.cjs')

const isOnEmbeddedAws = process.env.LIVE_CLOUD !== undefined
delete process.env.LIVE_CLOUD

/** @param {string} title "Invoke Error" */
function logError(title, error) {
  try {
    const line = errorLine(title, error)
    if (line) print(isOnEmbeddedAws ? line : `\u0001live logged ${line}`)
  } catch {} // the handler has closed its output
}

module.exports = { logError }
//# sourceURL=node:internal/live/errors-log.cjs
