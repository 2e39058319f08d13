// Watches code while it is evaluated: what it reads of the world, and whether it does anything but define itself. What does
// not may be evaluated before it is needed, as long as what it read is still the same then.
'use strict'
const { createHook } = require('node:async_hooks')
const childProcess = require('node:child_process')
const fs = require('node:fs')
const { resolve } = require('node:path')
const { types } = require('node:util')
const { remember } = require('./surroundings.cjs')

const isInPackage = (file) => /\/node_modules\//.test(file)
const syncCalls = (owner) => Object.keys(owner).filter((name) => name.endsWith('Sync') && typeof owner[name] === 'function')
const mayRead = new Set(['accessSync', 'existsSync', 'lstatSync', 'openSync', 'readFileSync', 'readdirSync', 'readlinkSync', 'realpathSync', 'statSync'])

class Evaluation {
  fault // why it can be told when this code ran
  files = new Set() // of packages, that it read or looked for
  #variables = new Map() // that it read
  #isUnder = true
  #environment = process.env
  #undo = []
  #isUntouched = remember()
  #hook = createHook({ init: (id, type) => this.blame(`begins ${type}`) })

  constructor() {
    this.#watchEnvironment()
    this.#watchFiles()
    this.#watchPrograms()
    this.#watchStacks()
    this.#hook.enable()
  }

  end() {
    this.#hook.disable()
    for (const undo of this.#undo) undo()
    if (!this.#isUntouched()) this.blame('changes globals')
    this.#isUnder = false
  }

  /** The variables that it read are what they were. */
  readsTheSame() {
    return [...this.#variables].every(([name, value]) => this.#environment[name] === value)
  }

  /** One of its modules, which is there now. */
  addModule({ filename, exports }) {
    if (!isInPackage(filename) || !/\.(c?js|json)$/.test(filename)) this.blame(`loads ${filename}`)
    if (types.isModuleNamespaceObject(exports)) this.blame(`loads the ES module ${filename}`)
    this.files.add(filename)
  }

  /** Whoever asks for a module's parent sees who needs it first. */
  watchParent(module) {
    const get = () => this.blame('reads module.parent')
    Object.defineProperty(module, 'parent', { get, configurable: true })
    this.#undo.push(() => delete module.parent)
  }

  /** It does what could be told. */
  blame(fault) {
    if (this.#isUnder) this.fault ??= fault
  }

  // Code may keep what it is given here, so that goes on to work as what it stands for.
  #watchEnvironment() {
    const real = this.#environment
    const read = (name) => {
      if (this.#isUnder) this.#variables.set(name, real[name])
    }
    const told = (trap, how) => (...args) => {
      how(args[1])
      return Reflect[trap](...args)
    }
    const blame = () => this.blame('reads or changes all of its environment')
    const traps = {}
    for (const trap of ['has', 'getOwnPropertyDescriptor']) traps[trap] = told(trap, read)
    for (const trap of ['ownKeys', 'defineProperty', 'deleteProperty']) traps[trap] = told(trap, blame)
    traps.get = (of, name) => (read(name), of[name])
    traps.set = (of, name, value) => (blame(), (of[name] = value), true)
    this.#replace(process, 'env', new Proxy(real, traps))
  }

  #watchFiles() {
    for (const name of syncCalls(fs)) {
      this.#wrap(fs, name, (file) => {
        const path = typeof file === 'string' ? resolve(file) : ''
        if (mayRead.has(name) && isInPackage(path)) this.files.add(path)
        else this.blame(`calls fs.${name}`)
      })
    }
  }

  #watchPrograms() {
    for (const name of syncCalls(childProcess)) this.#wrap(childProcess, name, () => this.blame(`calls ${name}`))
  }

  // A stack tells who has needed it.
  #watchStacks() {
    this.#replace(Error, 'prepareStackTrace', (error, sites) => {
      this.blame('reads a stack')
      return `${error}\n${sites.map((site) => `    at ${site}`).join('\n')}`
    })
  }

  #wrap(owner, name, tell) {
    const original = owner[name]
    const evaluation = this
    const wrapped = function (...args) {
      if (evaluation.#isUnder) tell(args[0])
      return Reflect.apply(original, this, args)
    }
    this.#replace(owner, name, Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(original)))
  }

  #replace(owner, name, value) {
    const before = Object.getOwnPropertyDescriptor(owner, name)
    Object.defineProperty(owner, name, { value, writable: true, enumerable: before?.enumerable ?? false, configurable: true })
    this.#undo.push(() => (before ? Object.defineProperty(owner, name, before) : delete owner[name]))
  }
}

module.exports = { Evaluation }
//# sourceURL=node:internal/live/evaluation.cjs
