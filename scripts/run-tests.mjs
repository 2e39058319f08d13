// Runs the tests of a build folder by ctest, two at a time, and counts their cases: gtest's, Python's, Node's.
//   node scripts/run-tests.mjs [--build DIR] [--no-skips] [--jobs N] [--exact] [NAME…]
// A NAME picks the tests, and the gtest cases, whose name contains it (--exact: the tests of that name). A skip is one of gtest, unittest or
// node:test, or a line `SKIPPED: reason`. The last line is the sum; the exit code is 0 only if something ran
// and nothing failed.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { count, reason } from "./test-output.mjs";

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: "string", default: "build/dev" },
    jobs: { type: "string", default: "2" },
    exact: { type: "boolean", default: false },
    "no-skips": { type: "boolean", default: false },
  },
});
const build = path.resolve(options.build);
const report = path.join(build, "tests.xml");

const known = JSON.parse(execFileSync("ctest", ["--test-dir", build, "--show-only=json-v1"], { maxBuffer: 1 << 26 })).tests;
const { chosen, filter } = choose(known, names);
if (chosen.length === 0) {
  console.error(names.length ? `No test's name contains ${names.join(" or ")}.` : `${build} has no tests.`);
  process.exit(2);
}

rmSync(report, { force: true });
await run(chosen, filter);
const results = readReport(report);
let passed = 0;
const failures = [];
const skips = [];
for (const { name, status, output } of results) {
  const sum = count(output, status === "run");
  passed += sum.passed;
  for (const one of sum.failed) failures.push([`${name}: ${one}`, ...reason(output, one)]);
  for (const reason of sum.skipped) skips.push(`${name}: ${reason}`);
  if (sum.failed.length) console.log(`\n━━ ${name}\n${tail(output, 400)}`);
}
for (const name of chosen) if (!results.some((one) => one.name === name)) failures.push([`${name}: did not run`]);

if (skips.length) console.log(`\nSkipped:\n${skips.map((one) => `  ${one}`).join("\n")}`);
if (failures.length) console.log(`\nFailed:\n${failures.map(([name, ...why]) => [name, ...why.map((line) => `  ${line}`)].map((line) => `  ${line}`).join("\n")).join("\n")}`);
console.log(`\n${passed} passed, ${failures.length} failed, ${skips.length} skipped`);
if (passed + failures.length === 0) console.error("No test was executed.");
process.exitCode = failures.length || passed === 0 || (options["no-skips"] && skips.length) ? 1 : 0;

/** The tests of ctest that are meant, and what of gtest's cases in them (undefined: all). */
function choose(tests, words) {
  if (words.length === 0) return { chosen: tests.map((test) => test.name) };
  if (options.exact) return { chosen: tests.map((test) => test.name).filter((name) => words.includes(name)) };
  const chosen = [];
  const cases = [];
  for (const { name, command = [] } of tests) {
    const whole = words.some((word) => name.includes(word));
    const wanted = gtestCases(command).filter((one) => whole || words.some((word) => one.includes(word)));
    if (whole || wanted.length) chosen.push(name);
    cases.push(...wanted);
  }
  return { chosen, filter: cases.length ? cases.join(":") : undefined };
}

function gtestCases(command) {
  if (!/_test$/.test(command[0] ?? "")) return [];
  let suite = "";
  const found = [];
  for (const line of execFileSync(command[0], ["--gtest_list_tests"]).toString().split("\n")) {
    const text = line.replace(/\s+#.*/, "");
    if (/^\S+\.$/.test(text)) suite = text;
    else if (/^ {2}\S/.test(text)) found.push(suite + text.trim());
  }
  return found;
}

/** ctest, a line as each test ends. */
async function run(chosen, filter) {
  const pattern = `^(${chosen.map((name) => name.replace(/[.+*?()[\]|^$\\]/g, "\\$&")).join("|")})$`;
  const args = ["--test-dir", build, "-j", options.jobs, "-R", pattern, "--output-junit", report, "--no-tests=ignore"];
  const whole = ["--test-output-size-passed", `${1 << 24}`, "--test-output-size-failed", `${1 << 24}`];
  const env = { ...process.env, ...(filter && { GTEST_FILTER: filter }) };
  const ctest = spawn("ctest", [...args, ...whole], { env, stdio: ["ignore", "pipe", "inherit"] });
  let rest = "";
  ctest.stdout.setEncoding("utf8").on("data", (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    for (const line of lines) {
      const [, name, verdict, seconds] = /Test +#\d+: (\S+) \.*(.*?) +([\d.]+) sec/.exec(line) ?? [];
      if (name) console.log(`${(/Passed/.test(verdict) ? "ok" : verdict.replace(/^[ *]+/, "")).padEnd(8)} ${seconds.padStart(7)} s  ${name}`);
    }
  });
  await new Promise((resolve, reject) => ctest.on("close", resolve).on("error", reject));
}

function readReport(file) {
  const plain = (text) =>
    text.replace(/&(lt|gt|quot|apos|amp|#x?[0-9a-fA-F]+);/g, (_, code) => {
      const named = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" }[code];
      return named ?? String.fromCodePoint(Number(code.replace("#x", "0x").replace("#", "")));
    });
  const found = [];
  for (const [, head, body] of readFileSync(file, "utf8").matchAll(/<testcase ([^>]*)>(.*?)<\/testcase>/gs)) {
    const attribute = (name) => plain(new RegExp(`\\b${name}="([^"]*)"`).exec(head)?.[1] ?? "");
    const output = /<system-out>(.*?)<\/system-out>/s.exec(body)?.[1] ?? "";
    found.push({ name: attribute("name"), status: attribute("status"), output: plain(output) });
  }
  return found;
}

function tail(text, lines) {
  const all = text.trimEnd().split("\n");
  return all.length > lines ? [`… ${all.length - lines} lines …`, ...all.slice(-lines)].join("\n") : all.join("\n");
}
