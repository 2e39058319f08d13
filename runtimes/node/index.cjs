// A Lambda runtime for Node, started in the environment of the function.
'use strict'
const { run } = require('./runtime.cjs')

// On the embedded AWS a custom resource's answer takes another way.
if (process.env.LIVE_CLOUD) require('./custom-resource.cjs')
delete process.env.LIVE_CLOUD

run()
