// Delve attaches to the function's process when a debugger comes to its port.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { chooseDebugPorts, pausedCall } from "../support/breakpoints.mjs";
import { Compiled, kept, missing } from "../support/compiled.mjs";
import { DapDebugger } from "../support/dap.mjs";
import { debugPort } from "../support/inspector.mjs";

const module = kept("go-function"), delve = kept("delve");
const skip = missing("go", () => {
  mkdirSync(module, { recursive: true });
  writeFileSync(path.join(module, "go.mod"), "module example.com/fn\n\ngo 1.21\n");
  writeFileSync(path.join(module, "main.go"), `package main\n\nimport _ "github.com/aws/aws-lambda-go/lambda"\n\nfunc main() {}\n`);
  execFileSync("go", ["get", "github.com/aws/aws-lambda-go@v1.47.0"], { cwd: module, stdio: "pipe", timeout: 180_000 });
  if (!existsSync(path.join(delve, "dlv")))
    execFileSync("go", ["install", "github.com/go-delve/delve/cmd/dlv@v1.27.2"], { env: { ...process.env, GOBIN: delve }, stdio: "pipe", timeout: 500_000 });
});
const main = `package main

import (
	"os"

	"github.com/aws/aws-lambda-go/lambda"
)

type Event struct {
	Name string \`json:"name"\`
	Exit bool   \`json:"exit"\`
}

var table = map[string]int{}

func handle(event Event) (string, error) {
	if event.Exit {
		os.Exit(7)
	}
	text := "hello " + event.Name
	return text, nil
}

func main() {
	table["answer"] = 42
	lambda.Start(handle)
}
`;
const lab = new Compiled("PROVIDED_AL2023", "bootstrap", { "fn/main.go": main }, { env: { PATH: `${delve}:${process.env.PATH}` } });
const file = path.join(lab.app, "fn/main.go");
after(() => lab.dispose());
let session, port, debug;

// As an IDE's configuration has it.
const remote = { mode: "remote" };

test("a breakpoint is hit by the first call, variables are read, and the answer is right", { skip, timeout: 580_000 }, async () => {
  for (const one of ["go.mod", "go.sum"]) lab.write(`fn/${one}`, readFileSync(path.join(module, one), "utf8"));
  chooseDebugPorts(lab, "Fn");
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Fn \d+/, "debug ports");
  port = debugPort(session, "Fn");
  debug = DapDebugger.open(port);
  const configured = debug.configure({ [file]: [21] }, remote);
  const answer = lab.invoke("Fn", { name: "Ann" });
  await configured;
  const place = await debug.stopped();
  assert.equal(place.name, "main.handle");
  assert.equal(place.variables.text, '"hello Ann"');
  await debug.resume(place);
  const { body, text } = await answer;
  assert.equal(body, "hello Ann", text);
});

test("a paused call is in work for AWS, and answers when it goes on", { skip, timeout: 120_000 }, async () => {
  const answer = await pausedCall({
    lab,
    session,
    invoke: () => lab.invoke("Fn", { name: "Eve" }),
    stopped: () => debug.stopped(),
    resume: (place) => debug.resume(place),
  });
  assert.equal(answer.body, "hello Eve");
});

test("after a save the debugger is told to begin anew, and its breakpoint is hit by the first call", { skip, timeout: 300_000 }, async () => {
  const from = session.lines.length;
  lab.write("fn/main.go", main.replace('\ttext := "hello', '\n\ttext := "good day'));
  await session.line(/Fn rebuilt/, "rebuild", { from });
  assert.equal((await debug.event("terminated")).restart, true);
  await debug.closed;
  debug = DapDebugger.open(port);
  const configured = debug.configure({ [file]: [22] }, remote);
  const answer = lab.invoke("Fn", { name: "Cid" });
  await configured;
  const place = await debug.stopped();
  assert.equal(place.variables.text, '"good day Cid"');
  await debug.resume(place);
  assert.equal((await answer).body, "good day Cid");
});

test("a debugger that leaves lets the paused call go on, and its breakpoints leave with it", { skip, timeout: 120_000 }, async () => {
  const answer = lab.invoke("Fn", { name: "Dan" });
  await debug.stopped();
  debug.close();
  assert.equal((await answer).body, "good day Dan");
  assert.equal((await lab.invoke("Fn", { name: "Dan" })).body, "good day Dan");
});

test("a process that exits while it is debugged is told as ever", { skip, timeout: 120_000 }, async () => {
  debug = DapDebugger.open(port);
  await debug.configure({}, remote);
  assert.match((await lab.invoke("Fn", { exit: true })).text, /Runtime\.ExitError.*exit status 7/s);
  debug.close();
});

test("with --inspect-wait init is held until the debugger lets it go", { skip, timeout: 200_000 }, async () => {
  await session.stop();
  const next = await lab.go("--inspect-wait");
  const answer = lab.invoke("Fn", { name: "Gus" });
  await next.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  debug = DapDebugger.open(debugPort(next, "Fn"));
  await debug.configure({ [file]: [27] }, remote);
  const place = await debug.stopped();
  assert.equal(place.name, "main.main");
  await debug.resume(place);
  assert.equal((await answer).body, "good day Gus");
  debug.close();
});
