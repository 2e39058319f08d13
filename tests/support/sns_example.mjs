// examples/api-sns and its copy for @aws-cdk/core behave alike: one test for both.
import assert from "node:assert/strict";
import path from "node:path";
import { after, before, test } from "node:test";
import { shape } from "./examples.mjs";
import { client, sdk } from "./lab.mjs";
import { Workplace, call, root } from "./live.mjs";

/** @param {string} example a folder of examples/ */
export function testsOfSnsExample(example) {
  const place = new Workplace(example);
  const paths = ["", "orders/7?color=red&color=blue"];
  const answers = {};
  let session;
  before(async () => {
    session = place.start("--stage", "one");
    await session.listening();
  });
  after(() => place.dispose());

  const url = (more) => session.url("ApiUrl") + more;
  const callAll = () => Promise.all(paths.map((more) => call(url(more))));

  test("live, the endpoint's function runs on this machine", async () => {
    answers.live = await callAll();
    for (const { status, text, body } of answers.live) {
      assert.equal(status, 200, text);
      assert.equal(body.local, true);
    }
    assert.equal(answers.live[1].body.path, "/orders/7");
  });

  test("live, the topic's function runs on this machine", async () => {
    for (const { body } of answers.live) await session.line(new RegExp(`received ${body.published}: .*"path":"${body.path}"`), "line of sns.js", { timeout: 20_000 });
  });

  test("deployed, the answers are the same", async () => {
    const { code } = await session.stop();
    assert.equal(code, 0, session.tail());
    await place.must("deploy", "--local", "--stage", "one");
    answers.deployed = await callAll();
    assert.deepEqual(answers.deployed.map(shape), answers.live.map(shape));
    for (const { body } of answers.deployed) assert.equal(body.local, false);
    assert.equal(answers.deployed[1].body.path, answers.live[1].body.path);
  });

  test("deployed, the topic's function runs too", async () => {
    const logs = await client(place, "cloudwatch-logs", "CloudWatchLogsClient");
    const { DescribeLogGroupsCommand, FilterLogEventsCommand } = sdk("cloudwatch-logs");
    const until = Date.now() + 20_000;
    for (;;) {
      const { logGroups } = await logs.send(new DescribeLogGroupsCommand({}));
      const group = logGroups.map(({ logGroupName }) => logGroupName).find((name) => /one-.*-Sns/.test(name));
      const { events } = group ? await logs.send(new FilterLogEventsCommand({ logGroupName: group })) : { events: [] };
      if (answers.deployed.every(({ body }) => events.some(({ message }) => message.includes(`received ${body.published}`)))) return;
      assert.ok(Date.now() < until, `not in the log of ${group}: ${JSON.stringify(events.map(({ message }) => message))}`);
    }
  });

  test("the debug stack has the tags of the app's own hook", async () => {
    const { CloudFormationClient, DescribeStacksCommand } = hostSdk("client-cloudformation");
    const env = await place.aws();
    const cloudformation = new CloudFormationClient({ endpoint: env.AWS_ENDPOINT_URL, region: env.AWS_REGION, credentials: { accessKeyId: "test", secretAccessKey: "test" } });
    const { Stacks } = await cloudformation.send(new DescribeStacksCommand({ StackName: `one-${example}-debug-stack` }));
    assert.deepEqual(Stacks[0].Tags.find(({ Key }) => Key === "my-stage"), { Key: "my-stage", Value: "one" });
  });

  test("live remove leaves nothing", async () => {
    await place.must("remove", "--local", "--stage", "one", "--yes");
    assert.deepEqual(await place.leftOver(), []);
  });
}

import { createRequire } from "node:module";
const requireHost = createRequire(path.join(root, "host/package.json"));
const hostSdk = (name) => requireHost(`@aws-sdk/${name}`);
