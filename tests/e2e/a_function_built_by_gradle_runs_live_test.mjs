// Java as Gradle builds it: found, compiled and called as a project of Maven is.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, kept, missing } from "../support/compiled.mjs";

const build = `plugins { id 'java' }
sourceCompatibility = 11
targetCompatibility = 11
repositories { mavenCentral() }
dependencies { implementation 'com.amazonaws:aws-lambda-java-core:1.2.3' }
`;
const env = { GRADLE_OPTS: "-Dorg.gradle.daemon=false" }; // none outlives the test
const project = kept("gradle-function");
const skip = missing("java") || missing("gradle", () => {
  mkdirSync(project, { recursive: true });
  writeFileSync(path.join(project, "build.gradle"), `${build}task fetch { doLast { println configurations.compileClasspath.files } }\n`);
  execFileSync("gradle", ["-q", "fetch"], { cwd: project, stdio: "pipe", timeout: 400_000, env: { ...process.env, ...env } });
});
const lab = new Compiled("JAVA_17", "example.Greeter::handle", {
  "fn/build.gradle": build,
  "fn/src/main/resources/greeting.txt": "hello ",
  "fn/src/main/java/example/Greeter.java": `package example;

import com.amazonaws.services.lambda.runtime.Context;
import java.io.IOException;
import java.util.Map;

public class Greeter {
  public String handle(Map<String, String> event, Context context) throws IOException {
    try (var text = Greeter.class.getResourceAsStream("/greeting.txt")) {
      return new String(text.readAllBytes()) + event.get("name") + " of " + context.getFunctionName();
    }
  }
}
`,
}, { env });
after(() => lab.dispose());
let session;

test("the project is compiled and called, with what it needs", { skip, timeout: 580_000 }, async () => {
  session = await lab.go();
  assert.equal((await lab.invoke("Fn", { name: "you" })).text, '"hello you of e2e-Fn"', session.tail());
});

test("what does not compile is told with its line, and mended by the next save", { skip, timeout: 400_000 }, async () => {
  const file = "fn/src/main/java/example/Greeter.java";
  lab.write(file, lab.read(file).replace('" of "', "of"));
  await session.line(/Greeter\.java:10: error: cannot find symbol/, "the compiler's error");
  assert.match((await lab.invoke("Fn", { name: "you" })).text, /Live\.BuildError.*Greeter\.java/s);
  await lab.saved(file, "+ of +", '+ ", good day, " +', "you, good day, e2e-Fn");
});

test("a save of a resource is live", { skip, timeout: 400_000 }, async () => {
  await lab.saved("fn/src/main/resources/greeting.txt", "hello ", "welcome ");
});
