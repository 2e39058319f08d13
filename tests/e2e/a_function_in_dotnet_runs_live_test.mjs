// Programs in C#: an executable assembly of a dotnet runtime, which speaks the Runtime API itself, and one of provided.*, which
// has AWS's client do so.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, firstAnswer } from "../support/compiled.mjs";
import { dotnetProject, dotnetSdk, nugetConfig, serializer } from "../support/dotnet.mjs";

const { skip, env, dotnet, framework, runtime, feed, program } = await dotnetSdk();
const executable = "<OutputType>Exe</OutputType>";
// What netstandard is compiled against does not come with each SDK, and it is never compiled here.
const several = `${executable}<TargetFrameworks>netstandard2.1;${framework}</TargetFrameworks>
  <DisableImplicitFrameworkReferences Condition="'$(TargetFramework)' == 'netstandard2.1'">true</DisableImplicitFrameworkReferences>`;
const words = `<ProjectReference Include="../words/Words.csproj" Condition="'$(TargetFramework)' != 'netstandard2.1'" />`;
const lab = new Compiled(runtime, "Greeter", {
  "NuGet.Config": nugetConfig(feed),
  "words/Words.csproj": dotnetProject(`<TargetFramework>${framework}</TargetFramework>`),
  "words/Words.cs": `public static class Words { public const string Greeting = "hello"; }\n`,
  "fn/Greeter.csproj": dotnetProject(several, words),
  "own/Shop.csproj": dotnetProject(`${executable}<TargetFramework>${framework}</TargetFramework>`, program),
  "own/Serializer.cs": serializer,
  "own/Program.cs": `using System.Collections.Generic;
using System.Threading.Tasks;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;

static class Program
{
    static Task Main() => LambdaBootstrapBuilder.Create<Dictionary<string, string>, object>(Handle, new Serializer()).Build().RunAsync();

    static object Handle(Dictionary<string, string> input, ILambdaContext context) => new { given = input, name = context.FunctionName };
}
`,
  "fn/Program.cs": `using System;
using System.Linq;
using System.Net.Http;
using System.Text.Json;
using System.Threading;
using System.Threading.Tasks;

static class Program
{
    static readonly HttpClient Client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
    static readonly string Api = "http://" + Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/";

    static async Task Main()
    {
        while (true)
        {
            using var next = await Client.GetAsync(Api + "next");
            string Header(string name) => next.Headers.GetValues("Lambda-Runtime-" + name).First();
            string answers = Api + Header("Aws-Request-Id");
            try
            {
                using var input = JsonDocument.Parse(await next.Content.ReadAsStringAsync());
                object answer = Handle(input.RootElement, Header);
                await Client.PostAsync(answers + "/response", new StringContent(JsonSerializer.Serialize(answer)));
            }
            catch (Exception error)
            {
                var told = new { errorMessage = error.Message, errorType = error.GetType().Name };
                await Client.PostAsync(answers + "/error", new StringContent(JsonSerializer.Serialize(told)));
            }
        }
    }

    static object Handle(JsonElement input, Func<string, string> header)
    {
        if (input.TryGetProperty("fail", out _)) throw new InvalidOperationException("as asked");
        if (input.TryGetProperty("exit", out _)) Environment.Exit(7);
        Console.WriteLine("printed by C#");
        return new
        {
            text = Words.Greeting + " " + input.GetProperty("name").GetString(),
            id = header("Aws-Request-Id"),
            arn = header("Invoked-Function-Arn"),
            left = long.Parse(header("Deadline-Ms")) - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > 0,
            env = Environment.GetEnvironmentVariable("GREETING"),
            handler = Environment.GetEnvironmentVariable("_HANDLER"),
            name = Environment.GetEnvironmentVariable("LAMBDA_RUNTIME_NAME"),
            runtime = Environment.GetEnvironmentVariable("AWS_EXECUTION_ENV"),
            memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20,
        };
    }
}
`,
}, {
  env,
  more: `new lambda.Function(stack, "Own", {
    functionName: app.stage + "-Own", runtime: lambda.Runtime.PROVIDED_AL2023, handler: "bootstrap", timeout: cdk.Duration.seconds(110),
    code: lambda.Code.fromAsset("own", { bundling: { image: cdk.DockerImage.fromRegistry("never/pulled") } }),
  });`,
});
after(() => lab.dispose());
let session;

