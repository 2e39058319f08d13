// What two answers of an example have in common when one came from this machine and one from the deployed code.

const ofOneCall = /^(date|x-amz-apigw-id|x-amzn-requestid|x-amzn-trace-id|content-length|connection|keep-alive)$/;

/** Status, headers but for those of one call, and the body's shape. */
export function shape({ status, headers, body, text }) {
  return {
    status,
    headers: Object.fromEntries([...headers].filter(([name]) => !ofOneCall.test(name)).sort()),
    has: [...headers.keys()].filter((name) => ofOneCall.test(name) && name !== "content-length").sort(),
    body: body === undefined ? text : shapeOf(body),
  };
}

function shapeOf(value) {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
  return typeof value;
}
