// What `live bench` measures: one function that is called, one that is edited, one that is called by hundreds at once.
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";

export default function main(app) {
  const stack = new cdk.Stack(app, "functions");
  for (const name of ["call", "edit", "many"]) {
    new lambda.Function(stack, name, {
      functionName: `live-bench-${name}`,
      runtime: lambda.Runtime.NODEJS_22_X,
      code: lambda.Code.fromAsset("src"),
      handler: `${name === "many" ? "call" : name}.handler`,
      memorySize: 512,
      timeout: cdk.Duration.seconds(name === "many" ? 300 : 30),
    });
  }
}
