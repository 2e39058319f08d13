import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";

export interface Item {
  id: string;
  text: string;
}

export const table = process.env.TABLE!;
export const documents = DynamoDBDocumentClient.from(new DynamoDBClient());

export function answer(statusCode: number, body: unknown) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
