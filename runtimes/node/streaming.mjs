// awslambda.streamifyResponse: the handler writes to a stream, which for now is collected and sent whole.
import { Writable } from 'node:stream'

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming')

export const isStreaming = (handler) => handler[streaming] === 'response'

export class ResponseStream extends Writable {
  #chunks = []
  contentType = 'application/octet-stream'
  setContentType(type) {
    this.contentType = type
  }
  _write(chunk, encoding, done) {
    this.#chunks.push(chunk)
    done()
  }
  collected() {
    return Buffer.concat(this.#chunks)
  }
}

export function installGlobals() {
  globalThis.awslambda = {
    ...globalThis.awslambda,
    streamifyResponse(handler, options) {
      handler[streaming] = 'response'
      if (options?.highWaterMark) {
        handler[Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark')] = Number(options.highWaterMark)
      }
      return handler
    },
    HttpResponseStream: class HttpResponseStream {
      // Status, headers and cookies go ahead of the body, parted from it by eight NULs.
      static from(stream, prelude) {
        stream.setContentType('application/vnd.awslambda.http-integration-response')
        stream.write(JSON.stringify(prelude))
        stream.write(Buffer.alloc(8))
        return stream
      }
    },
  }
}
