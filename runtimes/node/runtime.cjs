// Loads the handler that the environment names, and serves it.
'use strict'
const Module = require('node:module')
const { dirname } = require('node:path')
const { RuntimeApi } = require('./api.cjs')
const { setUpConsole, takeFraming, tellDebugger } = require('./console.cjs')
const { envelope, RuntimeError, UnhandledPromiseRejection } = require('./errors.cjs')
const { logError } = require('./errors-log.cjs')
const { isHere, redirect } = require('./embedded-aws.cjs')
const { loadHandler } = require('./handler.cjs')
const { Loop } = require('./loop.cjs')
const { importFromNodePath } = require('./node-path.cjs')
const opt = require('./opt.cjs')
const { tellPackagesOutside } = require('./outside.cjs')
const { refuseRequiredModules } = require('./required-modules.cjs')
const { installGlobals, isStreaming } = require('./streaming.cjs')
const { tellWritesTo } = require('./task-root.cjs')

function reportInitError(api, title, error, code) {
  logError(title, error)
  const told = envelope(error)
  isLoading = false
  api.ref() // until it is told
  api.initError(told.errorType, JSON.stringify(told), () => process.exit(code))
}

// Lambda's own words.
const callbackRemoved =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
  'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.'

// The function's code is the first that there is.
function leaveNoTrace() {
  for (const file of Object.keys(require.cache)) if (dirname(file) === __dirname) delete require.cache[file]
  delete process.mainModule
}

let api // none while the process waits to become a function

const uncaught = (error) => reportInitError(api, 'Uncaught Exception', error, 129)
const rejected = (reason, promise) =>
  reportInitError(api, 'Unhandled Promise Rejection', new UnhandledPromiseRejection(reason, promise), 128)
const lambdaMajor = () => Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? 22)
// From Node.js 24 on Lambda's runtime leaves them to Node, which ends the process with status 1.
const reportsCrashes = () => lambdaMajor() < 24

// Nothing is left to do, and the handler's module still awaits something. Node knows it of its own main module alone. A
// module that ends the process by itself is none of that.
let isLoading = false
function tellUnsettled() {
  if (!isLoading || process.exitCode) return
  console.error(`Warning: Detected unsettled top-level await in ${process.env._HANDLER}`)
  process.exitCode = 13
}

let isSetUp = false

/** All that is there before the user's code, in the function's environment. A process that waits may do it sooner. */
function setUp() {
  opt.takeLayers()
  takeFraming()
  if (isSetUp) return
  isSetUp = true
  if (reportsCrashes()) {
    process.on('uncaughtException', uncaught)
    process.on('unhandledRejection', rejected)
    process.on('beforeExit', tellUnsettled) // with the others: who looks for what has changed finds the same (surroundings.cjs)
  }
  setUpConsole()
  installGlobals()
  if (isHere(process.env.AWS_ENDPOINT_URL)) redirect()
  tellWritesTo(process.env.LAMBDA_TASK_ROOT)
  leaveNoTrace()
  refuseRequiredModules(lambdaMajor())
  // A CommonJS handler may `import`, too; hooks on a thread of their own, Node 20's, only where it does.
  if (opt.layers().length > 0 && Module.registerHooks) importFromNodePath()
  else if (opt.layers().length > 0) opt.beforeImports(importFromNodePath)
}

async function run({ onLoaded = () => {} } = {}) {
  if (process.env.LIVE_INSPECT) require('./inspect.cjs').inspectAsTold(tellDebugger)
  api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API)
  api.connect() // while the handler is loaded
  setUp()
  const major = lambdaMajor()
  let handler
  try {
    isLoading = true
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER)
    if (major >= 24 && handler.length > 2 && !isStreaming(handler)) {
      throw new RuntimeError('CallbackHandlerDeprecated', callbackRemoved)
    }
  } catch (error) {
    return reportInitError(api, major < 24 ? 'Uncaught Exception' : 'Init Error', error, 1)
  }
  // What loading has left behind and nobody catches is init's, too.
  await new Promise((resolve) => setImmediate(setImmediate, resolve)) // a whole turn of the loop: we are connected by then
  process.off('uncaughtException', uncaught)
  process.off('unhandledRejection', rejected)
  process.off('beforeExit', tellUnsettled)
  new Loop(api, handler, major).start()
  onLoaded() // while the first event is on its way
  tellPackagesOutside(process.env.LAMBDA_TASK_ROOT)
}

module.exports = { run, setUp }
//# sourceURL=node:internal/live/runtime.cjs
