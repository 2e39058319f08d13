// The second argument of a handler.
'use strict'
const parsed = (json) => (json ? JSON.parse(json) : undefined)

function makeContext(headers, takesCallback) {
  const env = process.env
  const deadline = Number(headers['lambda-runtime-deadline-ms'])
  const ofTheFunction = {
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
  }
  const ofTheCall = {
    clientContext: parsed(headers['lambda-runtime-client-context']),
    identity: parsed(headers['lambda-runtime-cognito-identity']),
    invokedFunctionArn: headers['lambda-runtime-invoked-function-arn'],
    awsRequestId: headers['lambda-runtime-aws-request-id'],
    tenantId: headers['lambda-runtime-aws-tenant-id'],
  }
  const getRemainingTimeInMillis = () => deadline - Date.now()
  if (takesCallback) {
    return { callbackWaitsForEmptyEventLoop: true, ...ofTheFunction, ...ofTheCall, getRemainingTimeInMillis }
  }
  const xRayTraceId = headers['lambda-runtime-trace-id']
  return { ...ofTheCall, xRayTraceId, getRemainingTimeInMillis, ...ofTheFunction }
}

module.exports = { makeContext }
//# sourceURL=node:internal/live/context.cjs
