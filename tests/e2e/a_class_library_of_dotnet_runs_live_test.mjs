// Assembly::Type::Method, which AWS's own client of the Runtime API loads, as Lambda's runtime has it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { Compiled, firstAnswer } from "../support/compiled.mjs";
import { dotnetProject, dotnetSdk, nugetConfig, serializer } from "../support/dotnet.mjs";

const { skip, env, dotnet, framework, runtime, feed, client, library } = await dotnetSdk();
const published = `fn/bin/Release/${framework}/publish`;
const lab = new Compiled(runtime, "Greeter::Example.Greeter::Greet", {
  "Directory.Build.props": "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>\n",
  "fn/NuGet.Config": nugetConfig(feed),
  "fn/Greeter.csproj": dotnetProject(`<TargetFramework>${framework}</TargetFramework>`, `${library}<Content Include="words.txt" CopyToOutputDirectory="PreserveNewest" />`),
  "fn/words.txt": "a file beside the assembly",
  "fn/Serializer.cs": serializer,
  "fn/Greeter.cs": `using System;
using System.Collections.Generic;
using System.IO;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Threading.Tasks;
using Amazon.Lambda.Core;

namespace Example
{
    public class OutOfStock : Exception
    {
        public OutOfStock(string what, Exception cause) : base("no " + what, cause) { }
    }

    public class Greeter
    {
        int calls;

        public async Task<Dictionary<string, object>> Greet(Dictionary<string, string> input, ILambdaContext context)
        {
            await Task.Yield();
            if (input.ContainsKey("fail")) throw new OutOfStock(input["fail"], new InvalidOperationException("as asked"));
            if (input.ContainsKey("exit")) Environment.Exit(7);
            if (input.ContainsKey("eat")) Eat();
            if (input.ContainsKey("sleep")) await Task.Delay(TimeSpan.FromHours(1));
            if (input.ContainsKey("levels")) Log(input["levels"].Split(' '));
            if (input.ContainsKey("long")) return new Dictionary<string, object> { ["text"] = new string('x', 7 << 20) };
            Console.WriteLine("printed by C#\\nin two lines");
            context.Logger.LogLine("logged by C#");
            return new Dictionary<string, object>
            {
                ["text"] = "hello " + input["name"],
                ["env"] = Environment.GetEnvironmentVariable("GREETING"),
                ["calls"] = ++calls,
                ["file"] = await File.ReadAllTextAsync(Path.Combine(Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT"), "words.txt")),
                ["client"] = Array.Find(AppDomain.CurrentDomain.GetAssemblies(), one => one.GetName().Name == "Amazon.Lambda.RuntimeSupport").GetName().Version.ToString(3),
            };
        }

        // As a library does that logs JSON, past the client, which would put a time before each line.
        static void Log(string[] levels)
        {
            using var lines = new StreamWriter(Console.OpenStandardOutput());
            foreach (string level in levels) lines.WriteLine(JsonSerializer.Serialize(new { level, message = "written" }));
        }

        // Beside the heap, whose own limit would end in an exception.
        static void Eat()
        {
            while (true)
            {
                IntPtr eaten = Marshal.AllocHGlobal(1 << 20);
                for (int i = 0; i < 1 << 20; i += 4096) Marshal.WriteByte(eaten, i, 1);
            }
        }
    }
}
`,
}, {
  env,
  code: `lambda.Code.fromAsset("${published}")`,
  functions: { Fn: "", Strict: "timeout: cdk.Duration.seconds(3), loggingFormat: lambda.LoggingFormat.JSON, applicationLogLevelV2: lambda.ApplicationLogLevel.WARN," },
});
after(() => lab.dispose());
let session;

test("the project of a published class library is found, compiled and called by AWS's client", { skip, timeout: 580_000 }, async () => {
  lab.write(`${published}/Greeter.dll`, "published before, as an app's script does");
  session = await lab.go();
  const { body, text } = await firstAnswer(lab, "Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.deepEqual([body.env, body.file, body.client], ["hello", "a file beside the assembly", client]);
  await session.line(/logged by C#/, "what the handler logged");
  await session.line(/in two lines/, "what it printed");
});

test("its process is warm from call to call", { skip, timeout: 120_000 }, async () => {
  const [first, second] = [(await lab.invoke("Fn", { name: "a" })).body.calls, (await lab.invoke("Fn", { name: "b" })).body.calls];
  assert.equal(second, first + 1);
});

test("an exception is told with its type, stack and cause", { skip, timeout: 120_000 }, async () => {
  const { error, body } = await lab.invoke("Fn", { fail: "bread" });
  assert.deepEqual([error, body.errorMessage, body.errorType], ["Unhandled", "no bread", "OutOfStock"]);
  assert.match(body.stackTrace[0], /Example\.Greeter\.Greet/);
  assert.deepEqual([body.cause.errorType, body.cause.errorMessage], ["InvalidOperationException", "as asked"]);
});

test("an answer above 6 MB, an exit and eaten memory end as on Lambda", { skip, timeout: 240_000 }, async () => {
  const long = await lab.invoke("Fn", { long: "" });
  assert.equal(long.body.errorType, "Function.ResponseSizeTooLarge", long.text);
  const exited = await lab.invoke("Fn", { exit: "" });
  assert.equal(exited.body.errorType, "Runtime.ExitError", exited.text);
  assert.match(exited.body.errorMessage, /exit status 7/);
  const eaten = await lab.invoke("Fn", { eat: "" });
  assert.match(eaten.text, /signal: killed/);
  assert.equal((await lab.invoke("Fn", { name: "again" })).body?.text, "hello again");
});

test("a call that takes too long ends with its process", { skip, timeout: 240_000 }, async () => {
  const { calls } = (await firstAnswer(lab, "Strict", { name: "you" })).body;
  const late = await lab.invoke("Strict", { sleep: "" });
  assert.equal(late.body.errorType, "Sandbox.Timedout", late.text);
  assert.match(late.body.errorMessage, /Task timed out after 3\.00 seconds/);
  assert.equal((await firstAnswer(lab, "Strict", { name: "again" })).body?.calls, calls, "it is the first call of a new process");
});

test("what it logs as JSON is kept by its level", { skip, timeout: 240_000 }, async () => {
  const { log } = await lab.invoke("Strict", { name: "you", levels: "Trace INFO WARN error" });
  const lines = log.trim().split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  assert.deepEqual(lines.filter((line) => line.message === "written").map((line) => line.level), ["WARN", "error"]);
  assert.ok(lines.some((line) => line.type === "platform.report"), log);
});

test("a save is live", { skip, timeout: 400_000 }, async () => {
  await lab.saved("fn/Greeter.cs", '"hello "', '"good day "', "good day you");
});

test("the embedded AWS runs the library that is deployed", { skip, timeout: 400_000 }, async () => {
  await session.stop();
  lab.write("../NuGet.Config", nugetConfig(feed)); // above the embedded AWS's folder, too
  execFileSync(dotnet, ["publish", "fn", "-c", "Release", "--nologo", "-v", "quiet", "-p:GenerateRuntimeConfigurationFiles=true"], { cwd: lab.app, stdio: "pipe" });
  await lab.do("deploy");
  const { body, text, log } = await firstAnswer(lab, "Fn", { name: "all" });
  assert.equal(body?.text, "good day all", text);
  assert.match(log, /logged by C#/);
});
