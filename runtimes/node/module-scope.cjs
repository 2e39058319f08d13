'use strict'
const { existsSync, readFileSync } = require('node:fs')
const { basename, dirname, join } = require('node:path')

/** The nearest package.json decides what a .js file is. */
function isModuleScope(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (basename(folder) === 'node_modules') return false
    const path = join(folder, 'package.json')
    if (existsSync(path)) {
      try {
        return JSON.parse(readFileSync(path, 'utf8')).type === 'module'
      } catch {
        return false
      }
    }
    if (folder === dirname(folder)) return false
  }
}

module.exports = { isModuleScope }
//# sourceURL=node:internal/live/module-scope.cjs
