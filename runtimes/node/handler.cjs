// Finds and loads the user's handler as Lambda does: "folder/file.export", nested exports, CommonJS and ES modules.
'use strict'
const { existsSync } = require('node:fs')
const { createRequire } = require('node:module')
const { basename, join, resolve } = require('node:path')
const { pathToFileURL } = require('node:url')
const { nextStep, RuntimeError } = require('./errors.cjs')
const { isModuleScope } = require('./module-scope.cjs')
const { importFromNodePath } = require('./node-path.cjs')
const { addPlace } = require('./syntax.cjs')

const isFile = (path) => existsSync(path)

async function importFile(file) {
  importFromNodePath()
  const url = pathToFileURL(file).href
  try {
    return await import(url)
  } catch (error) {
    throw addPlace(error, url)
  }
}

async function loadModule(root, folder, name) {
  const path = resolve(root, folder, name)
  const require = createRequire(join(root, 'package.json'))
  const load = (file) => (isModuleScope(file) ? importFile(file) : require(file))
  if (isFile(`${path}.js`)) return load(`${path}.js`)
  if (isFile(`${path}.mjs`)) return importFile(`${path}.mjs`)
  if (isFile(`${path}.cjs`)) return require(`${path}.cjs`)
  // A package, or a folder with an index: wherever Node finds it.
  return load(require.resolve(existsSync(path) ? path : name, { paths: [root, resolve(root, folder)] }))
}

function explain(error) {
  if (error instanceof SyntaxError) return new RuntimeError('UserCodeSyntaxError', String(error), error)
  if (error?.code === 'MODULE_NOT_FOUND') return new RuntimeError('ImportModuleError', String(error) + nextStep(error), error)
  return error
}

async function loadHandler(root, handler) {
  if (handler.includes('..')) {
    throw new RuntimeError(
      'MalformedHandlerName',
      `'${handler}' is not a valid handler name. Use absolute paths when specifying root directories in handler names.`,
    )
  }
  const file = basename(handler)
  const dot = file.indexOf('.')
  if (dot < 0) throw new RuntimeError('MalformedHandlerName', 'Bad handler')
  const folder = handler.slice(0, handler.length - file.length)
  let found
  try {
    found = await loadModule(root, folder, file.slice(0, dot))
  } catch (error) {
    throw explain(error)
  }
  for (const name of file.slice(dot + 1).split('.')) found = found?.[name]
  if (found === undefined || found === null) {
    throw new RuntimeError('HandlerNotFound', `${handler} is undefined or not exported`)
  }
  if (typeof found !== 'function') throw new RuntimeError('HandlerNotFound', `${handler} is not a function`)
  return found
}

module.exports = { loadHandler }
//# sourceURL=node:internal/live/handler.cjs
