exports.handle = async (event, context) => {
  if (event.fail) throw new Error("it failed");
  if (event.exit) process.exit(3);
  return {
    event,
    id: context.awsRequestId,
    arn: context.invokedFunctionArn,
    left: context.getRemainingTimeInMillis() > 1000,
    identity: context.identity?.cognitoIdentityId ?? null,
  };
};
