// A bundle's dependencies, compiled before anybody needs them: every function of theirs, none of which runs.
'use strict'
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { basename, dirname } = require('node:path')
const { setFlagsFromString } = require('node:v8')
const { constants, Script } = require('node:vm')

/** Node before 20.12: an `import` in what is compiled so would not be the plain one. */
const canCompile = constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER !== undefined

/** As Node wraps a CommonJS module. Functions are compiled when they are first called, else. */
function compileWhole(text, filename) {
  const [head, tail] = Module.wrapper
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER
  setFlagsFromString('--no-lazy')
  try {
    return new Script(head + text + tail, { filename, columnOffset: -head.length, importModuleDynamically })
  } finally {
    setFlagsFromString('--lazy')
  }
}

let taken // of a bundle's dependencies, by the function: {file, bundle, names}, in that order

/**
 * `require` finds the module there. Its own code only makes the functions that evaluate the dependencies.
 * @returns {Function | undefined} what makes them, of what a module is given
 */
function prepare(filename) {
  if (!canCompile) return
  const script = compileWhole(readFileSync(filename, 'utf8'), filename)
  const module = new Module(filename)
  module.filename = filename
  module.paths = Module._nodeModulePaths(dirname(filename))
  module._compile(`//# sourceMappingURL=${basename(filename)}.map`, filename) // makes Node read the map
  script.runInThisContext()(module.exports, Module.createRequire(filename), module, filename, dirname(filename))
  module.loaded = true
  Module._cache[filename] = module
  const make = module.exports
  giveBy(filename, (...given) => make(...given))
  return make
}

/** @param {(...given) => object} make @param {(name: string) => void} take is told of each before it is evaluated, and again */
function giveBy(filename, make, take = () => {}) {
  Module._cache[filename].exports = (...given) => {
    const [, , , bundle] = given
    const names = new Set()
    taken = { file: filename, bundle, names }
    const tell = (name) => (names.add(name), take(name))
    return told(make(...given), tell)
  }
}

// An accessor is in no stack of what it gives.
function told(factories, tell) {
  const get = (name) => () => (tell(name), factories[name])
  return Object.defineProperties({}, Object.fromEntries(Object.keys(factories).map((name) => [name, { get: get(name) }])))
}

/** What of a bundle's dependencies the function has taken; undefined: it has no such bundle. */
const takenDependencies = () => taken && { ...taken, names: [...taken.names] }

module.exports = { canCompile, compileWhole, giveBy, prepare, takenDependencies }
//# sourceURL=node:internal/live/dependencies.cjs
