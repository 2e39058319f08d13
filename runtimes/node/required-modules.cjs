// Lambda's Node.js 20 and 22 switch off what Node.js itself has learnt meanwhile: `require` of an ES module, and telling
// by its syntax that a .js file is one. Options in NODE_OPTIONS switch them on again.
// https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html
'use strict'
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { basename } = require('node:path')
const { types } = require('node:util')
const { compileFunction } = require('node:vm')
const { isModuleScope } = require('./module-scope.cjs')

const isOn = (feature) => process.env.NODE_OPTIONS?.includes(`--experimental-${feature}`)

// As Node words it without the feature.
function notSupported(filename, parent, isNamedSo) {
  const what = isNamedSo ? `the require of ${filename}` : `the require of ${basename(filename)} in ${parent}`
  const error = new Error(
    `require() of ES Module ${filename} from ${parent} not supported.\n` +
      `Instead change ${what} to a dynamic import() which is available in all CommonJS modules.`,
  )
  error.code = 'ERR_REQUIRE_ESM'
  error.stack = error.stack.replace('Error:', `Error [${error.code}]:`)
  return error
}

const compileAsCommonJs = (filename) =>
  compileFunction(readFileSync(filename, 'utf8'), ['exports', 'require', 'module', '__filename', '__dirname'], { filename })

function refuse({ parent }, filename) {
  const isNamedSo = filename.endsWith('.mjs')
  const isDetected = !isNamedSo && !isModuleScope(filename)
  if (isDetected && !isOn('detect-module')) compileAsCommonJs(filename) // throws
  if (!isOn('require-module')) throw notSupported(filename, parent?.filename, isNamedSo)
}

/** Before any of the user's modules is loaded. @param {number} lambdaMajor of the deployed runtime */
function refuseRequiredModules(lambdaMajor) {
  if (lambdaMajor >= 24 || !process.features.require_module) return
  const load = Module._extensions['.js']
  Module._extensions['.js'] = (module, filename) => {
    load(module, filename)
    if (types.isModuleNamespaceObject(module.exports)) refuse(module, filename)
  }
}

module.exports = { refuseRequiredModules }
//# sourceURL=node:internal/live/required-modules.cjs
