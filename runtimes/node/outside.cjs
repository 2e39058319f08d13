// Code in a folder is deployed as that folder. A package that Node has found above it, as in a workspace, is missing on
// Lambda: it is told by a line on standard error that `live` takes for itself (src/runtime/worker.cpp).
'use strict'
const { existsSync, realpathSync, writeSync } = require('node:fs')
const { join, sep } = require('node:path')
const { layers } = require('./opt.cjs')

const OUTSIDE = '\u0001live outside '
const MOST = 5
const BROUGHT = /^@(aws-sdk|smithy|aws)\// // by Lambda's runtime

const isOfPackage = ({ filename }) => filename?.includes('/node_modules/')
const packageOf = (file) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1]

function isDeployed(name, root) {
  const places = [join(root, 'node_modules'), ...layers().map((layer) => join(layer, 'nodejs/node_modules'))]
  return BROUGHT.test(name) || places.some((place) => existsSync(join(place, name)))
}

/** Those that the function's own modules have loaded, not what these packages need themselves. */
function packagesOutside(taskRoot) {
  const modules = Object.values(require.cache)
  if (!modules.some(isOfPackage)) return [] // as of most bundles, whose first event is on its way
  const root = realpathSync(taskRoot)
  const isOwn = (file) => file.startsWith(root + sep) && !file.includes('/node_modules/', root.length)
  const isOutside = ({ filename }) => filename && !filename.startsWith(root + sep) && !filename.startsWith(__dirname + sep)
  const loaded = modules.filter((one) => isOwn(one.filename ?? '')).flatMap((one) => one.children)
  const imported = modules.filter((one) => !one.parent) // by ES modules
  const names = [...loaded, ...imported].filter(isOutside).map((one) => packageOf(one.filename))
  return [...new Set(names)].filter((name) => name && !isDeployed(name, root))
}

function tellPackagesOutside(taskRoot) {
  try {
    const names = packagesOutside(taskRoot)
    if (names.length > 0) writeSync(2, `${OUTSIDE}${names.slice(0, MOST).join(', ')}${names.length > MOST ? ', …' : ''}\n`)
  } catch {} // it is only a hint
}

module.exports = { tellPackagesOutside }
//# sourceURL=node:internal/live/outside.cjs
