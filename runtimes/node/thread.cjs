// Loaded in each thread before its own code: in one that a function has started writes below the task root are told, as in
// the function's own. In which state they leave a file it says of those that are done at once (live/handler_writes.h).
'use strict'
const { isMainThread } = require('node:worker_threads')

if (!isMainThread) {
  require('./task-root.cjs').tellWritesTo(process.env.LAMBDA_TASK_ROOT ?? process.cwd())
  delete require.cache[require.resolve('./task-root.cjs')]
}
delete require.cache[__filename]
//# sourceURL=node:internal/live/thread.cjs
