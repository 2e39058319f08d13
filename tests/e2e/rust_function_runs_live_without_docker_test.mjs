// The construct of cargo-lambda-cdk, whose bundling wants cargo-lambda or Docker: live, cargo alone builds the function.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { missing } from "../support/compiled.mjs";
import { withConstruct } from "../support/constructs.mjs";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const construct = withConstruct("cargo-lambda-cdk", "0.0.36");
const skip = construct.skip || missing("cargo") || missing("curl");
// A client of the Runtime API without a crate.
const main = `use std::process::Command;

fn ask(arguments: &[&str]) -> String {
    String::from_utf8(Command::new("curl").args(["-sS"]).args(arguments).output().unwrap().stdout).unwrap()
}

fn main() {
    let api = format!("http://{}/2018-06-01/runtime/invocation", std::env::var("AWS_LAMBDA_RUNTIME_API").unwrap());
    loop {
        let got = ask(&["-i", &format!("{api}/next")]);
        let name = "lambda-runtime-aws-request-id: ";
        let id = got.lines().find(|line| line.to_lowercase().starts_with(name)).unwrap()[name.len()..].trim().to_string();
        ask(&["-d", if cfg!(feature = "polite") { "\\"hello, polite\\"" } else { "\\"hello\\"" }, &format!("{api}/{id}/response")]);
    }
}
`;
const lab = new Lab({}, {
  "lib/index.js": `import * as cdk from "aws-cdk-lib";
import { RustFunction } from "cargo-lambda-cdk";
export default function main(app) {
  const stack = new cdk.Stack(app, "lab");
  new RustFunction(stack, "Fn", { functionName: app.stage + "-Fn", manifestPath: "fn/Cargo.toml", binaryName: "greet", timeout: cdk.Duration.seconds(60),
    bundling: { cargoLambdaFlags: ["--features polite", "--verbose"] } });
}
`,
  "fn/Cargo.toml": `[package]
name = "greeter"
version = "0.1.0"
edition = "2021"

[features]
polite = []

[[bin]]
name = "greet"
path = "src/main.rs"

[[bin]]
name = "other"
path = "src/other.rs"
`,
  "fn/src/main.rs": main,
  "fn/src/other.rs": "fn main() {}\n",
}, { packages: construct.packages, env: { CDK_DOCKER: "no-docker-here" } });
after(() => lab.dispose());

test("the binary that it names is built by cargo, with its features, and called", { skip, timeout: 300_000 }, async () => {
  await lab.go();
  const { body, text } = await lab.invoke("Fn");
  assert.equal(body, "hello, polite", text);
});

test("a save is built, and the next call answers by it", { skip, timeout: 120_000 }, async () => {
  lab.write("fn/src/main.rs", main.replaceAll("hello", "saved"));
  await until("answer by the saved code", async () => (await lab.invoke("Fn")).body === "saved, polite", { timeout: 60_000 });
});

const builds = versionOf("cargo-lambda") ? "cargo-lambda is on PATH, which builds it" : false;
test("live deploy says that its bundling needs Docker or cargo-lambda, and ends", { skip: skip || builds, timeout: 120_000 }, async () => {
  await lab.sessions[0].stop();
  const { code, text } = await lab.run("deploy", "--local", "--stage", lab.stage);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*lab\/Fn is bundled in Docker, and no-docker-here is not on PATH: install cargo-lambda \(.*\), which does without it, or install Docker/);
});
