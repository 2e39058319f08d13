// Our runtime for Ruby on each version that Lambda has, as WebAssembly: all of it but its socket.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { root } from "../support/live.mjs";
import { nodeOf } from "../support/node_versions.mjs";
import { fetchedFromNpm } from "../support/npm.mjs";

const node = await nodeOf(24); // 20 ends while it runs a program of this size

const files = {
  "plain.rb": `def handler(event:, context:)
  { hello: event["name"], id: context.aws_request_id, é: "ü", nested: [1, nil, 2.5] }
end
`,
  "classes.rb": `class Orders\n  def self.get(event:, context:) = event["n"] + 1\nend\n`,
  "raises.rb": `class OwnError < StandardError; end
def handler(event:, context:)
  raise OwnError, "as asked"
end
`,
  "fetches.rb": `def handler(event:, context:) = event.fetch("absent")\n`,
  "calls.rb": `def handler(event:, context:) = nil.absent\n`,
  "appends.rb": `def handler(event:, context:)\n  text = "a"\n  text << event["name"]\n  text\nend\n`,
  "reads.rb": `require "stringio"\ndef handler(event:, context:) = StringIO.new("bytes")\n`,
  "broken.rb": `def handler(\n`,
  "missing.rb": `require "not_there_at_all"\n`,
  "gems.rb": `require "greeting"\ndef handler(event:, context:) = GREETING\n`,
  "vendor/bundle/ruby/any/gems/greeting-1.0.0/lib/greeting.rb": `GREETING = "of a gem"\n`,
  "vendor/bundle/ruby/any/specifications/greeting-1.0.0.gemspec": `Gem::Specification.new { |s| s.name = "greeting"; s.version = "1.0.0"; s.summary = ""; s.authors = ["us"] }\n`,
};
const task = mkdtempSync(path.join(tmpdir(), "live-ruby-"));
for (const [file, text] of Object.entries(files)) {
  mkdirSync(path.dirname(path.join(task, file)), { recursive: true });
  writeFileSync(path.join(task, file), text);
}
after(() => rmSync(task, { recursive: true, force: true }));
const handlers = ["plain.handler", "classes.Orders.get", "raises.handler", "fetches.handler", "calls.handler", "appends.handler", "reads.handler", "broken.handler", "missing.handler", "gems.handler"];

/** What the runtime told, by handler: the answer and what followed it. */
function run(version, folder) {
  const cases = handlers.map((handler) => ({ handler, event: { name: "you", n: 1 } }));
  const script = path.join(root, "tests/support/ruby_in_webassembly.mjs");
  const out = execFileSync(path.join(node.bin, "node"), ["--no-warnings", script, folder, version, task, JSON.stringify(cases)], { encoding: "utf8", stdio: "pipe" });
  const said = JSON.parse(out.trim().split("\n").pop());
  assert.ok(said.version.startsWith(version), said.version);
  return Object.fromEntries(handlers.map((handler, at) => [handler.split(".")[0], said.told[at]]));
}

const versions = ["3.2", "3.3", "3.4", "4.0"];
const fetched = (version) => fetchedFromNpm(`ruby-${version}`, `@ruby/${version}-wasm-wasi`, `Ruby ${version}`);
const packages = node.skip ? versions.map(() => node) : await Promise.all(versions.map(fetched));
for (const [at, version] of versions.entries()) {
  const { folder, skip } = packages[at];
  test(`Ruby ${version} answers, and fails in Lambda's words`, { skip }, () => {
    const told = run(version, folder);
    const answered = (body, type = "application/json") => [{ body, type }];
    assert.deepEqual(told.plain, answered('{"hello":"you","id":"r1","é":"ü","nested":[1,null,2.5]}'));
    assert.deepEqual(told.classes, answered("2"));
    assert.deepEqual(told.appends, answered('"ayou"'));
    assert.deepEqual(told.reads, answered("bytes", "application/unknown"));
    assert.deepEqual(told.gems, answered('"of a gem"'));

    const [{ reported, error }] = told.raises;
    assert.deepEqual([reported, error.errorType, error.errorMessage], ["Function<UserException>", "Function<OwnError>", "as asked"]);
    assert.match(error.stackTrace[0], /^\/task\/raises\.rb:3:in [`'](Object#)?handler'$/);
    assert.equal(error.stackTrace.length, 1);
    assert.equal(told.fetches[0].error.errorMessage, 'key not found: "absent"');
    const [called, ended] = told.calls;
    assert.match(called.error.errorMessage, /^undefined method [`']absent' for nil(:NilClass)?$/);
    assert.deepEqual([called.reported, ended], ["Function<NoMethodError>", { exit: 255 }]);

    for (const [name, type, message] of [["broken", "Init<SyntaxError>", /syntax error/], ["missing", "Init<LoadError>", /^cannot load such file -- not_there_at_all$/]]) {
      const [{ init }, end] = told[name];
      assert.deepEqual([init.errorType, end], [type, { exit: 252 }]);
      assert.match(init.errorMessage, message);
    }
  });
}
