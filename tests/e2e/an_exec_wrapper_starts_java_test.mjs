// AWS_LAMBDA_EXEC_WRAPPER of a function in Java: a layer's script is given the command line of the virtual machine, live
// and on the embedded AWS.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, mavenProject } from "../support/compiled.mjs";

const { pom, skip } = mavenProject("java-wrapped");
const properties = `environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrap" }, layers: [new lambda.LayerVersion(stack, "Layer", { code: lambda.Code.fromAsset("layer") })],`;
const lab = new Compiled("JAVA_17", "example.Wrapped::handle", {
  "layer/wrap": `#!/bin/bash
export SET_BY_WRAPPER="for \${1##*/}"
exec "$1" -Dmark=here "\${@:2}"
`,
  "fn/pom.xml": pom,
  "fn/target/fn-1.jar": "built before, as an app's script does",
  "fn/src/main/java/example/Wrapped.java": `package example;

import java.util.Map;

public class Wrapped {
  public Map<String, String> handle(Map<String, String> event) {
    return Map.of("set", System.getenv("SET_BY_WRAPPER"), "mark", System.getProperty("mark"), "word", "first");
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn/target/fn-1.jar")`, functions: { Fn: properties } });
chmodSync(path.join(lab.app, "layer/wrap"), 0o755);
after(() => lab.dispose());
const wrapped = { set: "for java", mark: "here", word: "first" };
let session;

test("live, the wrapper sets variables and adds an option", { skip, timeout: 580_000 }, async () => {
  session = await lab.go();
  const { body, text } = await lab.invoke("Fn");
  assert.deepEqual(body, wrapped, text);
});

test("what is saved runs wrapped", { skip, timeout: 300_000 }, async () => {
  const text = await lab.saved("fn/src/main/java/example/Wrapped.java", '"first"', '"second"', "second");
  assert.deepEqual(JSON.parse(text), { ...wrapped, word: "second" });
});

test("deployed to the embedded AWS, the same wrapper runs", { skip, timeout: 400_000 }, async () => {
  await session.stop();
  execFileSync("mvn", ["-q", "-B", "package"], { cwd: path.join(lab.app, "fn"), stdio: "pipe" });
  await lab.do("deploy");
  const { body, text } = await lab.invoke("Fn");
  assert.deepEqual(body, { ...wrapped, word: "second" }, text);
});
