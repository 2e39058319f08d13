// Its debuggers find a process by its id, and two pipes in the machine's folder of temporary files.
import assert from "node:assert/strict";
import { readdirSync, readlinkSync } from "node:fs";
import { after, test } from "node:test";
import { Compiled } from "../support/compiled.mjs";
import { dotnetSdk, framework, nugetConfig, standIns } from "../support/dotnet.mjs";
import { until } from "../support/lab.mjs";

const { skip, env, dotnet } = await dotnetSdk();
const lab = new Compiled("DOTNET_8", "Greeter::Greeter::Greet", {
  "NuGet.Config": skip ? "" : nugetConfig(standIns(dotnet)),
  "fn/Greeter.csproj": `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>${framework}</TargetFramework></PropertyGroup>
  <ItemGroup><PackageReference Include="Amazon.Lambda.Core" Version="1.99.0" /></ItemGroup>
</Project>
`,
  "fn/Greeter.cs": `using System.IO;
using System.Text.Json;
using Amazon.Lambda.Core;

[assembly: LambdaSerializer(typeof(Serializer))]

public class Serializer : ILambdaSerializer
{
    public T Deserialize<T>(Stream input) => JsonSerializer.DeserializeAsync<T>(input).AsTask().Result;
    public void Serialize<T>(T answer, Stream output) => output.Write(JsonSerializer.SerializeToUtf8Bytes(answer));
}

public class Greeter
{
    public string Greet(JsonElement input) => "hello";
}
`,
}, { env });
after(() => lab.dispose());

const pipesOf = (pid) => readdirSync("/tmp").filter((name) => name.startsWith(`clr-debug-pipe-${pid}-`));
let session, pid;

test("the line below a request says the process's id", { skip, timeout: 580_000 }, async () => {
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Fn by its process/, "how it is debugged");
  assert.equal((await lab.invoke("Fn")).text, '"hello"');
  pid = /process (\d+): a debugger attaches by this id/.exec(await session.line(/process \d+:/, "the process"))[1];
  assert.match(readlinkSync(`/proc/${pid}/exe`), /dotnet$/);
});

test("there a debugger finds it", { skip, timeout: 120_000 }, async () => {
  await until("the pipes of the debugger", () => pipesOf(pid).length === 2);
});

test("the next call in it says so again", { skip, timeout: 120_000 }, async () => {
  const before = session.lines.length;
  await lab.invoke("Fn");
  await until("the process, told again", () => session.lines.slice(before).some((line) => line.includes(`process ${pid}:`)));
});
