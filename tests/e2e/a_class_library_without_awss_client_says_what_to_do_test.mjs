// NuGet has the package that the function asks for, but not AWS's client of the Runtime API.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled } from "../support/compiled.mjs";
import { dotnetSdk, nugetConfig } from "../support/dotnet.mjs";

const { skip, env, framework, feed } = await dotnetSdk();
const lab = new Compiled("DOTNET_8", "Greeter::Greeter::Greet", {
  "NuGet.Config": nugetConfig("feed"),
  "fn/Greeter.csproj": `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>${framework}</TargetFramework></PropertyGroup>
</Project>
`,
  "fn/Greeter.cs": `public class Greeter { public string Greet() => "hello"; }\n`,
}, { env });
after(() => lab.dispose());

test("a class library whose client NuGet does not have says what to do", { skip, timeout: 580_000 }, async () => {
  mkdirSync(path.join(lab.app, "feed"));
  const session = await lab.go();
  await session.line(/AWS's package Amazon\.Lambda\.RuntimeSupport, which could not be had from NuGet/, "the reason");
  await session.line(/dotnet nuget list source/, "the next step");
  await session.line(/error NU1101: .*Amazon\.Lambda\.RuntimeSupport/, "NuGet's own words");
  assert.match((await lab.invoke("Fn")).text, /Live\.BuildError.*Amazon\.Lambda\.RuntimeSupport/s);

  for (const name of readdirSync(feed)) copyFileSync(path.join(feed, name), path.join(lab.app, "feed", name));
  lab.write("fn/Greeter.cs", lab.read("fn/Greeter.cs").replace("hello", "good day"));
  await session.line(/↻ Fn rebuilt in/, "the next build");
});
