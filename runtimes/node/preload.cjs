// Packages that a function loads, evaluated in a process that will probably become that function, before it does. The
// function gets them where it requires them, if by then nothing is different that they could have seen; else they are
// loaded there, as ever. Until then they are not there.
'use strict'
const { readFileSync } = require('node:fs')
const Module = require('node:module')
const { dirname, join } = require('node:path')
const { Bundled } = require('./bundled.cjs')
const { prepare } = require('./dependencies.cjs')
const { Evaluation } = require('./evaluation.cjs')
const { awaitModule, compiledOf, compileListed, noteUnfit } = require('./packages.cjs')
const { remember } = require('./surroundings.cjs')

const waiting = new Map() // by file: modules that are evaluated, not yet required
const untouched = new Map() // by module: whether its exports are what they were
let evaluation
let isUntouched // what all code shares
let order // in which they have to be required, where that matters
let bundled // those that are in the function's bundle

/**
 * Evaluates what is listed there, and says what it has to do with: paths that must not change before it is used.
 * Throws where somebody could tell.
 */
function preload(list) {
  compileListed(list)
  const { files = [], dependencies } = JSON.parse(readFileSync(list, 'utf8'))
  const make = dependencies && prepare(dependencies.file)
  const isFit = make && !dependencies.isUnfit
  for (const name of ['register', 'registerHooks']) watchHooks(name)
  const known = new Set(Object.keys(Module._cache)), resolved = new Set(Object.keys(Module._pathCache))
  const stand = new Module(__filename)
  evaluation = new Evaluation()
  try {
    for (const file of compiledOf(files)) {
      if (Module._cache[file]) continue
      awaitModule(file, (module) => evaluation.watchParent(module))
      Module._load(file, stand)
    }
    if (isFit) bundled = new Bundled(dependencies, make, evaluation)
    for (const file of added(known)) evaluation.addModule(Module._cache[file])
  } catch (error) {
    evaluation.blame(`fails: ${error}`)
  } finally {
    evaluation.end()
  }
  if (evaluation.fault && isFit) noteUnfit(list) // the next process does without those in the bundle
  if (evaluation.fault) throw new Error(`it ${evaluation.fault}`)
  for (const path of Object.keys(Module._pathCache)) if (!resolved.has(path)) delete Module._pathCache[path]
  for (const file of added(known)) hide(file, Module._cache[file])
  const first = [...stand.children, ...(bundled?.children ?? [])]
  order = first.some(isInCycle) ? first.map(({ filename }) => filename) : null
  isUntouched = remember()
  for (let n = 0; n < 20; ++n) isUntouched() // the first times cost ten times as much
  bundled?.offer(holdsFor, adopt)
  if (bundled) evaluation.files.add(dependencies.file)
  return placesOf(evaluation.files)
}

const added = (known) => Object.keys(Module._cache).filter((file) => !known.has(file))

// Whoever has a say in how modules are loaded has it with these, too.
function watchHooks(name) {
  const original = Module[name]
  if (!original) return
  const watched = (...hooks) => {
    if (isUntouched) drop()
    else evaluation.blame('registers hooks')
    return original(...hooks)
  }
  Module[name] = Object.defineProperties(watched, Object.getOwnPropertyDescriptors(original))
  Module.syncBuiltinESMExports()
}

function hide(file, module) {
  waiting.set(file, module)
  untouched.set(module, remember([module.exports]))
  const set = (asked) => {
    if (holds(module)) return give(module, asked)
    drop()
    Module._cache[file] = asked
  }
  delete Module._cache[file]
  Object.defineProperty(Module._cache, file, { get: () => undefined, set, enumerable: false, configurable: true })
}

// Where packages need each other, who is loaded first matters.
function isInCycle(root) {
  const done = new Set(), open = new Set()
  const visit = (module) => {
    if (open.has(module)) return true
    if (done.has(module)) return false
    open.add(module)
    const found = module.children.some(visit)
    open.delete(module)
    done.add(module)
    return found
  }
  return visit(root)
}

const seesTheSame = () => isUntouched() && evaluation.readsTheSame()

const holds = (module) => seesTheSame() && (!order || order[0] === module.filename) && needed(module).every((one) => untouched.get(one)())

// Of dependencies in the bundle, which may have seen all that was there.
const holdsFor = (children) =>
  seesTheSame() && !(order && children.some(isWaiting)) && [...untouched].every(([module, isStill]) => isWaiting(module) || isStill())

/** What it and its own have seen of modules that the function already has, and may have changed. */
function needed(module, seen = new Set()) {
  if (seen.has(module)) return []
  seen.add(module)
  return isWaiting(module) ? module.children.flatMap((child) => needed(child, seen)) : [module]
}

/** In the place of the one that Node has made for it. */
function give(module, asked) {
  order?.shift()
  put(module)
  const { parent } = asked
  module.parent = parent
  if (parent) parent.children.splice(parent.children.indexOf(asked), 1, module)
  asked.exports = module.exports
  asked.loaded = true
  asked.load = () => {}
}

const isWaiting = ({ filename }) => waiting.has(filename)

/** One that dependencies in the bundle have required, which are its function's now. */
function adopt(module, parent) {
  if (isWaiting(module)) module.parent = parent
  put(module)
  if (!parent.children.includes(module)) parent.children.push(module)
}

function put(module) {
  if (!waiting.delete(module.filename)) return
  delete Module._cache[module.filename]
  Module._cache[module.filename] = module
  for (const child of module.children) {
    if (isWaiting(child)) child.parent = module
    put(child)
  }
}

/** Those that nobody has required are loaded as ever from now on. */
function drop() {
  bundled?.drop()
  for (const file of waiting.keys()) {
    delete Module._cache[file]
    awaitModule(file)
  }
  waiting.clear()
}

// Files, the folders and manifests that led to them, and folders where nearer ones would be.
function placesOf(files) {
  const places = new Set(files)
  for (const file of files) {
    for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
      places.add(join(folder, 'node_modules'))
      if (!folder.includes('/node_modules')) continue
      places.add(folder)
      places.add(join(folder, 'package.json'))
    }
  }
  return [...places]
}

module.exports = { drop, preload }
//# sourceURL=node:internal/live/preload.cjs
