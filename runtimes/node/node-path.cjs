// ES modules know no NODE_PATH; Lambda's runtime makes `import` find there what it did not find elsewhere: the AWS
// SDK, and layers. So do we.
'use strict'
const Module = require('node:module')
const { delimiter, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const isBare = (specifier) => !/^(\.|\/|[a-z][a-z0-9+.-]*:)/i.test(specifier)

// The folder that holds a node_modules, as a parent to resolve from.
const parents = () =>
  (process.env.NODE_PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => pathToFileURL(join(folder, '..', 'index.js')).href)

function* attempts(specifier, context) {
  yield context
  if (isBare(specifier)) for (const parentURL of parents()) yield { ...context, parentURL }
}

// For Node 20, where hooks run on a thread of their own.
async function resolve(specifier, context, nextResolve) {
  let first
  for (const attempt of attempts(specifier, context)) {
    try {
      return await nextResolve(specifier, attempt)
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
      first ??= error
    }
  }
  throw first
}

function resolveNow(specifier, context, nextResolve) {
  let first
  for (const attempt of attempts(specifier, context)) {
    try {
      return nextResolve(specifier, attempt)
    } catch (error) {
      if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error?.code)) throw error
      first ??= error
    }
  }
  throw first
}

let done = false

/** Before the first ES module of the user is loaded. */
function importFromNodePath() {
  if (done || !process.env.NODE_PATH) return
  done = true
  if (Module.registerHooks) Module.registerHooks({ resolve: resolveNow })
  else Module.register(pathToFileURL(__filename))
}

module.exports = { resolve, importFromNodePath }
