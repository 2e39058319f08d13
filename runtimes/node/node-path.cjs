// ES modules know no NODE_PATH; Lambda's runtime makes `import` find there what it did not find elsewhere: the AWS
// SDK, and layers. So do we, and lead files of /opt to the layers that have them.
'use strict'
const Module = require('node:module')
const { delimiter, join } = require('node:path')
const { pathToFileURL } = require('node:url')
const opt = require('./opt.cjs')

const { register, registerHooks } = Module // before anybody watches who calls them

const isBare = (specifier) => !/^(\.|\/|[a-z][a-z0-9+.-]*:)/i.test(specifier)

// The folder that holds a node_modules, as a parent to resolve from.
const parents = () =>
  (process.env.NODE_PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .map((folder) => pathToFileURL(join(folder, '..', 'index.js')).href)

const isRequire = ({ conditions }) => conditions?.includes('require')

// [specifier, context]
function* attempts(specifier, context) {
  if (!isRequire(context)) for (const url of opt.urlsInLayers(specifier)) yield [url, context]
  yield [specifier, context]
  if (isBare(specifier)) for (const parentURL of parents()) yield [specifier, { ...context, parentURL }]
}

// What all of them say in vain is told of the module as it was named.
const isOfThat = (specifier, [tried]) => specifier === tried

// For Node 20, where hooks run on a thread of their own.
async function resolve(specifier, context, nextResolve) {
  let first
  for (const attempt of attempts(specifier, context)) {
    try {
      return await nextResolve(...attempt)
    } catch (error) {
      if (error?.code !== 'ERR_MODULE_NOT_FOUND') throw error
      if (isOfThat(specifier, attempt)) first ??= error
    }
  }
  throw first
}

function resolveNow(specifier, context, nextResolve) {
  let first
  for (const attempt of attempts(specifier, context)) {
    try {
      return nextResolve(...attempt)
    } catch (error) {
      if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error?.code)) throw error
      if (isOfThat(specifier, attempt)) first ??= error
    }
  }
  throw first
}

function initialize(folders) {
  opt.useLayers(folders) // in the hooks' thread
}

let done = false

/** Before the first ES module of the user is loaded. */
function importFromNodePath() {
  if (done || !process.env.NODE_PATH) return
  done = true
  if (registerHooks) registerHooks({ resolve: resolveNow })
  else register(pathToFileURL(__filename), { data: opt.layers() })
}

module.exports = { resolve, initialize, importFromNodePath }
//# sourceURL=node:internal/live/node-path.cjs
