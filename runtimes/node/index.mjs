// A Lambda runtime for Node, started in the environment of the function.
import { run } from './runtime.mjs'

await run()
