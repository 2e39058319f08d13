// What `live init --ide vscode` writes, taken by the debug adapter of VS Code's Debugger for Java.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { createInterface } from "node:readline";
import { after, test } from "node:test";
import { chooseDebugPorts } from "../support/breakpoints.mjs";
import { Compiled, kept, mavenProject, missing } from "../support/compiled.mjs";
import { configuration, debug } from "../support/vscode.mjs";

const maven = mavenProject("java-debugged");
const adapterFolder = kept("java-debug-adapter");
const skip = maven.skip || missing("mvn", () => {
  mkdirSync(adapterFolder, { recursive: true });
  const dependency = "<groupId>com.microsoft.java</groupId><artifactId>com.microsoft.java.debug.core</artifactId><version>0.25.1</version>";
  writeFileSync(path.join(adapterFolder, "pom.xml"), `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId><artifactId>adapter</artifactId><version>1</version><dependencies><dependency>${dependency}</dependency></dependencies></project>`);
  execFileSync("mvn", ["-q", "-B", "dependency:copy-dependencies"], { cwd: adapterFolder, stdio: "pipe", timeout: 400_000 });
});
const source = "fn/src/main/java/example/Greeter.java";
const lab = new Compiled("JAVA_17", "example.Greeter::handle", {
  "fn/pom.xml": maven.pom,
  [source]: `package example;

import java.util.Map;

public class Greeter {
  public String handle(Map<String, String> event) {
    String name = event.get("name");
    String text = "Hello, " + name;
    if (name.equals("Eve")) throw new IllegalArgumentException("not Eve");
    return text;
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn")` });
const file = path.join(lab.app, source);
let adapter, wanted, session, debugged;
after(async () => {
  adapter?.kill();
  await lab.dispose();
});

async function attach(more) {
  const { session, ready } = await debug(wanted, { file, ...more });
  debugged = session;
  return ready;
}

test("attached before the first call, it stops at a breakpoint, and variables are read", { skip, timeout: 580_000 }, async () => {
  const jars = path.join(adapterFolder, "target/dependency/*");
  adapter = spawn("java", ["-cp", jars, path.join(import.meta.dirname, "../support/JavaDebugAdapter.java"), path.join(lab.app, "fn/src/main/java")], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await new Promise((resolve) => createInterface(adapter.stdout).once("line", (...all) => resolve(all)));
  chooseDebugPorts(lab, "Fn");
  session = await lab.go("--inspect");
  wanted = { ...(await configuration(lab, "Fn")), adapter: Number(port) };
  const ready = attach({ breakpoints: [{ line: 10 }] });
  const answer = lab.invoke("Fn", { name: "Ann" });
  await ready;
  const place = await debugged.stopped();
  assert.match(place.name, /Greeter\.handle/);
  assert.equal(place.variables.text, '"Hello, Ann"');
  await debugged.resume(place);
  assert.equal((await answer).body, "Hello, Ann");
});

test("it stops where an exception is thrown", { skip, timeout: 120_000 }, async () => {
  await debugged.send("setExceptionBreakpoints", { filters: ["caught"] });
  const failing = lab.invoke("Fn", { name: "Eve" });
  let place = await debugged.stopped();
  for (; !/Greeter\.handle/.test(place.name); place = await debugged.stopped()) await debugged.resume(place); // the JDK's own
  assert.equal(place.line, 9);
  await debugged.send("setExceptionBreakpoints", { filters: [] });
  await debugged.resume(place);
  assert.match((await failing).text, /not Eve/);
});

test("breakpoints leave with it", { skip, timeout: 120_000 }, async () => {
  await debugged.send("disconnect", { restart: false, terminateDebuggee: false });
  debugged.close();
  assert.equal((await lab.invoke("Fn", { name: "Bob" })).body, "Hello, Bob");
});
