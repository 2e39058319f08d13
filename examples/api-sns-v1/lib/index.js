import * as cdk from "@aws-cdk/core";
import * as apigateway from "@aws-cdk/aws-apigateway";
import * as lambda from "@aws-cdk/aws-lambda";
import * as sns from "@aws-cdk/aws-sns";
import * as subscriptions from "@aws-cdk/aws-sns-subscriptions";

// Younger than this library.
const nodejs22 = new lambda.Runtime("nodejs22.x", lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true });

export default function main(app) {
  const stack = new cdk.Stack(app, "api");

  const topic = new sns.Topic(stack, "Topic");

  const api = new lambda.Function(stack, "Api", {
    runtime: nodejs22,
    code: lambda.Code.fromAsset("src"),
    handler: "api.handler",
    environment: { TOPIC_ARN: topic.topicArn },
  });
  topic.grantPublish(api);

  const subscriber = new lambda.Function(stack, "Sns", {
    runtime: nodejs22,
    code: lambda.Code.fromAsset("src"),
    handler: "sns.handler",
  });
  topic.addSubscription(new subscriptions.LambdaSubscription(subscriber));

  const endpoint = new apigateway.LambdaRestApi(stack, "Endpoint", { handler: api, cloudWatchRole: false });
  new cdk.CfnOutput(stack, "ApiUrl", { value: endpoint.url });
}

/** @param {import("live-lambda").DebugStackProps} props */
export function debugStack(app, stack, props) {
  cdk.Tags.of(app).add("my-stage", props.stage);
}
