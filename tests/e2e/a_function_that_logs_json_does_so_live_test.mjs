// Its log format is the deployed function's: what it prints here, and the line of figures, are JSON in its log group.
import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, client, sdk, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const python = versionOf("/usr/bin/python3") !== undefined;
const lab = new Lab(
  {
    Node: { handler: "index.handler", logs: "INFO" },
    Warns: { handler: "index.levels", logs: "WARN" },
    Program: { runtime: "provided.al2023", code: "program", handler: "bootstrap", logs: "WARN" },
    ...(python ? { Python: { runtime: "python3.12", handler: "index.handler", logs: "INFO" } } : {}),
  },
  {
    "src/index.js": `exports.handler = async (event, { awsRequestId }) => {
      console.debug("not shown");
      console.log("said", { order: 7 });
      console.error(new RangeError("as asked"));
      return awsRequestId;
    };
    exports.levels = async () => {
      for (const level of ["TRACE", "debug", "INFO", "WARN", "error", "FATAL", "loud"]) process.stdout.write(JSON.stringify({ level, message: "written" }) + "\\n");
      process.stdout.write("plain\\n");
      console.info("not shown");
      console.warn("by the client");
    };`,
    // As a program of any language writes its lines and serves its calls.
    "program/bootstrap": `#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
while :; do
  id=$(curl -sS -D - -o /dev/null "$api/next" | grep -i '^lambda-runtime-aws-request-id:' | tr -d ' \\r' | cut -d: -f2)
  for level in TRACE debug INFO WARN error FATAL loud; do printf '{"level":"%s","message":"written"}\\n' "$level"; done
  echo plain
  curl -sS -o /dev/null -d '"done"' "$api/$id/response"
done
`,
    "src/index.py": `
import logging
def handler(event, context):
    logging.debug("not shown")
    logging.info("said %s", 7)
    try:
        raise ValueError("as asked")
    except ValueError:
        logging.exception("caught")
    return context.aws_request_id
`,
  },
);
chmodSync(path.join(lab.app, "program/bootstrap"), 0o755);
let session;
before(async () => (session = await lab.go()));
after(() => lab.dispose());

/** The lines of a call, from platform.start to platform.report. */
async function logged(id) {
  const { body: request } = await lab.invoke(id);
  return await until("platform.report", async () => {
    const lines = (await lab.logEvents(id).catch(() => [])).map(({ message }) => JSON.parse(message));
    const of = (type) => lines.findIndex((line) => line.type === type && line.record.requestId === request);
    return of("platform.report") >= 0 && { request, lines: lines.slice(of("platform.start"), of("platform.report") + 1) };
  });
}

function check({ request, lines }, error) {
  assert.deepEqual(lines.map(({ type, level }) => type ?? level), ["platform.start", "INFO", "ERROR", "live.report", "platform.report"]);
  const [, said, failed, figures] = lines;
  assert.deepEqual([said.requestId, failed.requestId, figures.record.requestId], [request, request, request]);
  assert.match(said.message, /^said /);
  assert.equal((failed.message.errorType ? failed.message : failed).errorType, error);
  assert.equal((failed.message.errorType ? failed.message : failed).errorMessage, "as asked");
  assert.ok(figures.record.metrics.maxMemoryUsedMB > 0);
}

test("Node", async () => check(await logged("Node"), "RangeError"));
test("Python", { skip: python ? false : "SKIPPED: there is no /usr/bin/python3" }, async () => check(await logged("Python"), "ValueError"));

test("live logs shows them as they are", async () => {
  const { text } = await lab.run("logs", "Node", "--local", "--stage", "e2e");
  assert.match(text, /"message":"said \{ order: 7 \}"/);
  assert.match(text, /"type":"live.report"/);
});

test("the system log level decides which of Lambda's own lines there are", async () => {
  const lambda = await client(lab, "lambda", "LambdaClient");
  const { UpdateFunctionConfigurationCommand } = sdk("lambda");
  const set = (LoggingConfig) => lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "e2e-Node", LoggingConfig }));
  const types = async () => (await lab.invoke("Node")).log.trim().split("\n").map((line) => JSON.parse(line).type ?? "its own");
  const own = ["its own", "its own", "live.report"];
  assert.deepEqual(await types(), ["platform.start", ...own, "platform.report"]);
  const { LoggingConfig } = await set({ LogFormat: "JSON", SystemLogLevel: "WARN" });
  assert.deepEqual(LoggingConfig, { LogFormat: "JSON", LogGroup: "/aws/lambda/e2e-Node", ApplicationLogLevel: "INFO", SystemLogLevel: "WARN" });
  assert.deepEqual(await types(), own);
  await set({ SystemLogLevel: "DEBUG" });
  assert.deepEqual(await types(), ["platform.start", ...own, "platform.runtimeDone", "platform.report"]);
  await assert.rejects(set({ LogFormat: "Text", SystemLogLevel: "WARN" }), /only when LogFormat is set to JSON/);
  await assert.rejects(set({ LogFormat: "XML" }), /Value 'XML' at 'loggingConfig.LogFormat'/);
});

/** What of the levels' lines is in the log. */
const kept = async (id) =>
  (await lab.invoke(id)).log.trim().split("\n").filter((line) => !/"type":"(platform|live)\./.test(line)).map((line) => (line.startsWith("{") ? JSON.parse(line).level : line));

for (const way of ["live", "deployed"])
  test(`${way}, lines below the application log level are left out, whoever wrote them`, async () => {
    if (way === "deployed") {
      await session.stop();
      await lab.do("deploy");
    }
    assert.deepEqual(await kept("Warns"), ["WARN", "error", "FATAL", "WARN"]);
    assert.deepEqual(await kept("Program"), ["WARN", "error", "FATAL"]);
  });
