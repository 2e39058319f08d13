// Functions in Ruby: from their sources, with the gems that lie beside them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const skip = versionOf("ruby") ? false : "there is no ruby on PATH";
const ruby = { runtime: "ruby3.3" };
const lab = new Lab(
  {
    Api: { ...ruby, code: "api", handler: "handlers/get.Get.order", environment: { TABLE: "orders" } },
    Gems: { ...ruby, code: "gems", handler: "index.handler" },
  },
  {
    "api/handlers/get.rb": `require_relative "shared"

module Get
  def self.order(event:, context:)
    puts "looking for #{event["id"]}"
    raise KeyError, "no order #{event["id"]}" if event["fail"]

    { version: VERSION_HERE, name: context.function_name, table: ENV["TABLE"], local: ENV["IS_LOCAL"],
      left: context.get_remaining_time_in_millis.positive?, root: ENV["LAMBDA_TASK_ROOT"] == Dir.pwd }
  end
end
`,
    "api/handlers/shared.rb": `VERSION_HERE = "one"\n`,
    "gems/index.rb": `require "greeting"\ndef handler(event:, context:) = GREETING\n`,
    "gems/vendor/bundle/ruby/3.3.0/gems/greeting-1.0.0/lib/greeting.rb": `GREETING = "hello"\n`,
    "gems/vendor/bundle/ruby/3.3.0/specifications/greeting-1.0.0.gemspec": `Gem::Specification.new { |s| s.name = "greeting"; s.version = "1.0.0"; s.summary = ""; s.authors = ["us"] }\n`,
  },
);
let session;
before(async () => {
  if (!skip) session = await lab.go();
});
after(() => lab.dispose());

test("event, context and environment are those of the deployed function", { skip }, async () => {
  assert.deepEqual((await lab.invoke("Api", { id: "7" })).body, { version: "one", name: "e2e-Api", table: "orders", local: "true", left: true, root: true });
  await session.line(/looking for 7/, "what it prints");
});

test("an exception is told with its backtrace, the developer's own line first", { skip }, async () => {
  const { error, body } = await lab.invoke("Api", { id: "8", fail: true });
  assert.equal(error, "Unhandled");
  assert.equal(body.errorType, "Function<KeyError>");
  assert.equal(body.errorMessage, "no order 8");
  assert.match(body.stackTrace[0], /handlers\/get\.rb:6:in /);
  await session.line(/\(api\/handlers\/get\.rb:6\)/, "the place");
  await session.line(/6 │ raise KeyError, "no order #\{event\["id"\]\}"/, "the line of code");
});

test("what is saved runs in the next call", { skip }, async () => {
  for (const version of ["two", "six"]) {
    const from = session.lines.length;
    lab.write("api/handlers/shared.rb", `VERSION_HERE = "${version}"\n`);
    await session.line(/↻ Api changed/, "reload", { from });
    assert.equal((await lab.invoke("Api", { id: "9" })).body.version, version);
  }
});

test("gems of vendor/bundle are found", { skip }, async () => {
  assert.equal((await lab.invoke("Gems")).body, "hello");
});
