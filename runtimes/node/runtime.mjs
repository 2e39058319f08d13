// Loads the handler that the environment names, and serves it.
import Module from 'node:module'
import { RuntimeApi } from './api.mjs'
import { envelope, RuntimeError, UnhandledPromiseRejection } from './errors.mjs'
import { loadHandler } from './handler.mjs'
import { Loop } from './loop.mjs'
import { importFromNodePath } from './node-path.mjs'
import { layers, takeLayers } from './opt.mjs'
import { refuseRequiredModules } from './required-modules.mjs'
import { installGlobals, isStreaming } from './streaming.mjs'

function reportInitError(api, error, code) {
  const told = envelope(error)
  api.initError(told.errorType, JSON.stringify(told), () => process.exit(code))
}

// Lambda's own words.
const callbackRemoved =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to ' +
  'modify this function to use a supported handler signature to use Node.js 24 or later. For more information see ' +
  'https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.'

export async function run() {
  if (process.env.LIVE_INSPECT) (await import('./inspect.mjs')).inspectAsTold()
  const api = new RuntimeApi(process.env.AWS_LAMBDA_RUNTIME_API)
  const major = Number(/nodejs(\d+)/.exec(process.env.AWS_EXECUTION_ENV)?.[1] ?? 22)
  const uncaught = (error) => reportInitError(api, error, 129)
  const rejected = (reason, promise) => reportInitError(api, new UnhandledPromiseRejection(reason, promise), 128)
  process.on('uncaughtException', uncaught)
  process.on('unhandledRejection', rejected)
  console._stderr = process.stdout // one stream, so that lines keep their order
  installGlobals()
  refuseRequiredModules(major)
  takeLayers()
  // A CommonJS handler may `import`, too; hooks on a thread of their own, Node 20's, cost more than that is worth.
  if (layers.length > 0 && Module.registerHooks) importFromNodePath()
  let handler
  try {
    handler = await loadHandler(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER)
    if (major >= 24 && handler.length > 2 && !isStreaming(handler)) {
      throw new RuntimeError('CallbackHandlerDeprecated', callbackRemoved)
    }
  } catch (error) {
    return reportInitError(api, error, 1)
  }
  process.off('uncaughtException', uncaught)
  process.off('unhandledRejection', rejected)
  new Loop(api, handler, major).start()
}
