// An app with a function, Fn, in a language that is compiled: its project lies in fn/, and a tool builds it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Lab, until } from "./lab.mjs";
import { root } from "./live.mjs";

/** Where packages that tests fetch are kept from one run to the next. */
export const kept = (name) => path.join(process.env.LIVE_BUILD ?? path.join(root, "build"), name);

/**
 * Why a language's tests cannot run here; false when they can. `probe` fetches what they need from its registry.
 * @param {string} tool @param {() => void} probe
 */
export function missing(tool, probe) {
  try {
    execFileSync("sh", ["-c", `command -v ${tool}`]);
  } catch {
    return `SKIPPED: ${tool} is not on PATH`;
  }
  try {
    probe?.();
    return false;
  } catch (error) {
    return `SKIPPED: what ${tool} needs cannot be fetched here: ${String(error.stderr ?? error).trim().split("\n").pop()}`;
  }
}

/**
 * What a call answers once its function is built: on a busy machine that takes longer than a call.
 * @param {Lab} lab @param {string} id @param {object} event
 */
export const firstAnswer = (lab, id, event) =>
  until(`answer of ${id}, built`, async () => {
    const answer = await lab.invoke(id, event);
    return !/Sandbox\.Timedout/.test(answer.text) && answer;
  }, { timeout: 500_000 });

export class Compiled extends Lab {
  /**
   * @param {string} runtime a member of lambda.Runtime @param {string} handler @param {Record<string, string>} files
   * @param {{ code?: string, functions?: Record<string, string>, more?: string }} options functions: more properties of each;
   * all of them source, `more` as statements of the app
   */
  constructor(runtime, handler, files, { functions = { Fn: "" }, code = `lambda.Code.fromAsset("fn", { bundling: { image: cdk.DockerImage.fromRegistry("never/pulled") } })`, more = "", ...options } = {}) {
    super({}, {
      "lib/index.js": `import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
${Object.entries(functions).map(([id, properties]) => `  new lambda.Function(stack, "${id}", {
    functionName: app.stage + "-${id}", runtime: lambda.Runtime.${runtime}, handler: "${handler}", timeout: cdk.Duration.seconds(110),
    memorySize: 512, environment: { GREETING: "hello" }, code: ${code}, ${properties}
  });`).join("\n")}
  ${more}
}
`,
      ...files,
    }, options);
  }

  /** What a call answers once the code that was saved is there. */
  async saved(file, from, to, answer = to) {
    this.write(file, this.read(file).replace(from, to));
    return await until("answer by the saved code", async () => {
      const { text } = await this.invoke("Fn", { name: "you" });
      return text.includes(answer) && text;
    }, { timeout: 120_000 });
  }
}

/** aws-lambda-go, AWS's client for Go: `files` are those of a module that has it. */
export function goClient() {
  const module = kept("go-function");
  const skip = missing("go", () => {
    mkdirSync(module, { recursive: true });
    writeFileSync(path.join(module, "go.mod"), "module example.com/fn\n\ngo 1.21\n");
    writeFileSync(path.join(module, "main.go"), `package main\n\nimport _ "github.com/aws/aws-lambda-go/lambda"\n\nfunc main() {}\n`);
    execFileSync("go", ["get", "github.com/aws/aws-lambda-go@v1.47.0"], { cwd: module, stdio: "pipe", timeout: 180_000 });
  });
  const files = () => Object.fromEntries(["go.mod", "go.sum"].map((file) => [file, readFileSync(path.join(module, file), "utf8")]));
  return { skip, files };
}

/** What a handler in Java gets its context by, as a dependency of a `pom`. */
export const lambdaCore = "<dependency><groupId>com.amazonaws</groupId><artifactId>aws-lambda-java-core</artifactId><version>1.2.3</version></dependency>";

/** A project of Maven: its `pom`, and why it cannot be built here. @param {string} name of the folder that is kept @param {string} dependencies elements */
export function mavenProject(name, dependencies = "") {
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>com.example</groupId><artifactId>fn</artifactId><version>1</version>
  <properties>
    <maven.compiler.source>11</maven.compiler.source><maven.compiler.target>11</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>${dependencies}</dependencies>
</project>
`;
  const project = kept(name);
  const skip = missing("java") || missing("mvn", () => {
    mkdirSync(project, { recursive: true });
    writeFileSync(path.join(project, "pom.xml"), pom);
    execFileSync("mvn", ["-q", "-B", "compile", "dependency:build-classpath"], { cwd: project, stdio: "pipe", timeout: 400_000 });
  });
  return { pom, skip };
}
