
      import * as cdk from "aws-cdk-lib";
      import * as lambda from "aws-cdk-lib/aws-lambda";
      const runtime = new lambda.Runtime("nodejs22.x", lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true });
      export default function main(app) {
        const stack = new cdk.Stack(app, "s");
        const code = lambda.Code.fromAsset("src");
        for (const id of ["A", "B", "C"]) new lambda.Function(stack, id, { runtime, handler: "api.handler", code });
      }