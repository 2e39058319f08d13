import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceOf } from "../src/creation-place.mjs";

const logicalId = (/** @type {string} */ data) => ({ type: "aws:cdk:logicalId", data });
const created = (/** @type {string[]} */ ...data) => ({ type: "aws:cdk:creationStack", data });

test("the innermost place outside packages is where a resource is made", () => {
  const metadata = {
    "/shop": [created("new Shop (/app/lib/shop.ts:1:1)")],
    "/shop/Orders/Resource": [
      logicalId("OrdersA9B65338"),
      created("...new Table2 in aws-cdk-lib...", "new Table (/app/node_modules/aws-cdk-lib/aws-dynamodb/lib/table.js:1:2)", "Shop.addOrders (file:///app/lib/shop.ts:41:5)", "new Shop (/app/lib/shop.ts:12:10)"),
    ],
    "/shop/Topic": [logicalId("Topic"), created("file:///app/lib/index.mjs:8 (:)", "...node internals...")],
    "/shop/Version": [logicalId("Version"), created("...aws-cdk-lib...", "(no user code in 10 frames)")],
  };
  assert.deepEqual(sourceOf(metadata, "OrdersA9B65338"), { file: "/app/lib/shop.ts", line: 41, column: 5 });
  assert.deepEqual(sourceOf(metadata, "Topic"), { file: "/app/lib/index.mjs", line: 8 });
  assert.equal(sourceOf(metadata, "Version"), undefined);
  assert.equal(sourceOf(metadata, "Unknown"), undefined);
  assert.equal(sourceOf(undefined, "Topic"), undefined);
});

test("older libraries note it beside the logical id", () => {
  const metadata = { "/shop/Topic": [{ type: "aws:cdk:logicalId", data: "Topic", trace: ["new CfnTopic (/app/node_modules/@aws-cdk/aws-sns/lib/sns.js:1:2)", "main (/app/lib/index.js:9:3)"] }] };
  assert.deepEqual(sourceOf(metadata, "Topic"), { file: "/app/lib/index.js", line: 9, column: 3 });
});
