// Asks for work, runs the handler, answers, asks again.
'use strict'
const { logsOf } = require('./console.cjs')
const { makeContext } = require('./context.cjs')
const { envelope, RuntimeError, UnhandledPromiseRejection } = require('./errors.cjs')
const { logError } = require('./errors-log.cjs')
const { isStreaming, ResponseStream } = require('./streaming.cjs')
const { tellWhatWasLeft } = require('./task-root.cjs')

const largestResponse = 6_291_556 // bytes: Lambda refuses what is larger

const isNothing = (value) => value === undefined || value === null

class Loop {
  #api
  #handler
  #isStreaming
  #takesCallback // until Node.js 24, where AWS removed it
  #requestId = null // of the invocation under way
  #open = null // the stream of its answer, when it streams
  #whenIdle = null // what is to be done once the event loop has nothing left

  constructor(api, handler, lambdaMajor) {
    this.#api = api
    this.#handler = handler
    this.#isStreaming = isStreaming(handler)
    this.#takesCallback = lambdaMajor < 24
    if (this.#takesCallback || this.#isStreaming) process.on('beforeExit', () => this.#idle())
    if (!this.#takesCallback) return // and leaves to Node what nobody catches
    process.on('uncaughtException', (error) => this.#crash('Uncaught Exception', error, 129))
    process.on('unhandledRejection', (reason, promise) => {
      this.#crash('Unhandled Promise Rejection', new UnhandledPromiseRejection(reason, promise), 128)
    })
  }

  #idle() {
    const todo = this.#whenIdle
    this.#whenIdle = null
    todo?.()
  }

  start() {
    tellWhatWasLeft()
    this.#api.next((answer) => this.#run(answer))
    this.#api.ref()
  }

  #run({ status, headers, body }) {
    if (status !== 200) {
      console.error(`LAMBDA_RUNTIME asking for the next invocation failed: ${status} ${body}`)
      process.exit(1)
    }
    this.#api.unref()
    this.#requestId = headers['lambda-runtime-aws-request-id']
    logsOf(this.#requestId, headers['lambda-runtime-aws-tenant-id'])
    const trace = headers['lambda-runtime-trace-id']
    if (trace) process.env._X_AMZN_TRACE_ID = trace
    else delete process.env._X_AMZN_TRACE_ID
    try {
      const event = body === '' ? {} : JSON.parse(body)
      const context = makeContext(headers, this.#takesCallback)
      if (this.#isStreaming) this.#stream(event, context)
      else if (this.#takesCallback) this.#call(event, context)
      else this.#await(event, context)
    } catch (error) {
      this.#fail(error)
    }
  }

  // The older contract: a promise, or a callback that by default waits until the event loop is empty. Whichever is used first
  // counts, as in AWS's client, whatever the others say and the handler throws then.
  #call(event, context) {
    const id = this.#requestId
    let isSettled = false
    const first = (act) => (...values) => {
      if (isSettled || this.#requestId !== id) return
      isSettled = true
      act(...values)
    }
    const settle = (error, value) => {
      if (isNothing(error)) this.#succeed(value)
      else this.#fail(error)
    }
    const callback = first((error, value) => {
      if (isNothing(error) && context.callbackWaitsForEmptyEventLoop) this.#whenIdle = () => this.#succeed(value)
      else settle(error, value)
    })
    const succeed = (context.succeed = first((value) => settle(null, value)))
    const fail = (context.fail = first((error) => settle(error ?? 'handled')))
    context.done = first(settle)
    this.#whenIdle = () => this.#succeed(null)
    try {
      const result = this.#handler.call(undefined, event, context, callback)
      if (typeof result?.then === 'function') result.then(succeed, fail).catch(fail)
    } catch (error) {
      callback(error)
    }
  }

  // A promise that nothing can settle any more ends the process: Node has nothing left to do.
  #await(event, context) {
    const result = this.#handler.call(undefined, event, context)
    const id = this.#requestId
    Promise.resolve(result).then(
      (value) => this.#requestId === id && this.#succeed(value),
      (error) => this.#requestId === id && this.#fail(error),
    )
  }

  #stream(event, context) {
    const id = this.#requestId
    const open = (contentType) => this.#api.stream(id, contentType, (answer) => this.#taken(answer))
    const stream = new ResponseStream(open, this.#handler)
    this.#open = stream
    const failed = (error) => this.#requestId === id && this.#fail(error)
    const finished = new Promise((resolve, reject) => stream.once('finish', resolve).on('error', reject))
    this.#whenIdle = () => failed(new RuntimeError('InvalidStreamingOperation', 'The response stream was not ended'))
    const result = this.#handler.call(undefined, event, stream, context)
    if (typeof result?.then !== 'function') throw new Error('Streaming does not support non-async handlers.')
    const ran = result.then((value) => {
      if (value !== undefined) console.warn('Streaming handlers ignore return values.')
    })
    Promise.all([ran, finished]).then(() => this.#requestId === id && this.#answer(() => {}), failed)
  }

  #succeed(value) {
    let body
    try {
      body = JSON.stringify(value === undefined ? null : value)
      if (body === undefined) throw new TypeError('not JSON')
    } catch {
      const message = 'Unable to stringify response body'
      return this.#fail(this.#takesCallback ? new Error(message) : new RuntimeError('JSONStringifyError', message))
    }
    const id = this.#requestId
    if (Buffer.byteLength(body) > largestResponse) return this.#answerInVain(id, body)
    this.#answer((done) => this.#api.respond(id, body, '', done))
  }

  #fail(error) {
    logError('Invoke Error', error)
    const id = this.#requestId
    const stream = this.#open
    if (stream) return this.#answer(() => stream.fail(envelope(error)))
    this.#answer((done) => this.#api.fail(id, JSON.stringify(envelope(error)), done))
  }

  // The question for the next invocation leaves right behind the answer.
  #answer(send) {
    this.#finish()
    send((answer) => this.#taken(answer))
    this.start()
  }

  // What is said of the refusal belongs to this invocation, which ends with the question for the next one.
  #answerInVain(id, body) {
    this.#finish()
    this.#api.ref()
    this.#api.respond(id, body, '', (answer) => {
      this.#taken(answer)
      this.start()
    })
  }

  #finish() {
    tellWhatWasLeft()
    this.#requestId = null
    this.#whenIdle = null
    this.#open = null
  }

  #taken({ status, body }) {
    if (status === 202) return
    console.error(`LAMBDA_RUNTIME Failed to post handler success response. Http response code: ${status}. ${body}`)
  }

  // As on AWS: the invocation gets the error, and the process ends.
  #crash(title, error, code) {
    if (this.#requestId === null) {
      console.error(error)
      process.exit(code)
    }
    logError(title, error)
    const id = this.#requestId
    const stream = this.#open
    this.#requestId = null
    this.#whenIdle = null
    this.#open = null
    this.#api.ref()
    const exit = () => process.exit(code)
    if (stream) stream.fail(envelope(error), exit)
    else this.#api.fail(id, JSON.stringify(envelope(error)), exit)
  }
}

module.exports = { Loop }
//# sourceURL=node:internal/live/loop.cjs
