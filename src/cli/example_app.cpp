#include "cli/example_app.h"

namespace live::cli {
namespace {

constexpr ExampleFile kFiles[] = {
    {"package.json", R"({
  "name": "@NAME@",
  "version": "1.0.0",
  "private": true,
  "scripts": {
    "check": "tsc --noEmit"
  },
  "devDependencies": {
    "@types/aws-lambda": "8.10.160",
    "@types/node": "20.19.25",
    "aws-cdk-lib": "2.273.0",
    "constructs": "10.8.1",
    "esbuild": "0.28.2",
    "typescript": "5.9.3"
  }
}
)"},
    {"tsconfig.json", R"({
  "compilerOptions": {
    "target": "ES2022",
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  },
  "include": ["lib", "src"]
}
)"},
    {"lib/index.ts", R"(import * as cdk from "aws-cdk-lib";
import * as apigateway from "aws-cdk-lib/aws-apigateway";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";

// What is deployed. Save a change while `live start` runs, and it is shown; ENTER deploys it.
export default function main(app: cdk.App) {
  const stack = new cdk.Stack(app, "hello");

  const hello = new NodejsFunction(stack, "Hello", {
    entry: "src/hello.ts",
    runtime: lambda.Runtime.NODEJS_22_X,
    environment: { GREETING: "Hello" },
  });

  const api = new apigateway.LambdaRestApi(stack, "Api", { handler: hello, cloudWatchRole: false });
  new cdk.CfnOutput(stack, "Url", { value: api.url });
}
)"},
    {"src/hello.ts", R"(import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";

// Runs on this machine while `live start` runs. Save a change: the next call has it.
export async function handler(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const name = event.queryStringParameters?.name ?? "world";
  console.log("greeting", name);
  return { statusCode: 200, body: JSON.stringify({ message: `${process.env.GREETING}, ${name}!` }) + "\n" };
}
)"},
};

}  // namespace

std::span<const ExampleFile> example_app() { return kFiles; }

}  // namespace live::cli
