import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { APIGatewayProxyHandler } from "aws-lambda";
import { randomUUID } from "node:crypto";
import { answer, documents, type Item, table } from "./items";

export const handler: APIGatewayProxyHandler = async (event) => {
  const { text } = JSON.parse(event.body ?? "{}");
  if (typeof text !== "string") return answer(400, { message: "text: a string is expected" });
  const item: Item = { id: randomUUID(), text };
  await documents.send(new PutCommand({ TableName: table, Item: item }));
  return answer(201, item);
};
