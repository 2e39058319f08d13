// The lab as a shop: functions that are slow and that fail, and a supplier that CloudFormation has to wait for.
import { Lab } from "./lab.mjs";

const app = `import * as cdk from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import { readFileSync } from "node:fs";

const common = { runtime: lambda.Runtime.NODEJS_22_X, timeout: cdk.Duration.seconds(30) };

class Shop extends cdk.Stack {
  constructor(app, id, { supplier, orders }) {
    super(app, id);
    for (const name of ["Basket", "Checkout", "Report"])
      new NodejsFunction(this, name, { ...common, functionName: \`\${app.stage}-\${name}\`, entry: \`src/\${name.toLowerCase()}.ts\`, bundling: { sourceMap: true } });
    this.addOrders(orders);
    if (supplier) this.addSupplier(supplier);
  }

  addOrders({ key, name }) {
    const partitionKey = { name: key, type: dynamodb.AttributeType.STRING };
    new dynamodb.Table(this, "Orders", { tableName: name, partitionKey, removalPolicy: cdk.RemovalPolicy.DESTROY });
  }

  addSupplier(properties) {
    const code = lambda.Code.fromInline(readFileSync("supplier.js", "utf8"));
    const { functionArn } = new lambda.Function(this, "SupplierMaker", { ...common, code, handler: "index.handler" });
    new cdk.CustomResource(this, "Supplier", { serviceToken: functionArn, properties });
  }
}

export default function main(app) {
  new Shop(app, "shop", JSON.parse(readFileSync("shop.json", "utf8")));
}
`;
const supplier = `exports.handler = async ({ ResourceProperties: { seconds, fails }, RequestType, ResponseURL, StackId, RequestId, LogicalResourceId }) => {
  if (RequestType !== "Delete") await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  const failed = fails === "true" && RequestType !== "Delete";
  const answer = { Status: failed ? "FAILED" : "SUCCESS", Reason: "the supplier is closed on Sundays", PhysicalResourceId: "supplier" };
  await fetch(ResponseURL, { method: "PUT", body: JSON.stringify({ ...answer, StackId, RequestId, LogicalResourceId }) });
};
`;
const basket = `export const handler = async (event: { rawPath: string }) => {
  console.log("basket of", event.rawPath);
  await new Promise((resolve) => setTimeout(resolve, 40));
  console.log("\\x1b[35m3 articles\\x1b[0m");
  return { statusCode: 200, body: JSON.stringify({ articles: ["tea", "coffee"] }) };
};
`;
const checkout = `interface Order { id: string; customer?: { name: string } }

const greet = (order: Order): string => {
  return \`Dear \${order.customer!.name}\`;
};

export const handler = async (event: { order: Order }) => greet(event.order);
`;
const report = `export const handler = async (event: { seconds: number }) => {
  console.log("counting…");
  await new Promise((resolve) => setTimeout(resolve, event.seconds * 1000));
  console.log("\\x1b[31mred to the end, \\x1b[2Jno clearing, \\x1b[9A no moving");
  return "counted";
};
`;

export class Shop extends Lab {
  constructor(options) {
    super({}, { "lib/index.js": app, "supplier.js": supplier, "src/basket.ts": basket, "src/checkout.ts": checkout, "src/report.ts": report }, options);
    this.sells({});
  }

  /** @param {{ supplier?: { seconds: number, fails?: string }, orders?: { key: string, name?: string } }} what */
  sells({ supplier, orders = { key: "id" } }) {
    this.write("shop.json", JSON.stringify({ supplier, orders }));
  }
}
