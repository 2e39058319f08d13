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

// `require` finds the module there. Its own code only makes the functions that evaluate the dependencies.
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
}

module.exports = { canCompile, compileWhole, prepare }
