// The Lambda Runtime API over one kept socket. Written on node:net alone, so that nothing a handler does to
// node:http (patching, mocking, another agent) reaches it, and so that an answer leaves in the same tick.
'use strict'
const { connect } = require('node:net')

const version = '/2018-06-01/runtime'
const headEnd = Buffer.from('\r\n\r\n')

/** The name that a handler has given its error; the body has all of it. @param {unknown} type */
const inHeader = (type) => String(type).slice(0, 256).replace(/[^ -~]/g, '?')

class RuntimeApi {
  #host
  #port
  #prefix
  #hostLine
  #socket = null
  #chunks = []
  #received = 0
  #needed = 0 // bytes without which looking again is useless
  #waiting = [] // for answers, in the order of the requests

  constructor(address) {
    const slash = address.indexOf('/')
    const authority = slash < 0 ? address : address.slice(0, slash)
    const colon = authority.lastIndexOf(':')
    this.#host = colon < 0 ? authority : authority.slice(0, colon)
    this.#port = colon < 0 ? 80 : Number(authority.slice(colon + 1))
    this.#prefix = (slash < 0 ? '' : address.slice(slash)) + version
    this.#hostLine = `Host: ${authority}\r\n`
  }

  /** Ahead of the first request, which then leaves at once. It keeps no process alive. */
  connect() {
    this.#connected().unref()
  }

  // Calls back with {status, headers, body}. Waits as long as it takes.
  next(done) {
    this.#send(`GET ${this.#prefix}/invocation/next HTTP/1.1\r\n${this.#hostLine}\r\n`, '', done)
  }

  respond(requestId, body, headers, done) {
    this.#post(`/invocation/${requestId}/response`, body, headers, done)
  }

  fail(requestId, envelope, done) {
    this.#post(`/invocation/${requestId}/error`, envelope, 'Lambda-Runtime-Function-Error-Type: Unhandled\r\n', done)
  }

  // An answer that leaves as it is made. `done` is called back with what Lambda says to it.
  stream(requestId, contentType, done) {
    const socket = this.#connected()
    this.#waiting.push(done)
    const head =
      `POST ${this.#prefix}/invocation/${requestId}/response HTTP/1.1\r\n${this.#hostLine}` +
      `Content-Type: ${contentType}\r\nLambda-Runtime-Function-Response-Mode: streaming\r\n` +
      'Transfer-Encoding: chunked\r\n' +
      'Trailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\r\n\r\n'
    let before = head
    return {
      write(pieces, written) {
        const size = pieces.reduce((sum, piece) => sum + piece.length, 0)
        if (size === 0) return written() // an empty chunk would be the end
        socket.cork()
        socket.write(`${before}${size.toString(16)}\r\n`)
        before = ''
        for (const piece of pieces) socket.write(piece)
        socket.write('\r\n', written)
        socket.uncork()
      },
      end(error, written) {
        let trailers = ''
        if (error) {
          const type = inHeader(error.errorType)
          const body = Buffer.from(JSON.stringify(error)).toString('base64')
          trailers = `Lambda-Runtime-Function-Error-Type: ${type}\r\nLambda-Runtime-Function-Error-Body: ${body}\r\n`
        }
        socket.write(`${before}0\r\n${trailers}\r\n`, written)
      },
    }
  }

  initError(type, envelope, done) {
    this.#post('/init/error', envelope, `Lambda-Runtime-Function-Error-Type: ${inHeader(type)}\r\n`, done)
  }

  // While user code runs, only its own work keeps the process alive.
  ref() {
    this.#socket?.ref()
  }
  unref() {
    this.#socket?.unref()
  }

  close() {
    this.#socket?.removeAllListeners().destroy()
  }

  #post(path, body, headers, done) {
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
    const head =
      `POST ${this.#prefix}${path} HTTP/1.1\r\n${this.#hostLine}` +
      `Content-Type: application/json\r\n${headers}Content-Length: ${length}\r\n\r\n`
    this.#send(head, body, done)
  }

  #send(head, body, done) {
    const socket = this.#connected()
    this.#waiting.push(done)
    if (typeof body === 'string' && body.length < 65536) {
      socket.write(head + body)
    } else {
      socket.cork()
      socket.write(head)
      socket.write(body)
      socket.uncork()
    }
  }

  #connected() {
    if (this.#socket) return this.#socket
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true })
    socket.on('data', (chunk) => this.#receive(chunk))
    // Who serves us is gone: there is nothing left to run for.
    socket.on('error', () => process.exit(1))
    socket.on('close', () => process.exit(1))
    this.#socket = socket
    return socket
  }

  #receive(chunk) {
    this.#chunks.push(chunk)
    this.#received += chunk.length
    while (this.#received > 0 && this.#received >= this.#needed) {
      const bytes = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks)
      const answer = parse(bytes)
      if (typeof answer === 'number') {
        this.#chunks = [bytes]
        this.#needed = answer
        return
      }
      const rest = bytes.subarray(answer.size)
      this.#chunks = rest.length > 0 ? [rest] : []
      this.#received = rest.length
      this.#needed = 0
      this.#waiting.shift()(answer)
    }
  }
}

// A whole answer at the front of the bytes, or the number of bytes it takes to look again.
function parse(bytes) {
  const end = bytes.indexOf(headEnd)
  if (end < 0) return bytes.length + 1
  const lines = bytes.latin1Slice(0, end).split('\r\n')
  const status = Number(lines[0].slice(9, 12))
  const headers = {}
  for (let i = 1; i < lines.length; i++) {
    const colon = lines[i].indexOf(':')
    headers[lines[i].slice(0, colon).toLowerCase()] = lines[i].slice(colon + 1).trim()
  }
  if (headers['transfer-encoding']) throw new Error('the Runtime API answered in chunks, which is not expected here')
  const start = end + headEnd.length
  const size = start + Number(headers['content-length'] ?? 0)
  if (bytes.length < size) return size
  return { status, headers, body: bytes.utf8Slice(start, size), size }
}

module.exports = { RuntimeApi }
//# sourceURL=node:internal/live/api.cjs
