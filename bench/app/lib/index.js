// What `live bench` measures: one function that is called, one that is edited.
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";

export default function main(app) {
  const stack = new cdk.Stack(app, "functions");
  for (const name of ["call", "edit"]) {
    new lambda.Function(stack, name, {
      functionName: `live-bench-${name}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      code: lambda.Code.fromAsset("src"),
      handler: `${name}.handler`,
      memorySize: 512,
      timeout: cdk.Duration.seconds(30),
    });
  }
}
