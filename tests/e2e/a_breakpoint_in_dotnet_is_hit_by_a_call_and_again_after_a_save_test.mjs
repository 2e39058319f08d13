// Its debuggers attach to a process by its id. Neither vsdbg nor netcoredbg can be had here: tests/support/clr_debugger.py
// debugs by the interface that both are built on.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { pausedCall } from "../support/breakpoints.mjs";
import { ClrDebugger } from "../support/clr.mjs";
import { Compiled, firstAnswer } from "../support/compiled.mjs";
import { debuggingShim, dotnetProject, dotnetSdk, nugetConfig, serializer } from "../support/dotnet.mjs";
import { until } from "../support/lab.mjs";
import { call } from "../support/live.mjs";

const { skip, env, framework, runtime, feed, library, program, sdk } = await dotnetSdk();
const lab = new Compiled(runtime, "Greeter::Greeter::Greet", {
  "NuGet.Config": nugetConfig(feed),
  "fn/Greeter.csproj": dotnetProject(`<TargetFramework>${framework}</TargetFramework>`, library),
  "fn/Serializer.cs": serializer,
  "fn/Greeter.cs": `using System;
using System.Text.Json;

public class Greeter
{
    public Greeter() => Console.WriteLine("init goes on");

    public object Greet(JsonElement input)
    {
        if (input.TryGetProperty("token", out _)) return typeof(Greeter).GetMethod("Say").MetadataToken.ToString();
        if (input.TryGetProperty("path", out JsonElement path)) return new { statusCode = 200, body = Say(path.GetString()) };
        return Say(input.GetProperty("name").GetString());
    }

    public static string Say(string name) => "hello " + name;
}
`,
  "own/Shop.csproj": dotnetProject(`<OutputType>Exe</OutputType><TargetFramework>${framework}</TargetFramework>`, program),
  "own/Program.cs": `using System;
using System.IO;
using System.Text;
using System.Threading.Tasks;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;

public static class Program
{
    static Task Main()
    {
        Func<Stream, ILambdaContext, Task<Stream>> handle = Handle;
        return LambdaBootstrapBuilder.Create(handle).Build().RunAsync();
    }

    static async Task<Stream> Handle(Stream input, ILambdaContext context)
    {
        string text = await new StreamReader(input).ReadToEndAsync();
        string answer = text.Contains("token") ? typeof(Program).GetMethod("Say").MetadataToken.ToString() : Say(context.FunctionName);
        return new MemoryStream(Encoding.UTF8.GetBytes('"' + answer + '"'));
    }

    public static string Say(string name) => "here is " + name;
}
`,
}, {
  env,
  functions: { Fn: "timeout: cdk.Duration.seconds(3)," },
  more: `new lambda.Function(stack, "Own", {
    functionName: app.stage + "-Own", runtime: lambda.Runtime.${runtime}, handler: "Shop",
    code: lambda.Code.fromAsset("own", { bundling: { image: cdk.DockerImage.fromRegistry("never/pulled") } }),
  });
  const { url } = new cdk.aws_apigateway.LambdaRestApi(stack, "Api", { handler: stack.node.findChild("Fn"), integrationOptions: { timeout: cdk.Duration.seconds(1) } });
  new cdk.CfnOutput(stack, "FnUrl", { value: url });`,
});
after(() => lab.dispose());
let session, token, debug;

/** The process that the last call ran in. */
const processOf = (line) => /process (\d+): a debugger attaches by this id/.exec(line)[1];
const lastProcess = () => processOf(session.lines.findLast((line) => / process \d+:/.test(line)));

async function attach(module = "Greeter.dll", method = token) {
  debug = new ClrDebugger(await debuggingShim(sdk), lastProcess(), module, method, 0);
  await debug.says("breakpoint");
}

async function hit(name) {
  const answer = lab.invoke("Fn", { name });
  assert.equal((await debug.says("hit")).hit, name);
  debug.go();
  return (await answer).text;
}

/** A call that is paused for longer than its function's timeout. */
const paused = (id, event) =>
  pausedCall({ lab, session, invoke: () => lab.invoke(id, event), stopped: () => debug.says("hit"), resume: () => debug.go() });

test("the line below a request says the process's id", { skip, timeout: 580_000 }, async () => {
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Fn by its process/, "how it is debugged");
  token = (await firstAnswer(lab, "Fn", { token: "" })).body;
  assert.match(token, /^\d+$/);
});

test("a debugger attaches by it, a breakpoint is hit by a call, variables are read, and the answer is right", { skip, timeout: 120_000 }, async () => {
  await attach();
  assert.equal(await hit("you"), '"hello you"');
  assert.equal(await hit("all"), '"hello all"');
});

test("paused for longer than its timeout, a call answers when it goes on", { skip, timeout: 120_000 }, async () => {
  const { text, error } = await paused("Fn", { name: "you" });
  assert.deepEqual([text, error], ['"hello you"', undefined]);
});

test("an API that gives up meanwhile is told of", { skip, timeout: 120_000 }, async () => {
  const from = session.lines.length;
  const answer = call(`${session.url("FnUrl")}late`);
  await debug.says("hit");
  await session.line(/so far: is paused in the debugger/, "what it waits for", { from });
  assert.equal((await answer).status, 504);
  debug.go();
  await session.line(/^[0-9a-f]{8} ! it stood in the debugger for .*: API Gateway waits for 1 s and has told its caller/, "word of the late answer", { from });
});

test("a debugger that leaves lets it go on, and another one may come", { skip, timeout: 120_000 }, async () => {
  await debug.leave();
  assert.equal((await lab.invoke("Fn", { name: "you" })).text, '"hello you"');
  await attach();
  assert.equal(await hit("again"), '"hello again"');
});

test("one that crashes at a breakpoint leaves its process stopped: it is ended, and the next call has another", { skip, timeout: 120_000 }, async () => {
  const from = session.lines.length;
  const answer = lab.invoke("Fn", { name: "you" });
  await debug.says("hit");
  await session.line(/so far: is paused in the debugger/, "what it waits for", { from });
  await debug.crash();
  await session.line(/the debugger has ended, and has left this process stopped for good/, "why it is ended");
  assert.match((await answer).text, /signal: killed/);
  assert.equal((await lab.invoke("Fn", { name: "you" })).text, '"hello you"');
});

test("after a save it is hit again, in the process of the new code", { skip, timeout: 400_000 }, async () => {
  const before = lastProcess();
  await lab.saved("fn/Greeter.cs", '"hello "', '"good day "', "good day you");
  await until("the new process", () => lastProcess() !== before);
  await attach();
  assert.equal(await hit("you"), '"good day you"');
  await debug.leave();
});

test("so is one in a program", { skip, timeout: 400_000 }, async () => {
  const { body } = await firstAnswer(lab, "Own", { token: "" });
  await attach("Shop.dll", body);
  assert.equal((await paused("Own", {})).text, '"here is e2e-Own"');
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
  const from = session.lines.length;
  const other = lab.invoke("Own", {});
  await session.line(/ process \d+:/, "the other one's process: nothing is built any more", { from });
  await session.stop();
  assert.match((await other).text, /Live\.ClientGone/);
});
