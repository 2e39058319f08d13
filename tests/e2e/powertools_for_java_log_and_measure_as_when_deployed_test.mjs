// AWS Lambda Powertools for Java: their lines and metrics come through unaltered, under their call.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Compiled, mavenProject } from "../support/compiled.mjs";

const dependency = (group, artifact, version) => `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
const powertools = (artifact) => dependency("software.amazon.lambda", artifact, "2.9.0");
const { pom, skip } = mavenProject("java-powertools", dependency("com.amazonaws", "aws-lambda-java-core", "1.4.0") + powertools("powertools-logging-log4j") + powertools("powertools-metrics"));
const environment = { POWERTOOLS_SERVICE_NAME: "shop", POWERTOOLS_METRICS_NAMESPACE: "Shop", POWERTOOLS_LOG_LEVEL: "INFO" };
const lab = new Compiled("JAVA_17", "example.Shop::handle", {
  "fn/pom.xml": pom,
  "fn/target/fn-1.jar": "built before, as an app's script does",
  "fn/src/main/resources/log4j2.xml": `<Configuration>
  <Appenders><Console name="Json" target="SYSTEM_OUT"><JsonTemplateLayout eventTemplateUri="classpath:LambdaJsonLayout.json"/></Console></Appenders>
  <Loggers><Root level="INFO"><AppenderRef ref="Json"/></Root></Loggers>
</Configuration>
`,
  "fn/src/main/java/example/Shop.java": `package example;

import com.amazonaws.services.lambda.runtime.Context;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import software.amazon.lambda.powertools.logging.PowertoolsLogging;
import software.amazon.lambda.powertools.metrics.Metrics;
import software.amazon.lambda.powertools.metrics.MetricsFactory;
import software.amazon.lambda.powertools.metrics.model.MetricUnit;

public class Shop {
  private static final Logger logger = LoggerFactory.getLogger(Shop.class);
  private static final Metrics metrics = MetricsFactory.getMetricsInstance();

  public String handle(Map<String, String> event, Context context) {
    metrics.captureColdStartMetric(context); // before the logger takes the start for done
    return PowertoolsLogging.withLogging(context, () -> {
      System.out.println("first");
      MDC.put("order", event.get("order"));
      logger.info("second\\nof two lines");
      System.err.println("third");
      logger.error("fourth", new IllegalStateException("as asked"));
      logger.debug("not shown");
      metrics.addMetric("orders", 1, MetricUnit.COUNT);
      metrics.flush();
      return context.getAwsRequestId();
    });
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn/target/fn-1.jar")`, functions: { Fn: `environment: ${JSON.stringify(environment)},` } });
before(() => skip || lab.go(), { timeout: 580_000 });
after(() => lab.dispose());

for (const cold of [true, false])
  test(`lines and metrics of a ${cold ? "cold" : "warm"} call`, { skip, timeout: 300_000 }, async () => {
    let id;
    const logged = await lab.newlyLogged("Fn", async () => (id = (await lab.invoke("Fn", { order: "7" })).body));
    const lines = logged.get(id).map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
    const said = lines.filter((line) => !line._aws);
    assert.equal(said[0], "first");
    assert.equal(said[1].message, "second\nof two lines");
    assert.deepEqual([said[1].level, said[1].order, said[1].cold_start, said[1].function_name, said[1].function_request_id, said[1].service], ["INFO", "7", cold, "e2e-Fn", id, "shop"]);
    assert.equal(said[2], "third");
    assert.equal(said[3].message, "fourth");
    assert.match(JSON.stringify(said[3]), /IllegalStateException/);
    assert.match(said.at(-1), /^LIVE RequestId: /);
    const names = lines.filter((line) => line._aws).flatMap(({ _aws }) => _aws.CloudWatchMetrics.flatMap(({ Namespace, Metrics }) => Metrics.map(({ Name }) => `${Namespace}/${Name}`)));
    assert.deepEqual(names.sort(), cold ? ["Shop/ColdStart", "Shop/orders"] : ["Shop/orders"]);
  });
