import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyHandler } from "aws-lambda";
import { answer, documents, type Item, table } from "./items";

export const handler: APIGatewayProxyHandler = async () => {
  const { Items = [] } = await documents.send(new ScanCommand({ TableName: table }));
  return answer(200, Items as Item[]);
};
