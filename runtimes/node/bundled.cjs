// The dependencies of a bundle, evaluated before the bundle asks for them, in the order in which it has taken them before. It
// gets them as long as it takes them in that order, and nothing is different that they could have seen; those that are left
// then are evaluated where they are taken, as ever.
'use strict'
const Module = require('node:module')
const { dirname } = require('node:path')
const { giveBy } = require('./dependencies.cjs')
const { remember } = require('./surroundings.cjs')

const traps = Object.getOwnPropertyNames(Reflect).filter((name) => typeof Reflect[name] === 'function')
const requireOf = (module) => Module.prototype._compile.call(module, 'return require', module.filename)

class Bundled {
  #taken // {file, bundle, names}
  #make
  #evaluation
  #stand // requires what they require
  #factories
  #modules = [] // all: {look, forget}
  #groups = [] // that are not taken yet: {name, modules, children, isUntouched}
  #given = []
  #isOver = false // no more of them are given
  #seen = {} // of the bundle: what they see as module and exports

  /** @param {{file: string, bundle: string, names: string[]}} taken @param {Function} make what `prepare` gave */
  constructor(taken, make, evaluation) {
    const { bundle, names } = taken
    this.#taken = taken
    this.#make = make
    this.#evaluation = evaluation
    this.#stand = Object.assign(new Module(bundle), { filename: bundle, paths: Module._nodeModulePaths(dirname(bundle)) })
    const watch = (look, forget) => this.#modules.push({ look, forget })
    this.#factories = make(requireOf(this.#stand), this.#standIn('module'), this.#standIn('exports'), bundle, dirname(bundle), watch)
    if (this.#modules.length === 0) evaluation.blame('is made so that it cannot be evaluated again')
    else for (const name of names) this.#evaluate(name)
  }

  /** Modules outside the bundle that they have required. */
  get children() {
    return this.#stand.children
  }

  /**
   * @param {(children: Module[]) => boolean} holds what these have seen, and what all have seen together
   * @param {(child: Module, parent: Module) => void} adopt
   */
  offer(holds, adopt) {
    const take = (name) => {
      if (this.#isOver || this.#given.some((group) => group.name === name)) return
      const [next] = this.#groups
      if (next?.name !== name || !holds(next.children) || !this.#given.every(isUntouched)) return this.drop()
      this.#given.push(this.#groups.shift())
      for (const child of next.children) adopt(child, this.#seen.module)
    }
    giveBy(this.#taken.file, (...given) => this.#hand(...given), take)
  }

  /** What has not been taken is evaluated when it is. */
  drop() {
    this.#isOver = true
    for (const { forget } of this.#groups.flatMap(({ modules }) => modules)) forget()
    this.#groups = []
  }

  #evaluate(name) {
    const before = this.children.length
    const waiting = this.#modules.filter(({ look }) => !look())
    this.#factories[name]()
    const modules = waiting.filter(({ look }) => look())
    if (!this.#groups.every(isUntouched)) this.#evaluation.blame('changes what is loaded before')
    this.#groups.push({ name, modules, children: this.children.slice(before), isUntouched: remember(modules.map(({ look }) => look().exports)) })
  }

  #hand(require, module, exports, bundle, ...more) {
    if (bundle !== this.#taken.bundle || this.#seen.module) {
      this.drop()
      return this.#make(require, module, exports, bundle, ...more)
    }
    this.#seen = { module, exports }
    this.#stand.require = Module.prototype.require.bind(module)
    return this.#factories
  }

  // They hardly ever look at it, and must not before it is there.
  #standIn(name) {
    const look = (trap) => (_, ...given) => {
      this.#evaluation.blame(`looks at the bundle's ${name}`)
      return Reflect[trap](this.#seen[name] ?? {}, ...given)
    }
    return new Proxy({}, Object.fromEntries(traps.map((trap) => [trap, look(trap)])))
  }
}

const isUntouched = (group) => group.isUntouched()

module.exports = { Bundled }
//# sourceURL=node:internal/live/bundled.cjs
