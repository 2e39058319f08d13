// AWS Lambda Powertools for TypeScript and Python: their lines come through unaltered, under their call, metrics too.
import assert from "node:assert/strict";
import { cpSync, symlinkSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { byNpm, byPip } from "../support/fetched.mjs";
import { Lab } from "../support/lab.mjs";

const { folder: npm, skip: noTypescript } = byNpm("powertools/npm", "Powertools", "@aws-lambda-powertools/logger@2.36.0", "@aws-lambda-powertools/metrics@2.36.0");
const { folder: pip, skip: noPython } = byPip("powertools/pip", "Powertools", "aws-lambda-powertools==3.37.0");

const environment = { POWERTOOLS_SERVICE_NAME: "shop", POWERTOOLS_METRICS_NAMESPACE: "Shop", POWERTOOLS_LOG_LEVEL: "INFO" };
const lab = new Lab(
  {
    ...(noTypescript ? {} : { Typed: { entry: "typed/handler.ts", environment } }),
    ...(noPython ? {} : { Python: { runtime: "python3.12", code: "python", handler: "index.handler", environment } }),
  },
  {
    "typed/handler.ts": `
      import { Logger } from "@aws-lambda-powertools/logger";
      import { MetricUnit, Metrics } from "@aws-lambda-powertools/metrics";
      const logger = new Logger();
      const metrics = new Metrics();
      export const handler = async (event: { order: number }, context: any) => {
        logger.addContext(context);
        metrics.captureColdStartMetric();
        console.log("first");
        logger.info("second", { order: event.order });
        console.error("third");
        logger.error("fourth", new RangeError("as asked"));
        logger.debug("not shown");
        metrics.addMetric("orders", MetricUnit.Count, 1);
        metrics.publishStoredMetrics();
        return context.awsRequestId;
      };`,
    "python/index.py": `
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
import sys
logger = Logger()
metrics = Metrics()
@logger.inject_lambda_context
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event, context):
    print("first")
    logger.info("second", extra={"order": event["order"]})
    print("third", file=sys.stderr)
    try:
        raise ValueError("as asked")
    except ValueError:
        logger.exception("fourth")
    logger.debug("not shown")
    metrics.add_metric(name="orders", unit=MetricUnit.Count, value=1)
    return context.aws_request_id
`,
  },
);
after(() => lab.dispose());

test("a session starts", async () => {
  if (!noTypescript) symlinkSync(path.join(npm, "node_modules"), path.join(lab.app, "typed/node_modules"));
  if (!noPython) cpSync(path.join(pip, "site"), path.join(lab.app, "python"), { recursive: true });
  if (!noTypescript || !noPython) await lab.go();
});

for (const [name, skip, error] of [["Typed", noTypescript, "RangeError"], ["Python", noPython, "ValueError"]])
  test(`${name}: lines and metrics of a cold and of a warm call`, { skip }, async () => {
    for (const cold of [true, false]) {
      let id;
      const logged = await lab.newlyLogged(name, async () => (id = (await lab.invoke(name, { order: 7 })).body));
      const lines = logged.get(id).map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
      const said = lines.filter((line) => !line._aws);
      const blobs = lines.filter((line) => line._aws);
      assert.equal(said[0], "first");
      assert.equal(said[1].message, "second");
      assert.deepEqual([said[1].order, said[1].cold_start, said[1].function_name, said[1].function_request_id, said[1].service], [7, cold, `e2e-${name}`, id, "shop"]);
      assert.equal(said[2], "third");
      assert.equal(said[3].message, "fourth");
      assert.match(JSON.stringify(said[3]), new RegExp(error));
      assert.match(said[4], /^LIVE RequestId: /);
      const names = blobs.flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Namespace, Metrics }) => Metrics.map(({ Name }) => `${Namespace}/${Name}`)));
      assert.deepEqual(names.sort(), cold ? ["Shop/ColdStart", "Shop/orders"] : ["Shop/orders"]);
    }
  });
