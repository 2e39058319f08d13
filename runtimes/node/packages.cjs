// The modules of packages that a function has loaded, noted for later processes, which compile them before anybody needs
// them. Only compiled: each is evaluated where the function's code requires it, by the text that it then has, and its
// errors have the stacks that they would have.
'use strict'
const { mkdirSync, readFileSync, renameSync, writeFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname } = require('node:path')
const { Script } = require('node:vm')
const { canCompile, compileWhole, takenDependencies } = require('./dependencies.cjs')

const mostBytes = 16_000_000 // of sources, of all functions that a process may become
const isOfPackage = (file) => /\/node_modules\/.*\.c?js$/.test(file)
const plain = Module.prototype._compile

const compiled = new Map() // by file: {text, script}
const noted = new Map() // by list: its text
let bytes = 0

/** Compiles what is listed there, if there is a list by now. */
function compileListed(list) {
  const text = readFileSync(list, 'utf8')
  if (noted.get(list) === text) return
  noted.set(list, text)
  if (!canCompile || !compileLikeNode) return
  const { files = [] } = JSON.parse(text)
  for (const file of files) if (!compiled.has(file)) compileFile(file)
}

function compileFile(file) {
  try {
    const text = readFileSync(file, 'utf8')
    bytes += text.length
    if (bytes > mostBytes) return
    compiled.set(file, { text, script: compileWhole(text, file) })
    awaitModule(file)
  } catch {} // an ES module, or one that is gone: whoever loads it finds out
}

/** What of these has been compiled. @param {string[]} files */
const compiledOf = (files) => files.filter((file) => compiled.has(file))

// Node puts a module there before it loads it. Until then it is not there for anybody.
function awaitModule(file, tell = () => {}) {
  if (!compiled.has(file)) return
  const set = (module) => {
    delete Module._cache[file]
    Module._cache[file] = module
    module._compile = compileLikeNode
    tell(module)
  }
  Object.defineProperty(Module._cache, file, { get: () => undefined, set, enumerable: false, configurable: true })
}

// The function that runs the module, with what it is applied to.
function runs(module, content, filename, format) {
  const { text, script } = compiled.get(filename) ?? {}
  if (text !== content || (format ?? 'commonjs') !== 'commonjs') return [plain, module, [content, filename, format]]
  const map = text.match(/\/\/# sourceMappingURL=\S+/g)?.at(-1) ?? '' // makes Node read it
  const require = plain.call(module, `return require ${map}`, filename, format)
  return [script.runInThisContext(), module.exports, [module.exports, require, module, filename, dirname(filename)]]
}

// Node's own `_compile` but for the compiling. In stacks it stands where Node's stands.
const compileLikeNode = (() => {
  const stack = plain.call(new Module('/place.js'), 'return new Error().stack', '/place.js')
  const [, file, line, column] = /\(?(node:[\w/]+):(\d+):(\d+)\)?/.exec(stack) ?? []
  if (!file) return
  const code = '(runs) => ({ _compile(...given) { delete this._compile; return Reflect.apply(...runs(this, ...given)) } })'
  const columnOffset = column - 1 - code.indexOf('apply')
  return new Script(code, { filename: file, lineOffset: line - 1, columnOffset }).runInThisContext()(runs)._compile
})()

// What this process has loaded, once its function is, and taken of its bundle's dependencies. What it has not loaded is as if
// it had never been compiled.
function noteLoaded(list) {
  const files = Object.keys(Module._cache).filter(isOfPackage)
  for (const file of compiled.keys()) if (Module._cache[file] === undefined) delete Module._cache[file]
  compiled.clear()
  const dependencies = takenDependencies()
  const text = JSON.stringify({ files, dependencies: dependencies && { ...dependencies, isUnfit: isUnfit(list, dependencies.file) } })
  if (text !== (noted.get(list) ?? textOf(list))) write(list, text)
}

function textOf(list) {
  try {
    return readFileSync(list, 'utf8')
  } catch {} // nobody has noted anything yet
}

const isUnfit = (list, file) => {
  const { dependencies } = JSON.parse(noted.get(list) ?? '{}')
  return (dependencies?.file === file && dependencies.isUnfit) || undefined
}

/** The bundle's dependencies are not to be evaluated ahead, as long as they are those. */
function noteUnfit(list) {
  const { files, dependencies } = JSON.parse(noted.get(list))
  write(list, JSON.stringify({ files, dependencies: { ...dependencies, isUnfit: true } }))
}

function write(list, text) {
  try {
    mkdirSync(dirname(list), { recursive: true })
    const whole = `${list}.${process.pid}`
    writeFileSync(whole, text)
    renameSync(whole, list)
  } catch {} // they are compiled when they are loaded, then
}

module.exports = { awaitModule, compiledOf, compileListed, noteLoaded, noteUnfit }
//# sourceURL=node:internal/live/packages.cjs
