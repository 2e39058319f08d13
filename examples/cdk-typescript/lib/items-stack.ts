import { CfnOutput, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { AttributeType, BillingMode, Table } from "aws-cdk-lib/aws-dynamodb";
import { Runtime } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
import type { Construct } from "constructs";
import * as path from "node:path";

export class ItemsStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const table = new Table(this, "Table", {
      partitionKey: { name: "id", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    const list = this.handler("List", "list.ts", table);
    const create = this.handler("Create", "create.ts", table);
    table.grantReadData(list);
    table.grantWriteData(create);

    const api = new RestApi(this, "Api", { cloudWatchRole: false });
    const items = api.root.addResource("items");
    items.addMethod("GET", new LambdaIntegration(list));
    items.addMethod("POST", new LambdaIntegration(create));
    new CfnOutput(this, "ItemsUrl", { value: api.urlForPath("/items") });
  }

  private handler(id: string, file: string, table: Table) {
    return new NodejsFunction(this, id, {
      entry: path.join(__dirname, "..", "src", file),
      runtime: Runtime.NODEJS_22_X,
      environment: { TABLE: table.tableName },
    });
  }
}
