// Compiled by Maven and run by AWS's own runtime interface client for Java.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, lambdaCore, mavenProject } from "../support/compiled.mjs";

const { pom, skip } = mavenProject("java-function", lambdaCore);
const lab = new Compiled("JAVA_17", "example.Greeter::handle", {
  "fn/pom.xml": pom,
  "fn/src/main/java/example/Greeter.java": `package example;

import com.amazonaws.services.lambda.runtime.Context;
import java.util.HashMap;
import java.util.Map;

public class Greeter {
  public Map<String, Object> handle(Map<String, String> event, Context context) {
    if (event.containsKey("fail")) throw new IllegalStateException("as asked");
    System.out.println("printed by Java");
    context.getLogger().log("logged by Java\\n");
    Map<String, Object> answer = new HashMap<>();
    answer.put("text", "hello " + event.get("name"));
    answer.put("id", context.getAwsRequestId());
    answer.put("arn", context.getInvokedFunctionArn());
    answer.put("left", context.getRemainingTimeInMillis() > 30000);
    answer.put("env", System.getenv("GREETING"));
    return answer;
  }
}
`,
}, { code: `lambda.Code.fromAsset("fn/target/fn-1.jar")` });
after(() => lab.dispose());
let session;

test("the project of a jar is found, compiled and called", { skip, timeout: 580_000 }, async () => {
  lab.write("fn/target/fn-1.jar", "built before, as an app's script does");
  session = await lab.go();
  const { body, text } = await lab.invoke("Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.arn, /:function:e2e-Fn$/);
  assert.deepEqual([body.left, body.env], [true, "hello"]);
  await session.line(/printed by Java/, "what the handler printed");
  await session.line(/logged by Java/, "what the handler logged");
});

test("an exception is told as when deployed", { skip, timeout: 120_000 }, async () => {
  const { errorMessage, errorType, stackTrace } = JSON.parse((await lab.invoke("Fn", { fail: "" })).text);
  assert.deepEqual([errorMessage, errorType], ["as asked", "java.lang.IllegalStateException"]);
  assert.match(stackTrace[0], /example\.Greeter\.handle/);
});

test("what does not compile is told with its line, and mended by the next save", { skip, timeout: 400_000 }, async () => {
  lab.write("fn/src/main/java/example/Greeter.java", lab.read("fn/src/main/java/example/Greeter.java").replace('"hello "', "hello"));
  await session.line(/Greeter\.java:\[13,/, "the compiler's error");
  assert.match((await lab.invoke("Fn", { name: "you" })).text, /Live\.BuildError.*Greeter\.java/s);
  await lab.saved("fn/src/main/java/example/Greeter.java", "hello + event", '"good day " + event', "good day you");
});

test("the embedded AWS runs the jar that is deployed", { skip, timeout: 400_000 }, async () => {
  await session.stop();
  execFileSync("mvn", ["-q", "-B", "package"], { cwd: path.join(lab.app, "fn"), stdio: "pipe" });
  await lab.do("deploy");
  const { body, text, log } = await lab.invoke("Fn", { name: "all" });
  assert.equal(body?.text, "good day all", text);
  assert.match(log, /printed by Java/);
});
