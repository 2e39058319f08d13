// AWS's runtime interface client for Java writes the logs of a context's logger: in JSON down to a level, and in frames,
// so that a message of several lines is one event. What it prints with nothing between is what stands in the log group.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, mavenProject } from "../support/compiled.mjs";
import { until } from "../support/lab.mjs";

const dependency = (artifact, version) => `<dependency><groupId>com.amazonaws</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
const { pom, skip } = mavenProject("java-logs", dependency("aws-lambda-java-core", "1.4.0") + dependency("aws-lambda-java-runtime-interface-client", "2.6.0"));
const lab = new Compiled("JAVA_17", "example.Teller::handle", {
  "fn/pom.xml": pom,
  "fn/src/main/java/example/Teller.java": `package example;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.LambdaLogger;
import com.amazonaws.services.lambda.runtime.logging.LogLevel;
import java.util.Map;

public class Teller {
  public String handle(Map<String, String> event, Context context) {
    LambdaLogger logger = context.getLogger();
    logger.log("without a level");
    logger.log("one");
    System.out.println("printed");
    logger.log("two\\n  of two lines", LogLevel.INFO);
    if (!"JSON".equals(System.getenv("AWS_LAMBDA_LOG_FORMAT"))) System.out.print("unfinished");
    logger.log("of all", LogLevel.TRACE);
    logger.log("fine", LogLevel.DEBUG);
    logger.log("with an end\\n", LogLevel.WARN);
    if (!"JSON".equals(System.getenv("AWS_LAMBDA_LOG_FORMAT"))) System.err.println("to the other stream");
    logger.log("åäö \\u20ac", LogLevel.ERROR);
    return "done";
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn/target/fn-1.jar")`, functions: { Text: "", Json: "loggingFormat: lambda.LoggingFormat.JSON, applicationLogLevelV2: lambda.ApplicationLogLevel.DEBUG," } });
after(() => lab.dispose());
lab.write("fn/target/fn-1.jar", "built before, as an app's script does");
let session;

/** What the client itself prints for one call, without anything of ours. */
async function printedAlone(variables) {
  const id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
  let answered;
  const over = new Promise((resolve) => (answered = resolve));
  let calls = 0;
  const api = createServer((request, response) => {
    request.resume().on("end", () => {
      if (!request.url.endsWith("/next")) answered(response.writeHead(202).end());
      else if (++calls === 1) response.writeHead(200, { "Lambda-Runtime-Aws-Request-Id": id, "Lambda-Runtime-Deadline-Ms": String(Date.now() + 60_000), "Lambda-Runtime-Invoked-Function-Arn": "arn", "Content-Type": "application/json" }).end("{}");
    });
  });
  await new Promise((resolve) => api.listen(0, "127.0.0.1", resolve));
  const project = path.join(lab.app, "fn");
  execFileSync("mvn", ["-q", "-B", "compile", "dependency:build-classpath", "-Dmdep.outputFile=target/class-path"], { cwd: project, stdio: "pipe" });
  const classPath = readFileSync(path.join(project, "target/class-path"), "utf8").trim();
  const child = spawn("java", ["-cp", `${path.join(project, "target/classes")}:${classPath}`, "com.amazonaws.services.lambda.runtime.api.client.AWSLambda", "example.Teller::handle"], {
    env: { PATH: process.env.PATH, HOME: lab.folder, LANG: "en_US.UTF-8", AWS_EXECUTION_ENV: "AWS_Lambda_java17", AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}`, ...variables },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more) => (text += more));
  const ended = new Promise((resolve) => child.once("close", resolve));
  await Promise.race([over, ended]);
  child.kill();
  await ended;
  api.closeAllConnections();
  api.close();
  return text.split(id).join("ID");
}

/** What a call's log has between Lambda's own lines: its events. */
async function logged(name) {
  const earlier = lab.invoked.length;
  await lab.invoke(name);
  const id = lab.invoked[earlier];
  const events = await until(`the end of the log of ${name}`, async () => {
    const all = (await lab.logEvents(name).catch(() => [])).map(({ message }) => message.replace(/\n$/, ""));
    const at = (own) => all.findIndex((event) => own.test(event) && event.includes(id));
    const [start, end] = [at(/^START |"platform\.start"/), at(/^REPORT |"platform\.report"/)];
    return end >= 0 && all.slice(start, end);
  });
  return events.filter((event) => !/^(START|END|LIVE) RequestId: |^\{"time":/.test(event)).map((event) => event.replaceAll(id, "ID").replaceAll("\r", "\n"));
}

const inText = [
  "without a level", "one", "printed", "[INFO] two\n  of two lines", "unfinished", "[TRACE] of all", "[DEBUG] fine", "[WARN] with an end",
  "to the other stream", "[ERROR] åäö €",
];
const timeless = (line) => (line.startsWith("{") ? JSON.stringify({ ...JSON.parse(line), timestamp: "T" }) : line);

for (const way of ["live", "deployed"]) {
  test(`${way}, in text each message is one event`, { skip, timeout: 580_000 }, async () => {
    if (way === "live") {
      session = await lab.go();
    } else {
      await session.stop();
      execFileSync("mvn", ["-q", "-B", "package"], { cwd: path.join(lab.app, "fn"), stdio: "pipe" });
      await lab.do("deploy");
    }
    assert.deepEqual(await logged("Text"), inText);
  });

  test(`${way}, in JSON each line is the client's own`, { skip, timeout: 300_000 }, async () => {
    const alone = (await printedAlone({ AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: "DEBUG" })).trimEnd().split("\n");
    assert.ok(alone.length === 7 && alone.every((line) => !line.includes("of all")), alone.join("\n"));
    assert.deepEqual((await logged("Json")).map(timeless), alone.map(timeless));
  });
}

test("in the terminal, a message of several lines is under its call", { skip }, () => {
  const at = session.lines.findIndex((line) => line.includes("[INFO]"));
  assert.match(session.lines[at], /│ \[INFO\] two$/);
  assert.match(session.lines[at + 1], /│ {3}of two lines$/);
});
