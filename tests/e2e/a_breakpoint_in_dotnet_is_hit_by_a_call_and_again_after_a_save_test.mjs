// Its debuggers attach to a process by its id. Neither vsdbg nor netcoredbg can be had here: tests/support/clr_debugger.py
// debugs by the interface that both are built on.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ClrDebugger } from "../support/clr.mjs";
import { Compiled, firstAnswer } from "../support/compiled.mjs";
import { debuggingShim, dotnetProject, dotnetSdk, nugetConfig, serializer } from "../support/dotnet.mjs";
import { until } from "../support/lab.mjs";

const { skip, env, framework, runtime, feed, library, sdk } = await dotnetSdk();
const lab = new Compiled(runtime, "Greeter::Greeter::Greet", {
  "NuGet.Config": nugetConfig(feed),
  "fn/Greeter.csproj": dotnetProject(`<TargetFramework>${framework}</TargetFramework>`, library),
  "fn/Serializer.cs": serializer,
  "fn/Greeter.cs": `using System;
using System.Collections.Generic;

public class Greeter
{
    public Greeter() => Console.WriteLine("init goes on");

    public string Greet(Dictionary<string, string> input)
    {
        if (input.ContainsKey("token")) return typeof(Greeter).GetMethod("Say").MetadataToken.ToString();
        return Say(input["name"]);
    }

    public static string Say(string name) => "hello " + name;
}
`,
}, { env });
after(() => lab.dispose());
let session, token, debug;

/** The process that the last call ran in. */
const processOf = (line) => /process (\d+): a debugger attaches by this id/.exec(line)[1];
const lastProcess = () => processOf(session.lines.findLast((line) => / process \d+:/.test(line)));

async function hit(name) {
  const answer = lab.invoke("Fn", { name });
  assert.equal((await debug.says("hit")).hit, name);
  debug.go();
  return (await answer).text;
}

test("the line below a request says the process's id", { skip, timeout: 580_000 }, async () => {
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Fn by its process/, "how it is debugged");
  token = (await firstAnswer(lab, "Fn", { token: "" })).body;
  assert.match(token, /^\d+$/);
});

test("a debugger attaches by it, a breakpoint is hit by a call, variables are read, and the answer is right", { skip, timeout: 120_000 }, async () => {
  debug = new ClrDebugger(await debuggingShim(sdk), lastProcess(), "Greeter.dll", token, 0);
  await debug.says("breakpoint");
  assert.equal(await hit("you"), '"hello you"');
  assert.equal(await hit("all"), '"hello all"');
  await debug.leave();
});

test("after a save it is hit again, in the process of the new code", { skip, timeout: 400_000 }, async () => {
  const before = lastProcess();
  await lab.saved("fn/Greeter.cs", '"hello "', '"good day "', "good day you");
  const now = await until("the new process", () => lastProcess() !== before && lastProcess());
  debug = new ClrDebugger(await debuggingShim(sdk), now, "Greeter.dll", token, 0);
  await debug.says("breakpoint");
  assert.equal(await hit("you"), '"good day you"');
  await debug.leave();
  await session.stop();
});

test("--inspect-wait holds init until a debugger has attached", { skip, timeout: 400_000 }, async () => {
  session = await lab.go("--inspect", "--inspect-wait");
  const answer = lab.invoke("Fn", { name: "you" });
  const pid = processOf(await session.line(/ process \d+:/, "the process"));
  await session.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  assert.ok(!session.lines.some((line) => line.includes("init goes on")), "no code of the function has run");
  debug = new ClrDebugger(await debuggingShim(sdk), pid, "Greeter.dll", token, 0);
  assert.equal((await debug.says("hit")).hit, "you");
  debug.go();
  assert.equal((await answer).text, '"good day you"');
  await debug.leave();
});
