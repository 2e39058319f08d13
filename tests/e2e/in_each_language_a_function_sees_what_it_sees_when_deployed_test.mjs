// One handler in each language tells what it sees, live and deployed; docs/parity.md is the comparison.
// `./test --update in_each_language` writes it anew.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { firstAnswer, lambdaCore, mavenProject } from "../support/compiled.mjs";
import { dotnetProject, dotnetSdk, nugetConfig, serializer } from "../support/dotnet.mjs";
import { Lab, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";
import { versionOf } from "../support/programs.mjs";

const page = path.join(root, "docs/parity.md");
const dotnet = await dotnetSdk();
const published = `bin/Release/${dotnet.framework}/publish`;
const maven = mavenProject("java-function", lambdaCore);
const all = {
  Node: { runtime: ([major]) => `nodejs${major}.x`, handler: "index.handler", program: "node" },
  Python: { runtime: ([major, minor]) => `python${major}.${minor}`, handler: "index.handler", program: "python3" },
  Ruby: { runtime: ([major, minor]) => `ruby${major}.${minor}`, handler: "index.handler", program: "ruby" },
  Java: { runtime: ([major]) => `java${major}`, handler: "example.Seer::handle", program: "java", code: "src/Java/target/fn-1.jar", skip: maven.skip },
  DotNet: { title: ".NET", runtime: () => dotnet.framework.replace("netcoreapp", "dotnetcore").replace(/^net(\d+)\.0$/, "dotnet$1"), handler: "Parity::Function::Handle", code: `src/DotNet/${published}`, skip: dotnet.skip },
  Program: { runtime: () => "provided.al2023", handler: "any", program: "curl" },
};
const why = ({ program, skip }) => skip || (program && !versionOf(program) && `SKIPPED: no ${program} on PATH`);
const languages = Object.fromEntries(Object.entries(all).filter(([, one]) => !why(one)));
const incomplete = Object.values(all).map(why).find(Boolean) ?? false;
/** That of the program's own version. */
const runtimeOf = ({ runtime, program }) => runtime(/\d+(\.\d+)+/.exec((program && versionOf(program)) ?? "0.0")[0].split("."));

const lab = new Lab({}, {
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  for (const [id, { runtime, handler, code }] of ${JSON.stringify(Object.entries(languages).map(([id, one]) => [id, { handler: one.handler, runtime: runtimeOf(one), code: one.code ?? `src/${id}` }]))})
    new lambda.Function(stack, id, { functionName: app.stage + "-" + id, runtime: new lambda.Runtime(runtime), handler, code: lambda.Code.fromAsset(code),
      timeout: cdk.Duration.seconds(30), memorySize: 256, tracing: lambda.Tracing.ACTIVE, environment: { GREETING: "hello, 世界" } });
}
`,
  "src/Node/index.js": `exports.handler = async (event, context) => ({
  event, remaining: context.getRemainingTimeInMillis(), environment: process.env, folder: process.cwd(),
  context: { requestId: context.awsRequestId, arn: context.invokedFunctionArn, name: context.functionName, version: context.functionVersion,
             memory: String(context.memoryLimitInMB), group: context.logGroupName, stream: context.logStreamName, custom: context.clientContext?.custom,
             identity: context.identity ?? null },
});
`,
  "src/Python/index.py": `import os

def handler(event, context):
    client = context.client_context
    return {
        "event": event, "remaining": context.get_remaining_time_in_millis(), "environment": dict(os.environ), "folder": os.getcwd(),
        "context": {
            "requestId": context.aws_request_id, "arn": context.invoked_function_arn, "name": context.function_name,
            "version": context.function_version, "memory": str(context.memory_limit_in_mb), "group": context.log_group_name,
            "stream": context.log_stream_name, "custom": client.custom if client else None,
            "identity": context.identity.cognito_identity_id if context.identity else None,
        },
    }
`,
  "src/Ruby/index.rb": `def handler(event:, context:)
  client = context.client_context
  {
    event: event, remaining: context.get_remaining_time_in_millis, environment: ENV.to_h, folder: Dir.pwd,
    context: {
      requestId: context.aws_request_id, arn: context.invoked_function_arn, name: context.function_name,
      version: context.function_version, memory: context.memory_limit_in_mb.to_s, group: context.log_group_name,
      stream: context.log_stream_name, custom: client && client["custom"], identity: context.identity
    }
  }
end
`,
  "src/Java/pom.xml": maven.pom,
  "src/Java/target/fn-1.jar": "built before, as an app's script does",
  "src/Java/src/main/java/example/Seer.java": `package example;

import com.amazonaws.services.lambda.runtime.ClientContext;
import com.amazonaws.services.lambda.runtime.CognitoIdentity;
import com.amazonaws.services.lambda.runtime.Context;
import java.util.HashMap;
import java.util.Map;

public class Seer {
  public Map<String, Object> handle(Map<String, Object> event, Context context) {
    ClientContext client = context.getClientContext();
    CognitoIdentity identity = context.getIdentity();
    Map<String, Object> seen = new HashMap<>(), answer = new HashMap<>();
    seen.put("requestId", context.getAwsRequestId());
    seen.put("arn", context.getInvokedFunctionArn());
    seen.put("name", context.getFunctionName());
    seen.put("version", context.getFunctionVersion());
    seen.put("memory", String.valueOf(context.getMemoryLimitInMB()));
    seen.put("group", context.getLogGroupName());
    seen.put("stream", context.getLogStreamName());
    seen.put("custom", client == null ? null : client.getCustom());
    seen.put("identity", identity == null ? null : identity.getIdentityId());
    answer.put("event", event);
    answer.put("remaining", context.getRemainingTimeInMillis());
    answer.put("folder", System.getProperty("user.dir"));
    answer.put("environment", new HashMap<>(System.getenv()));
    answer.put("trace", System.getProperty("com.amazonaws.xray.traceHeader"));
    answer.put("context", seen);
    return answer;
  }
}
`,
  "NuGet.Config": nugetConfig(dotnet.feed),
  "src/DotNet/Parity.csproj": dotnetProject(`<TargetFramework>${dotnet.framework}</TargetFramework><GenerateRuntimeConfigurationFiles>true</GenerateRuntimeConfigurationFiles>`, dotnet.library),
  "src/DotNet/Serializer.cs": serializer,
  "src/DotNet/Function.cs": `using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using Amazon.Lambda.Core;

public class Function
{
    public Dictionary<string, object> Handle(JsonElement input, ILambdaContext context) => new Dictionary<string, object>
    {
        ["event"] = input, ["remaining"] = context.RemainingTime.TotalMilliseconds,
        ["environment"] = Environment.GetEnvironmentVariables(), ["folder"] = Directory.GetCurrentDirectory(),
        ["context"] = new Dictionary<string, object>
        {
            ["requestId"] = context.AwsRequestId, ["arn"] = context.InvokedFunctionArn, ["name"] = context.FunctionName,
            ["version"] = context.FunctionVersion, ["memory"] = context.MemoryLimitInMB.ToString(), ["group"] = context.LogGroupName,
            ["stream"] = context.LogStreamName, ["custom"] = context.ClientContext?.Custom, ["identity"] = context.Identity?.IdentityId,
        },
    };
}
`,
  // The environment as NAME=VALUE lines in base64: a shell knows no JSON.
  "src/Program/bootstrap": `#!/bin/sh
set -eu
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
head=$(mktemp)
while :; do
  event=$(curl -sS -D "$head" "$api/invocation/next")
  of() { tr -d '\\r' < "$head" | sed -n "s/^$1: //Ip"; }
  id=$(of lambda-runtime-aws-request-id)
  left=$(( $(of lambda-runtime-deadline-ms) - $(date +%s%3N) ))
  custom=$(of lambda-runtime-client-context)
  curl -sS -o /dev/null -X POST "$api/invocation/$id/response" -d "{\\"event\\":$event,\\"remaining\\":$left,\\"folder\\":\\"$(pwd)\\",\\"environment\\":\\"$(env | base64 -w0)\\",\\"trace\\":\\"$(of lambda-runtime-trace-id)\\",
    \\"context\\":{\\"requestId\\":\\"$id\\",\\"arn\\":\\"$(of lambda-runtime-invoked-function-arn)\\",\\"name\\":\\"$AWS_LAMBDA_FUNCTION_NAME\\",\\"version\\":\\"$AWS_LAMBDA_FUNCTION_VERSION\\",
    \\"memory\\":\\"$AWS_LAMBDA_FUNCTION_MEMORY_SIZE\\",\\"group\\":\\"$AWS_LAMBDA_LOG_GROUP_NAME\\",\\"stream\\":\\"$AWS_LAMBDA_LOG_STREAM_NAME\\",\\"client\\":\${custom:-null},\\"identity\\":null}}"
done
`,
});
chmodSync(path.join(lab.app, "src/Program/bootstrap"), 0o755);
// What a developer has in the shell, and no function may see.
Object.assign(lab.env, dotnet.env, { AWS_PROFILE: "mine", NODE_OPTIONS: "--no-warnings", PYTHONPATH: "/nowhere", RUBYOPT: "-W0", EDITOR: "vi", MY_SECRET: "of the shell" });

const event = { text: "naïve ☃", list: [1, 2.5, null, true] };
const seen = {};
before(async () => {
  const { Java, DotNet } = languages;
  const look = async () => {
    if (DotNet) await firstAnswer(lab, "DotNet", event);
    return await lookAtAll();
  };
  const lookAtAll = async () => Object.fromEntries(await Promise.all(Object.keys(languages).map(async (id) => [id, plain(await lab.invoke(id, event, options))])));
  // Live, the project is built that it leads to.
  if (DotNet) execFileSync(dotnet.dotnet, ["publish", "src/DotNet", "-c", "Release", "--nologo", "-v", "quiet"], { cwd: lab.app, stdio: "pipe" });
  lab.write("../NuGet.Config", nugetConfig(dotnet.feed)); // above the embedded AWS's folder, too
  const session = await lab.go();
  if (Java) await until("what Maven builds", async () => !(await lab.invoke("Java", event)).error, { timeout: 240_000 });
  seen.live = await look();
  await session.stop();
  if (Java) execFileSync("mvn", ["-q", "-B", "package"], { cwd: path.join(lab.app, "src/Java"), stdio: "pipe" });
  await lab.do("deploy");
  seen.deployed = await look();
});
after(() => lab.dispose());
const options = { clientContext: Buffer.from(JSON.stringify({ custom: { color: "blue" } })).toString("base64") };

function plain({ body, text, error }) {
  assert.equal(error, undefined, text);
  const { context } = body;
  if (typeof body.environment === "string") {
    const lines = Buffer.from(body.environment, "base64").toString().split("\n").filter(Boolean);
    body.environment = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
  }
  body.environment._X_AMZN_TRACE_ID ??= body.trace;
  if ("client" in context) context.custom = context.client?.custom;
  return body;
}

// Each has to hold of what a function sees, or to be equal live and deployed.
const id = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const equal = (get) => (live, deployed) => {
  assert.deepEqual(get(live), get(deployed));
  return true;
};
const both = (holds) => (live, deployed) => holds(live) && holds(deployed);
const variable = (name) => (one) => one.environment[name];
const facts = {
  "the event": both((one) => JSON.stringify(one.event) === JSON.stringify(event)),
  "request id": both((one) => id.test(one.context.requestId)),
  "deadline, remaining time": both((one) => one.remaining > 20_000 && one.remaining <= 30_000),
  "invoked ARN, name, version": equal(({ context: { arn, name, version } }) => [arn, name, version]),
  "memory limit": equal(({ context }) => context.memory),
  "log group": equal(({ context }) => context.group),
  "log stream": both((one) => /^\d{4}\/\d{2}\/\d{2}\/\[\$LATEST\][0-9a-f]{32}$/.test(one.context.stream)),
  "trace id": both((one) => /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}/.test(one.environment._X_AMZN_TRACE_ID)),
  "client context": equal(({ context }) => context.custom),
  identity: equal(({ context }) => context.identity),
  "the function's own variables": equal(variable("GREETING")),
  AWS_REGION: equal(variable("AWS_REGION")),
  AWS_EXECUTION_ENV: equal(variable("AWS_EXECUTION_ENV")),
  _HANDLER: equal(variable("_HANDLER")),
  TZ: equal(variable("TZ")),
  "LAMBDA_TASK_ROOT is the working folder": both((one) => one.folder === one.environment.LAMBDA_TASK_ROOT),
  "credentials of the role": both((one) => /^ASIA/.test(one.environment.AWS_ACCESS_KEY_ID) && Boolean(one.environment.AWS_SESSION_TOKEN)),
  "nothing of the developer's shell": both(({ environment }) => ["AWS_PROFILE", "EDITOR", "MY_SECRET", "RUBYOPT"].every((name) => !(name in environment)) && environment.PYTHONPATH !== "/nowhere" && environment.NODE_OPTIONS === undefined),
  "no other variable": equal(({ environment }) => Object.keys(environment).filter((name) => !ofTheMachine.has(name)).sort()),
};
// They say where things lie on this machine, or are of a shell that ran.
const ofTheMachine = new Set(["IS_LOCAL", "PATH", "HOME", "PWD", "OLDPWD", "SHLVL", "_", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH", "RUBYLIB", "GEM_PATH", "GEM_HOME", "PYTHONDONTWRITEBYTECODE",
  "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy", "NODE_EXTRA_CA_CERTS"]);

test("each sees the same, live and deployed", () => {
  for (const [fact, holds] of Object.entries(facts))
    for (const language of Object.keys(languages)) assert.ok(holds(seen.live[language], seen.deployed[language]), `${language}: ${fact}`);
});

test("docs/parity.md says so", { skip: incomplete }, () => {
  const head = readFileSync(page, "utf8").split("<!-- table -->")[0];
  const rows = Object.entries(facts).map(([fact, holds]) => `| ${fact} | ${Object.keys(languages).map((one) => (holds(seen.live[one], seen.deployed[one]) ? "equal" : "differs")).join(" | ")} |`);
  const text = `${head}<!-- table -->\n| what the code sees | ${Object.entries(languages).map(([id, { title }]) => title ?? id).join(" | ")} |\n|---|${"---|".repeat(Object.keys(languages).length)}\n${rows.join("\n")}\n`;
  if (process.env.LIVE_UPDATE_GOLDEN) writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "./test --update in_each_language writes docs/parity.md anew");
});
