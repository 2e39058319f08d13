// A Lambda runtime for Node that waits, with everything loaded but the user's code and environment, until a line on
// its standard input tells which function it is: {"folder": …, "environment": {…}, "loaded": list}. Before, lines may name
// what it will probably need: {"dependencies": file}, or {"loaded": list} of what a function has loaded. The line
// {"preload": order} tells which function it will be, if any: it says what it has loaded of that one's packages, or ends.
'use strict'
const { closeSync, openSync, readFileSync, readSync, writeSync } = require('node:fs')
const Module = require('node:module')
const { prepare } = require('./dependencies.cjs')
const { compileListed, noteLoaded } = require('./packages.cjs')
const { rehearse } = require('./rehearsal.cjs')
const { run, setUp } = require('./runtime.cjs')

// What the AWS SDK and most handlers load.
const builtins = ['buffer', 'child_process', 'crypto', 'events', 'fs/promises', 'http', 'http2', 'https', 'os', 'path', 'stream', 'url', 'util', 'zlib']
const loadBuiltins = () => Promise.all(builtins.map((name) => import(`node:${name}`))) // for either kind of module

let rest = Buffer.alloc(0)

function readLine() {
  const buffer = Buffer.alloc(65536)
  for (;;) {
    const end = rest.indexOf(10)
    if (end >= 0) {
      const line = rest.toString('utf8', 0, end)
      rest = rest.subarray(end + 1)
      return line
    }
    const count = readSync(0, buffer)
    if (count === 0) process.exit(0) // nobody needs us
    rest = Buffer.concat([rest, buffer.subarray(0, count)])
  }
}

function readOrder() {
  for (;;) {
    const order = JSON.parse(readLine())
    if (order.environment) return order
    if (order.preload) {
      expect(order.preload)
      continue
    }
    try {
      if (order.dependencies) prepare(order.dependencies)
      else compileListed(order.loaded)
    } catch {} // whoever loads them gets the error
  }
}

let isThere = false // whoever preloads is there already
let dropRest = () => {} // of what is preloaded

function enter({ folder, environment }) {
  for (const name of Object.keys(process.env)) if (environment[name] === undefined) delete process.env[name]
  for (const [name, value] of Object.entries(environment)) if (process.env[name] !== value) process.env[name] = value
  if (isThere) return
  isThere = true
  Module._initPaths() // NODE_PATH
  process.chdir(folder)
}

function hasPackages(list) {
  const { files, dependencies } = JSON.parse(readFileSync(list, 'utf8'))
  return files.length > 0 || dependencies !== undefined
}

const nothing = { preload: (list) => (compileListed(list), []), drop() {} }

function expect(order) {
  try {
    const load = hasPackages(order.loaded) ? require('./preload.cjs') : nothing // here: a process that becomes a function needs it no more
    dropRest = load.drop
    enter(order)
    setUp()
    writeSync(1, `\u0001live preloaded ${JSON.stringify(load.preload(order.loaded))}\n`)
  } catch {
    process.exit(0) // it is not to be seen that anything was loaded
  }
}

async function become(order) {
  closeSync(0)
  openSync('/dev/null') // takes the number that has just become free: standard input
  enter(order)
  await run({ onLoaded: () => noteWhatIsLoaded(order) })
}

function noteWhatIsLoaded({ loaded }) {
  dropRest()
  if (loaded) noteLoaded(loaded)
}

loadBuiltins()
  .then(rehearse)
  .then(() => become(readOrder()))
//# sourceURL=node:internal/live/spare.cjs
