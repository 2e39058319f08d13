// Built by `cargo build` and run by AWS's own client for Rust, the crate lambda_runtime.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Compiled, kept, missing } from "../support/compiled.mjs";

const manifest = `[package]
name = "greeter"
version = "0.1.0"
edition = "2021"

[dependencies]
lambda_runtime = "=0.13.0"
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt"] }

[[bin]]
name = "greet"
path = "src/main.rs"

[[bin]]
name = "other"
path = "src/other.rs"
`;
const crate = kept("rust-function"); // what is built of it is used again: the target folder is shared
const skip = missing("cargo", () => {
  mkdirSync(path.join(crate, "src"), { recursive: true });
  writeFileSync(path.join(crate, "Cargo.toml"), manifest);
  for (const name of ["main", "other"]) writeFileSync(path.join(crate, `src/${name}.rs`), "fn main() {}\n");
  execFileSync("cargo", ["build", "--bin", "greet"], { cwd: crate, stdio: "pipe", timeout: 500_000 });
});
const lab = new Compiled("PROVIDED_AL2023", "greet", {
  "fn/Cargo.toml": manifest,
  "fn/src/other.rs": "fn main() {}\n",
  "fn/src/main.rs": `use lambda_runtime::{run, service_fn, Error, LambdaEvent};
use serde_json::{json, Value};

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    match event.payload["fail"].as_str() {
        Some("error") => return Err("as asked".into()),
        Some("panic") => panic!("as asked"),
        _ => {}
    }
    println!("printed by Rust");
    Ok(json!({
        "text": format!("hello {}", event.payload["name"].as_str().unwrap_or("nobody")),
        "id": event.context.request_id,
        "arn": event.context.invoked_function_arn,
        "env": std::env::var("GREETING").unwrap(),
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
`,
}, { env: { CARGO_TARGET_DIR: path.join(crate, "target") } });
after(() => lab.dispose());
let session;

test("the binary that its handler names is built and called", { skip, timeout: 580_000 }, async () => {
  lab.write("fn/Cargo.lock", readFileSync(path.join(crate, "Cargo.lock"), "utf8"));
  session = await lab.go();
  const { body, text } = await lab.invoke("Fn", { name: "you" });
  assert.equal(body?.text, "hello you", text);
  assert.match(body.id, /^[0-9a-f-]{36}$/);
  assert.match(body.arn, /:function:e2e-Fn$/);
  assert.equal(body.env, "hello");
  await session.line(/printed by Rust/, "the handler's line");
});

test("an error and a panic are told as when deployed", { skip, timeout: 120_000 }, async () => {
  assert.equal(JSON.parse((await lab.invoke("Fn", { fail: "error" })).text).errorMessage, "as asked");
  assert.match((await lab.invoke("Fn", { fail: "panic" })).text, /as asked/);
});

test("what does not compile is told with its line, and mended by the next save", { skip, timeout: 300_000 }, async () => {
  const source = lab.read("fn/src/main.rs");
  lab.write("fn/src/main.rs", source.replace("hello {}", "hello {} {}"));
  await session.line(/src\/main\.rs:12/, "the compiler's error");
  assert.match((await lab.invoke("Fn", { name: "you" })).text, /Live\.BuildError.*main\.rs:12/s);
  lab.write("fn/src/main.rs", source);
  await lab.saved("fn/src/main.rs", "hello {}", "good day {}", "good day you");
});
