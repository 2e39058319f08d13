// Three stacks of which each needs the one before, and one nested in the second.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, codeOf } from "../support/lab.mjs";

const lab = new Lab({}, {
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true", table: process.env.TABLE });`,
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as dynamodb from "aws-cdk-lib/aws-dynamodb";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const [data, api, jobs] = ["data", "api", "jobs"].map((id) => new cdk.Stack(app, id));
  const table = new dynamodb.Table(data, "Table", { partitionKey: { name: "pk", type: "S" } });
  const work = (stack, id, environment) => {
    const made = new lambda.Function(stack, id, {
      functionName: app.stage + "-" + id, runtime: lambda.Runtime.NODEJS_22_X, handler: "index.handler",
      code: lambda.Code.fromAsset("src"), environment,
    });
    table.grantReadData(made);
    return made;
  };
  const first = work(api, "First", { TABLE: table.tableName });
  const nested = new cdk.NestedStack(api, "Inner");
  const inner = work(nested, "Inside", { TABLE: table.tableName, FIRST: first.functionName });
  work(jobs, "Last", { TABLE: table.tableName, FIRST: first.functionArn, INNER: inner.functionArn });
}
`,
});
after(() => lab.dispose());
const names = ["First", "Inside", "Last"];
const stacks = ["e2e-lab-data", "e2e-lab-api", "e2e-lab-jobs"];
const nestedTemplate = async () => lab.template(await lab.physical("e2e-lab-api", "InnerNestedStack"));

test("every function runs live, with what it takes from other stacks", async () => {
  const session = await lab.go();
  const answers = [];
  for (const name of names) {
    const { error, text, body } = await lab.invoke(name);
    assert.equal(error, undefined, text);
    assert.equal(body.local, true);
    answers.push(body.table);
  }
  assert.deepEqual(answers, Array(3).fill(await lab.physical("e2e-lab-data", "Table")));
  const order = session.lines.filter((line) => /e2e-lab-(data|api|jobs)\b/.test(line)).map((line) => /e2e-lab-(\w+)/.exec(line)[1]);
  assert.deepEqual([...new Set(order)], ["data", "api", "jobs"], session.tail());
  assert.deepEqual(codeOf(await nestedTemplate()), { stub: ["Inside"], own: [] });
  assert.equal((await session.stop()).code, 0);
});

test("a start without a change deploys nothing", async () => {
  const session = await lab.go();
  for (const stack of stacks) await session.line(new RegExp(`${stack}.*no changes`), `${stack} without changes`);
  assert.equal((await lab.invoke("Inside")).body.local, true);
  await session.stop();
});

test("live deploy puts the real code everywhere", async () => {
  await lab.do("deploy");
  for (const name of names) assert.equal((await lab.invoke(name)).body.local, false, name);
  for (const stack of stacks.slice(1)) assert.deepEqual(codeOf(await lab.template(stack)).stub, []);
  assert.deepEqual(codeOf(await nestedTemplate()), { stub: [], own: ["Inside"] });
  assert.doesNotMatch(JSON.stringify(await lab.template("e2e-lab-api")), /live-lambda-stub/);
});

test("live remove takes them down, the last first", async () => {
  await lab.do("remove");
  const left = (await lab.leftOver()).filter((one) => !/Table/.test(one));
  assert.deepEqual(left, []); // but the table, which the CDK retains
});
