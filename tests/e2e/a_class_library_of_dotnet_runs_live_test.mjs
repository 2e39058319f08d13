// Assembly::Type::Method, which AWS's client loads. NuGet is out of our tests' reach, so stand-ins for AWS's packages come
// from a folder (tests/support/dotnet).
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, test } from "node:test";
import { Compiled } from "../support/compiled.mjs";
import { dotnetSdk, framework, nugetConfig, standIns } from "../support/dotnet.mjs";

const { skip, env, dotnet } = await dotnetSdk();
const published = `fn/bin/Release/${framework}/publish`;
const lab = new Compiled("DOTNET_8", "Greeter::Example.Greeter::Greet", {
  "Directory.Build.props": "<Project><PropertyGroup><TreatWarningsAsErrors>true</TreatWarningsAsErrors></PropertyGroup></Project>\n",
  "fn/NuGet.Config": skip ? "" : nugetConfig(standIns(dotnet)),
  "fn/Greeter.csproj": `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>${framework}</TargetFramework></PropertyGroup>
  <ItemGroup>
    <PackageReference Include="Amazon.Lambda.Core" Version="1.99.0" />
    <Content Include="words.txt" CopyToOutputDirectory="PreserveNewest" />
  </ItemGroup>
</Project>
`,
  "fn/words.txt": "a file beside the assembly",
  "fn/Greeter.cs": `using System;
using System.Collections.Generic;
using System.IO;
using System.Text.Json;
using System.Threading.Tasks;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(Example.Serializer))]

namespace Example
{
    public class Serializer : ILambdaSerializer
    {
        public T Deserialize<T>(Stream input) => JsonSerializer.DeserializeAsync<T>(input).AsTask().Result;
        public void Serialize<T>(T answer, Stream output) => output.Write(JsonSerializer.SerializeToUtf8Bytes(answer));
    }

    public class Greeter
    {
        int calls;

        public async Task<Dictionary<string, object>> Greet(Dictionary<string, string> input, ILambdaContext context)
        {
            if (input.ContainsKey("fail")) throw new InvalidOperationException("as asked");
            context.Logger.LogLine("logged by C#");
            return new Dictionary<string, object>
            {
                ["text"] = "hello " + input["name"],
                ["id"] = context.AwsRequestId,
                ["arn"] = context.InvokedFunctionArn,
                ["left"] = context.RemainingTime.TotalSeconds > 0,
                ["env"] = Environment.GetEnvironmentVariable("GREETING"),
                ["calls"] = ++calls,
                ["file"] = await File.ReadAllTextAsync(Path.Combine(Environment.GetEnvironmentVariable("LAMBDA_TASK_ROOT"), "words.txt")),
            };
        }
    }
}
`,
}, { env, code: `lambda.Code.fromAsset("${published}")` });
after(() => lab.dispose());
let session;

test("the project of a published class library is found, compiled and called", { skip, timeout: 580_000 }, async () => {
  lab.write(`${published}/Greeter.dll`, "published before, as an app's script does");
  session = await lab.go();
  const { body, text } = await lab.invoke("Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.arn, /:function:e2e-Fn$/);
  assert.deepEqual([body.left, body.env, body.file], [true, "hello", "a file beside the assembly"]);
  await session.line(/logged by C#/, "what the handler logged");
});

test("its process is warm from call to call", { skip, timeout: 120_000 }, async () => {
  const [first, second] = [(await lab.invoke("Fn", { name: "a" })).body.calls, (await lab.invoke("Fn", { name: "b" })).body.calls];
  assert.equal(second, first + 1);
});

test("an exception is told with its type and stack", { skip, timeout: 120_000 }, async () => {
  const { error, body } = await lab.invoke("Fn", { fail: "" });
  assert.deepEqual([error, body.errorMessage, body.errorType], ["Unhandled", "as asked", "InvalidOperationException"]);
  assert.match(body.stackTrace[0], /Example\.Greeter\.Greet/);
});

test("a save is live", { skip, timeout: 400_000 }, async () => {
  await lab.saved("fn/Greeter.cs", '"hello "', '"good day "', "good day you");
});

test("the embedded AWS runs the library that is deployed", { skip, timeout: 400_000 }, async () => {
  await session.stop();
  lab.write("../NuGet.Config", nugetConfig(standIns(dotnet))); // above the embedded AWS's folder, too
  execFileSync(dotnet, ["publish", "fn", "-c", "Release", "--nologo", "-v", "quiet", "-p:GenerateRuntimeConfigurationFiles=true"], { cwd: lab.app, stdio: "pipe" });
  await lab.do("deploy");
  const { body, text, log } = await lab.invoke("Fn", { name: "all" });
  assert.equal(body?.text, "good day all", text);
  assert.match(log, /logged by C#/);
});
