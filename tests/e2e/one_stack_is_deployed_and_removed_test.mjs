// `live deploy STACK` and `live remove STACK`: with what it needs, and not from under those that need it.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({});
lab.write(
  "lib/index.js",
  `import * as cdk from "aws-cdk-lib";
import * as sns from "aws-cdk-lib/aws-sns";
export default function main(app) {
  const [data, api, jobs] = ["data", "api", "jobs"].map((id) => new cdk.Stack(app, id));
  const topic = new sns.Topic(data, "Topic");
  new sns.Topic(jobs, "Topic");
  new cdk.CfnOutput(api, "TopicArn", { value: topic.topicArn });
  new sns.Topic(api, "Own");
}
`,
);
after(() => lab.dispose());
const there = async () => {
  const { Stacks } = await lab.formation("DescribeStacks", {});
  return Stacks.map(({ StackName }) => StackName).filter((name) => name.startsWith("e2e-")).sort();
};
const run = (command, ...args) => lab.run(command, ...args, "--local", "--stage", "e2e", "--yes");

test("one is deployed with what it needs, and no other", async () => {
  const { code, text } = await run("deploy", "api");
  assert.equal(code, 0, text);
  assert.match(text, /Deployed: the functions of e2e-lab-data, e2e-lab-api run their own code/);
  assert.deepEqual(await there(), ["e2e-lab-api", "e2e-lab-data"]);
});

test("an unknown one is told with those that there are", async () => {
  for (const command of ["deploy", "remove"]) {
    const { code, text } = await run(command, "apo");
    assert.equal(code, 1);
    assert.match(text, /there is no stack "apo" in this app \(did you mean "e2e-lab-api"\?\); it has e2e-lab-data, /);
  }
});

test("one that others need is not removed, and they are named", async () => {
  const { code, text } = await run("remove", "data");
  assert.equal(code, 1);
  assert.match(text, /stack e2e-lab-data is not removed: e2e-lab-api needs it/);
  assert.deepEqual(await there(), ["e2e-lab-api", "e2e-lab-data"]);
});

test("in the other order both go", async () => {
  for (const stack of ["e2e-lab-api", "data"]) {
    const { code, text } = await run("remove", stack);
    assert.equal(code, 0, text);
  }
  assert.deepEqual(await there(), []);
});
