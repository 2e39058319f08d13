// /opt is where Lambda unpacks layers. Here they lie where they are, and modules that are named by a path in /opt are
// looked for there.
'use strict'
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { delimiter, isAbsolute, join } = require('node:path')
const { pathToFileURL } = require('node:url')

const opt = '/opt/'
const optUrl = 'file:///opt/'

let folders = [] // of layers, the one that hides the others first
let isLed = false // `require` is

/** Of the environment, which the user's code then sees as on Lambda. */
function takeLayers() {
  const { LIVE_LAYERS } = process.env
  delete process.env.LIVE_LAYERS
  useLayers((LIVE_LAYERS ?? '').split(delimiter).filter(Boolean))
  if (folders.length > 0 && !isLed) requireFromLayers()
}

function useLayers(all) {
  folders = all
}

function places(path) {
  return folders.map((folder) => join(folder, path))
}

/** Where an `import` of a file in /opt may find it: URLs. */
function urlsInLayers(specifier) {
  const prefix = [opt, optUrl].find((one) => specifier.startsWith(one))
  return prefix ? places(specifier.slice(prefix.length)).map((path) => pathToFileURL(path).href) : []
}

function requireFromLayers() {
  isLed = true
  const resolve = Module._resolveFilename
  Module._resolveFilename = function (request, ...rest) {
    if (typeof request === 'string' && request.startsWith(opt)) {
      for (const place of places(request.slice(opt.length))) {
        try {
          return resolve.call(this, place, ...rest)
        } catch (error) {
          if (error?.code !== 'MODULE_NOT_FOUND') throw error
        }
      }
    }
    return resolve.call(this, request, ...rest)
  }
}

function importsFromOpt(file) {
  if (!isAbsolute(file) || file.includes('/node_modules/')) return false
  try {
    const text = readFileSync(file, 'utf8')
    return text.includes(opt) && /\bimport\s*\(/.test(text)
  } catch {
    return false // whoever loads it gets the error
  }
}

/** Before the first CommonJS module is loaded that may import a file of /opt. */
function beforeImports(act) {
  const resolve = Module._resolveFilename
  let isDone = false
  Module._resolveFilename = function (...asked) {
    const file = resolve.apply(this, asked)
    if (!isDone && importsFromOpt(file)) {
      isDone = true
      act()
    }
    return file
  }
}

module.exports = { beforeImports, layers: () => folders, takeLayers, useLayers, urlsInLayers }
//# sourceURL=node:internal/live/opt.cjs
