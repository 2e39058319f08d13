// ruby_in_webassembly.mjs PACKAGES VERSION TASK CASES: runs ruby_without_sockets.rb by Ruby as npm has it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { WASI } from "node:wasi";

const [packages, version, task, cases] = process.argv.slice(2);
const root = path.resolve(import.meta.dirname, "../..");
const { RubyVM } = createRequire(path.join(packages, "package.json"))("@ruby/wasm-wasi");
const wasip1 = new WASI({ version: "preview1", env: {}, preopens: { "/live": path.join(root, "runtimes/ruby"), "/task": task } });
const program = path.join(packages, `node_modules/@ruby/${version}-wasm-wasi/dist/ruby+stdlib.wasm`);
const { vm } = await RubyVM.instantiateModule({ module: await WebAssembly.compile(readFileSync(program)), wasip1 });
vm.eval(`require "json"; CASES = JSON.parse(${JSON.stringify(cases)})`);
vm.eval(readFileSync(path.join(import.meta.dirname, "ruby_without_sockets.rb"), "utf8"));
