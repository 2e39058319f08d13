// Where functions use the embedded AWS, some requests by HTTPS name a host of AWS's in code, whatever the SDK's endpoint is:
// to an API's own host (@connections of a WebSocket API), and a custom resource's answer, which goes to its ResponseURL's path
// on port 443. They are sent to the endpoint in use instead, under the host's name.
'use strict'
const { syncBuiltinESMExports } = require('node:module')
const { urlToHttpOptions } = require('node:url')

const API = /^[a-z0-9]+\.execute-api\.[a-z0-9-]+\.amazonaws\.com$/
const CUSTOM_RESOURCE = '/_cloudformation/response/'

const isHere = (endpoint) => /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:|\/|$)/.test(endpoint ?? '')

function optionsOf(args) {
  const isUrl = typeof args[0] === 'string' || args[0] instanceof URL
  const url = isUrl ? urlToHttpOptions(new URL(args[0])) : {}
  const more = typeof args[isUrl ? 1 : 0] === 'object' ? args[isUrl ? 1 : 0] : {}
  return { ...url, ...more }
}

function named(host, headers = {}) {
  if (Array.isArray(headers) || Object.keys(headers).some((name) => name.toLowerCase() === 'host')) return headers
  return { ...headers, host }
}

/** Nothing: it does not go to the embedded AWS. */
function toEndpoint(options) {
  const host = options.hostname ?? options.host ?? ''
  const isToApi = API.test(host)
  if (!isToApi && !String(options.path ?? '').startsWith(CUSTOM_RESOURCE)) return undefined
  const { hostname, port, protocol } = new URL(process.env.AWS_ENDPOINT_URL)
  const headers = isToApi ? named(host, options.headers) : options.headers
  return { ...options, protocol, host: undefined, hostname, port: port || 80, headers, agent: undefined }
}

function redirect() {
  const http = require('node:http'), https = require('node:https') // four milliseconds, which no function on AWS pays
  const { request } = https
  https.request = function (...args) {
    const there = isHere(process.env.AWS_ENDPOINT_URL) && toEndpoint(optionsOf(args))
    if (!there) return Reflect.apply(request, https, args)
    return http.request(there, ...args.filter((one) => typeof one === 'function'))
  }
  https.get = function (...args) {
    const asked = https.request(...args)
    asked.end()
    return asked
  }
  syncBuiltinESMExports()
}

module.exports = { isHere, redirect }
//# sourceURL=node:internal/live/embedded-aws.cjs
