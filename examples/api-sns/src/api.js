const { PublishCommand, SNSClient } = require("@aws-sdk/client-sns");

const sns = new SNSClient();

exports.handler = async (event) => {
  const message = { greeting: "Hello from api.js", path: event.path, at: new Date().toISOString() };
  const { MessageId } = await sns.send(
    new PublishCommand({ TopicArn: process.env.TOPIC_ARN, Message: JSON.stringify(message) }),
  );
  console.log(`published ${MessageId}`);
  return {
    statusCode: 200,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...message, published: MessageId, local: process.env.IS_LOCAL === "true" }),
  };
};
