// What code that is loaded can see and change besides its imports: globals, Node's own modules, how modules are loaded,
// listeners of the process. Code that leaves them alone can run sooner or later, and nobody can tell.
'use strict'
const Module = require('node:module')

const builtins = ['assert', 'async_hooks', 'buffer', 'child_process', 'crypto', 'dns', 'events', 'fs', 'fs/promises', 'http', 'http2', 'https', 'module', 'net', 'os', 'path', 'process', 'querystring', 'stream', 'timers', 'timers/promises', 'tls', 'url', 'util', 'util/types', 'v8', 'vm', 'zlib']

const isObject = (value) => (typeof value === 'object' && value !== null) || typeof value === 'function'
const descriptor = Object.getOwnPropertyDescriptor

// An accessor's value may not be there yet, and must not be made by us.
function* valuesOf(object) {
  for (const key of Reflect.ownKeys(object)) yield descriptor(object, key).value
}

function sharedObjects() {
  const all = new Set([process._events, Module._extensions, require('node:http').globalAgent, require('node:https').globalAgent])
  const addPrototype = (value) => typeof value === 'function' && isObject(value.prototype) && all.add(value.prototype)
  for (const whole of [globalThis, ...builtins.map((name) => require(`node:${name}`))]) {
    all.add(whole)
    for (const value of valuesOf(whole)) {
      addPrototype(value)
      if (whole === globalThis ? isObject(value) : typeof value === 'object' && value !== null) all.add(value)
    }
  }
  for (const comesAndGoes of [Module._cache, Module._pathCache, process.moduleLoadList]) all.delete(comesAndGoes)
  all.delete(process.env) // whoever reads it says which of it (evaluation.cjs)
  return all
}

// Data first: reading a value is quicker than asking for its descriptor.
function picture(object) {
  const keys = Reflect.ownKeys(object)
  const data = [], values = [], accessors = []
  for (const key of keys) {
    const { get, value } = descriptor(object, key)
    if (get) accessors.push([key, get])
    else data.push(key), values.push(value)
  }
  return { object, count: keys.length, data, values, accessors }
}

// Some of Node's accessors put a value in their place when they are read.
function isAccessorStill(object, key, get) {
  const now = descriptor(object, key)
  if (!now) return false
  return now.get ? now.get === get : now.value === Reflect.apply(get, object, [])
}

function isAsBefore({ object, count, data, values, accessors }) {
  if (Reflect.ownKeys(object).length !== count) return false
  for (let n = 0; n < data.length; ++n) if (!Object.is(object[data[n]], values[n])) return false
  return accessors.every(([key, get]) => isAccessorStill(object, key, get))
}

/** Of these objects, or of all that code shares. @returns {() => boolean} whether they are still what they are now */
function remember(objects = sharedObjects()) {
  const pictures = [...objects].filter(isObject).map(picture)
  return () => pictures.every(isAsBefore)
}

module.exports = { remember }
//# sourceURL=node:internal/live/surroundings.cjs
