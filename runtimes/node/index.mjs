// A Lambda runtime for Node, started in the environment of the function.
import { run } from './runtime.mjs'

// On the embedded AWS a custom resource's answer takes another way.
if (process.env.LIVE_CLOUD) await import('./custom-resource.cjs')
delete process.env.LIVE_CLOUD

await run()
