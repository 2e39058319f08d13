// A Lambda runtime for Node, started in the environment of the function.
'use strict'
const { run } = require('./runtime.cjs')

run()
//# sourceURL=node:internal/live/index.cjs
