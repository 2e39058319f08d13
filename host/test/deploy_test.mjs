import assert from "node:assert/strict";
import { test } from "node:test";
import { isTaken } from "../src/deploy.mjs";

test("a deployment of somebody else's is told from a failure", () => {
  for (const said of [
    "ChangeSet cdk-deploy-change-set already exists",
    "Stack [CDKToolkit] already exists and cannot be created again with the changeSet [cdk-deploy-change-set].",
    "ChangeSet [cdk-deploy-change-set] does not exist",
    "Stack:arn:aws:cloudformation:us-east-1:1:stack/dev/1 is in UPDATE_IN_PROGRESS state and can not be updated.",
    "InvalidChangeSetStatusException: An operation on this ChangeSet is currently in progress.",
  ])
    assert.ok(isTaken(said), said);
  for (const said of ["Table (AWS::DynamoDB::Table): Table already exists: orders", "Stack:x is in ROLLBACK_COMPLETE state and can not be updated."])
    assert.ok(!isTaken(said), said);
});