test("the project of an executable assembly is compiled for its runtime and called", { skip, timeout: 580_000 }, async () => {
  session = await lab.go();
  const { body, text } = await firstAnswer(lab, "Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.arn, /:function:e2e-Fn$/);
  assert.deepEqual([body.left, body.env, body.handler, body.runtime], [true, "hello", "Greeter", `AWS_Lambda_${body.name}`]);
  assert.match(body.name, /^dotnet/);
  assert.equal(body.memory, 512, "the memory that .NET knows of");
  await session.line(/printed by C#/, "what the program printed");
});

test("so is one of a runtime that is the program's own, which brings AWS's client", { skip, timeout: 120_000 }, async () => {
  const { body, text } = await firstAnswer(lab, "Own", { of: "AWS" });
  assert.deepEqual(body, { given: { of: "AWS" }, name: "e2e-Own" }, text);
});

test("an exception and an exit are told as when deployed", { skip, timeout: 120_000 }, async () => {
  const failed = await lab.invoke("Fn", { fail: "" });
  assert.deepEqual([failed.error, failed.body], ["Unhandled", { errorMessage: "as asked", errorType: "InvalidOperationException" }]);
  const exited = await lab.invoke("Fn", { exit: "" });
  assert.equal(exited.body.errorType, "Runtime.ExitError", exited.text);
  assert.match(exited.body.errorMessage, /exit status 7/);
  assert.equal((await lab.invoke("Fn", { name: "again" })).body?.text, "hello again");
});

test("what does not compile is told in the compiler's words, and mended by the next save", { skip, timeout: 400_000 }, async () => {
  lab.write("fn/Program.cs", lab.read("fn/Program.cs").replace('" " +', '" " + nothing +'));
  await session.line(/Program\.cs\(\d+,\d+\): error CS0103: The name 'nothing'/, "the compiler's error");
  assert.match((await lab.invoke("Fn", { name: "you" })).text, /Live\.BuildError.*error CS0103/s);
  await lab.saved("fn/Program.cs", '" " + nothing +', '", dear " +', "hello, dear you");
});

test("a save in a project that it refers to is live, too", { skip, timeout: 400_000 }, async () => {
  await lab.saved("words/Words.cs", '"hello"', '"good day"', "good day, dear you");
});

test("a project that is not for its function's runtime says so", { skip, timeout: 400_000 }, async () => {
  lab.write("fn/Greeter.csproj", lab.read("fn/Greeter.csproj").replace(framework, "net6.0"));
  await session.line(/Greeter\.csproj: the project is for netstandard2\.1, net6\.0, and the runtime dotnet\S+ runs \S+: add it to TargetFrameworks/, "what is missing");
  const from = session.lines.length;
  lab.write("fn/Greeter.csproj", lab.read("fn/Greeter.csproj").replace("net6.0", framework));
  await session.line(/↻ Fn rebuilt in/, "the next build", { from, timeout: 240_000 });
});

test("the embedded AWS runs the assembly that is deployed", { skip, timeout: 400_000 }, async () => {
  await session.stop();
  execFileSync(dotnet, ["publish", "fn", "-f", framework, "-c", "Release", "--nologo", "-v", "quiet", "-o", "published"], { cwd: lab.app, stdio: "pipe" });
  lab.write("lib/index.js", lab.read("lib/index.js").replace(/code: lambda.Code.fromAsset\("(fn|own)".*\}\),/g, 'code: lambda.Code.fromAsset("published"),'));
  await lab.do("deploy");
  const { body, text, log } = await lab.invoke("Fn", { name: "all" });
  assert.equal(body?.text, "good day, dear all", text);
  assert.match(log, /printed by C#/);
});
