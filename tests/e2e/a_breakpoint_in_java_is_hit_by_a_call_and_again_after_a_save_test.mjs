// The JDK's own debugger, jdb, at the function's port.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { chooseDebugPorts, pausedCall } from "../support/breakpoints.mjs";
import { Compiled, mavenProject, missing } from "../support/compiled.mjs";
import { debugPort } from "../support/inspector.mjs";
import { until } from "../support/lab.mjs";

const maven = mavenProject("java-debugged");
const skip = missing("jdb") || maven.skip;
const source = "fn/src/main/java/example/Greeter.java";
const lab = new Compiled("JAVA_17", "example.Greeter::handle", {
  "fn/pom.xml": maven.pom,
  [source]: `package example;

import java.util.Map;

public class Greeter {
  static int answer = 42;

  public String handle(Map<String, String> event) {
    String text = "hello " + event.get("name");
    return text;
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn")` });

class Jdb {
  text = "";
  static all = [];
  constructor(port) {
    this.process = spawn("jdb", ["-connect", `com.sun.jdi.SocketAttach:hostname=127.0.0.1,port=${port}`]);
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (piece) => (this.text += piece));
    this.ended = new Promise((resolve) => this.process.once("exit", resolve));
    Jdb.all.push(this);
  }
  /** Until it says so, after what was looked for before. */
  async says(pattern) {
    const found = await until(`"${pattern}" of jdb in:\n${this.text}`, () => pattern.exec(this.text), { timeout: 60_000 });
    this.text = this.text.slice(found.index + found[0].length);
    return found;
  }
  tell(line) {
    this.process.stdin.write(line + "\n");
  }
}
after(() => {
  for (const { process } of Jdb.all) process.kill();
  return lab.dispose();
});
let session, port, jdb;

test("a breakpoint is hit by the first call, variables are read, and the answer is right", { skip, timeout: 580_000 }, async () => {
  chooseDebugPorts(lab, "Fn");
  session = await lab.go("--inspect");
  await session.line(/^Debug ports: Fn \d+/, "debug ports");
  port = debugPort(session, "Fn");
  jdb = new Jdb(port);
  const answer = lab.invoke("Fn", { name: "Ann" });
  await jdb.says(/VM Started/);
  jdb.tell("stop at example.Greeter:10");
  jdb.tell("run");
  await jdb.says(/Breakpoint hit: .*example\.Greeter\.handle\(\), line=10/);
  jdb.tell("print text");
  await jdb.says(/text = "hello Ann"/);
  jdb.tell("cont");
  const { body, text } = await answer;
  assert.equal(body, "hello Ann", text);
});

test("nothing of the debugger is among the lines of the function", { skip }, () => {
  assert.deepEqual(session.lines.filter((line) => /Listening for transport/.test(line)), []);
});

test("a paused call is in work for AWS, and answers when it goes on", { skip, timeout: 120_000 }, async () => {
  const answer = await pausedCall({
    lab,
    session,
    invoke: () => lab.invoke("Fn", { name: "Eve" }),
    stopped: () => jdb.says(/Breakpoint hit/),
    resume: () => jdb.tell("cont"),
  });
  assert.equal(answer.body, "hello Eve");
});

test("after a save it is hit again at the same port, by the first call", { skip, timeout: 300_000 }, async () => {
  const from = session.lines.length;
  lab.write(source, lab.read(source).replace("hello", "good day"));
  await session.line(/Fn rebuilt/, "rebuild", { from });
  await jdb.ended;
  jdb = new Jdb(port);
  const answer = lab.invoke("Fn", { name: "Cid" });
  await jdb.says(/VM Started/);
  jdb.tell("stop at example.Greeter:10");
  jdb.tell("run");
  await jdb.says(/Breakpoint hit/);
  jdb.tell("print text");
  await jdb.says(/text = "good day Cid"/);
  jdb.tell("cont");
  assert.equal((await answer).body, "good day Cid");
});

test("a debugger that leaves lets the paused call go on", { skip, timeout: 120_000 }, async () => {
  const answer = lab.invoke("Fn", { name: "Dan" });
  await jdb.says(/Breakpoint hit/);
  jdb.process.kill("SIGKILL");
  assert.equal((await answer).body, "good day Dan");
});

test("with --inspect-wait init is held until the debugger lets it go", { skip, timeout: 300_000 }, async () => {
  await session.stop();
  const next = await lab.go("--inspect-wait");
  const answer = lab.invoke("Fn", { name: "Gus" });
  await next.line(/so far: waits for a debugger to let its init go on/, "what it waits for");
  jdb = new Jdb(debugPort(next, "Fn"));
  await jdb.says(/VM Started/);
  jdb.tell("stop at example.Greeter:6");
  jdb.tell("run");
  await jdb.says(/Breakpoint hit: .*example\.Greeter\.<clinit>\(\), line=6/);
  jdb.tell("cont");
  assert.equal((await answer).body, "good day Gus");
});
