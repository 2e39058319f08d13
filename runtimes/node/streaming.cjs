// awslambda.streamifyResponse: what the handler writes to its stream leaves at once, and write() tells it when nobody
// takes it fast enough, as any stream of Node's does. Errors on the way follow the bytes, as trailers.
'use strict'
const { Writable } = require('node:stream')
const { RuntimeError } = require('./errors.cjs')

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming')
const highWaterMark = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')

const isStreaming = (handler) => handler[streaming] === 'response'

// What no header may have fails in the words of Node's http, by which AWS's runtime sends it. Only the odd ones load that.
function headerText(contentType) {
  const isPlain = typeof contentType === 'string' && /^[ -~]*$/.test(contentType)
  if (!isPlain) require('node:http').validateHeaderValue('Content-Type', contentType)
  return String(contentType)
}

class ResponseStream extends Writable {
  #open // gives the way out, for a content type
  #out = null
  #contentType = 'application/octet-stream'
  #written = false
  #over = false
  _onBeforeFirstWrite = null

  /** @param {(contentType: string) => object} open begins the answer: RuntimeApi.stream */
  constructor(open, handler) {
    super({ decodeStrings: true, highWaterMark: handler[highWaterMark] })
    this.#open = open
  }

  setContentType(type) {
    if (this.#written) throw new RuntimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.')
    this.#contentType = headerText(type)
  }

  write(chunk, ...rest) {
    if (!this.#written) {
      this.#written = true
      this._onBeforeFirstWrite?.((ahead) => super.write(ahead))
    }
    const isBytes = typeof chunk === 'string' || chunk instanceof Uint8Array
    return super.write(isBytes ? chunk : JSON.stringify(chunk), ...rest)
  }

  _write(chunk, encoding, done) {
    if (this.#over) return done()
    this.#way().write([chunk], done)
  }

  _writev(chunks, done) {
    if (this.#over) return done()
    this.#way().write(chunks.map(({ chunk }) => chunk), done)
  }

  _final(done) {
    if (this.#over) return done()
    this.#over = true
    this.#way().end(null, done)
  }

  /** Ends with an error, whatever has been written so far. */
  fail(envelope, done = () => {}) {
    if (this.#over) return done()
    this.#over = true
    this.#way().end(envelope, done)
  }

  #way() {
    return (this.#out ??= this.#open(this.#contentType))
  }
}

function installGlobals() {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler, options) {
      handler[streaming] = 'response'
      if (options?.highWaterMark) handler[highWaterMark] = Number(options.highWaterMark)
      return handler
    },
    HttpResponseStream: class HttpResponseStream {
      // Status, headers and cookies go ahead of the first bytes, parted from them by eight NULs. Without a write() there
      // is no prelude, as on AWS.
      static from(stream, prelude) {
        stream.setContentType('application/vnd.awslambda.http-integration-response')
        const text = JSON.stringify(prelude)
        stream._onBeforeFirstWrite = (write) => {
          write(text)
          write(Buffer.alloc(8))
        }
        return stream
      }
    },
  }
}

module.exports = { isStreaming, ResponseStream, installGlobals }
//# sourceURL=node:internal/live/streaming.cjs
