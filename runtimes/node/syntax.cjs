// Where the error of an ES module is. Node tells it only to who watches a process end, not in the error: a second
// one is asked. It runs nothing of the module's: the error comes before any of its code.
'use strict'
const { fileURLToPath } = require('node:url')

const tellsItsPlace = (error) => /^(file:|\/)[^\n]*:\d+\n/.test(error.stack)

function addPlace(error, url) {
  if (!(error instanceof SyntaxError) || tellsItsPlace(error)) return error
  const code = `await import(${JSON.stringify(url)})`
  const { spawnSync } = require('node:child_process')
  const { NODE_OPTIONS, ...env } = process.env
  const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { env, encoding: 'utf8', timeout: 5000 })
  const [, place, line, excerpt] = /^(file:.*):(\d+)\n([\s\S]*?)\n\n?SyntaxError/m.exec(stderr ?? '') ?? []
  if (place) error.stack = `${fileURLToPath(place)}:${line}\n${excerpt}\n\n${error.stack}`
  return error
}

module.exports = { addPlace }
//# sourceURL=node:internal/live/syntax.cjs
