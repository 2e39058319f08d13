// Goes a few times through what a function's start and its first call go through. Node loads and compiles much of itself at
// first use, and what has run a few times runs a good deal quicker.
'use strict'
const { createServer } = require('node:net')
const { RuntimeApi } = require('./api.cjs')
const { loadHandler } = require('./handler.cjs')
const { Loop } = require('./loop.cjs')

const rounds = 5 // with fewer, V8 compiles what is hot in the function's time
const lambdaMajor = 22 // its handlers may take a callback, which is the longer way

const taken = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n'
const event = `HTTP/1.1 200 OK
Lambda-Runtime-Aws-Request-Id: rehearsal
Lambda-Runtime-Deadline-Ms: 0
Lambda-Runtime-Invoked-Function-Arn: rehearsal
Content-Length: 2

{}`.replaceAll('\n', '\r\n')

/** A Runtime API with one event for each client. @param {() => void} over called when it is answered */
function serve(over) {
  return createServer((socket) => {
    let isGiven = false
    socket.on('error', () => {}) // it leaves without reading all that it is told
    socket.on('data', (requests) => {
      for (const [, method] of requests.toString().matchAll(/(GET|POST) \//g)) {
        if (method === 'POST') socket.write(taken)
        else if (isGiven) over()
        else socket.write(event)
        isGiven ||= method === 'GET'
      }
    })
  })
}

async function once(address, answered) {
  const api = new RuntimeApi(address)
  api.connect()
  const handler = await loadHandler(__dirname, 'warm.handler')
  delete require.cache[require.resolve('./warm.cjs')]
  await new Promise((resolve) => setImmediate(setImmediate, resolve))
  new Loop(api, handler, lambdaMajor).start()
  await answered()
  api.close()
}

/** Of the process nothing is different afterwards. */
async function rehearse() {
  const names = ['beforeExit', 'uncaughtException', 'unhandledRejection']
  const before = names.map((name) => process.listeners(name))
  let tell
  const answered = () => new Promise((resolve) => (tell = resolve))
  const server = serve(() => tell())
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = `127.0.0.1:${server.address().port}/rehearsal`
  for (let n = 0; n < rounds; ++n) await once(address, answered)
  await new Promise((resolve) => server.close(resolve)) // what is left of it would run in the function's time
  names.forEach((name, n) => {
    for (const listener of process.listeners(name)) if (!before[n].includes(listener)) process.off(name, listener)
  })
  process.stdout.write('')
  process.stderr.write('')
}

module.exports = { rehearse }
//# sourceURL=node:internal/live/rehearsal.cjs
