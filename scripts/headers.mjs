// Every header compiles alone: what it uses, it includes. Headers that include the same outside headers, in
// themselves or in others of ours, share a precompiled header of just those: nothing is lent to one that did
// not ask for it, and all of them take a fraction of the time. What compiled once is known by its hash.
import { createHash } from "node:crypto";
import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const flags = ["-std=c++20", "-Isrc", "-DBOOST_ASIO_NO_DEPRECATED", "-DBOOST_ASIO_SEPARATE_COMPILATION", "-DBOOST_ASIO_DISABLE_BOOST_DATE_TIME",
  "-DBOOST_BEAST_SEPARATE_COMPILATION", "-DBOOST_BEAST_USE_STD_STRING_VIEW", '-DLIVE_SOURCE_DIR="/"', '-DLIVE_BUILD_DIR="/"'];
const folder = mkdtempSync(path.join(tmpdir(), "live-headers-"));

const reach = new Map();
const text = (header) => readFileSync(path.join("src", header), "utf8");
const included = (header) => [...text(header).matchAll(/^#include ([<"])([^>"]+)/gm)].filter(([, bracket, name]) => bracket === "<" || existsSync(path.join("src", name)));
/** The outside headers that one of ours brings. @returns {Set<string>} */
function outside(header) {
  if (reach.has(header)) return reach.get(header);
  const all = new Set();
  reach.set(header, all);
  for (const [, bracket, name] of included(header))
    if (bracket === "<") all.add(name);
    else for (const one of outside(name)) all.add(one);
  return all;
}

/** A header and all of ours that it brings, as one hash. */
function digest(header) {
  const seen = new Set([header]);
  const hash = createHash("sha256").update(flags.join());
  for (const one of seen) {
    hash.update(text(one));
    for (const [, bracket, name] of included(one)) if (bracket === '"') seen.add(name);
  }
  return hash.digest("base64");
}

const list = (pattern) => execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", pattern]).toString().split("\n");
const headers = list("src/*.h").filter((file) => file && existsSync(file)).map((file) => file.slice("src/".length));
const memory = "build/headers.json";
const known = new Set(existsSync(memory) ? JSON.parse(readFileSync(memory, "utf8")) : []);
const stood = headers.map(digest).filter((one) => known.has(one));
const unknown = headers.filter((header) => !known.has(digest(header)));
// What is dear to read decides about the group; its precompiled header is what all of the group bring.
const dear = ["boost/asio/", "boost/json", "boost/outcome/", "fmt/", "functional", "filesystem", "gtest/", "gmock/"];
const groups = new Map();
for (const header of unknown) {
  const key = dear.filter((one) => [...outside(header)].some((name) => name.startsWith(one))).join(" ");
  groups.set(key, [...(groups.get(key) ?? []), header]);
}

const wrong = [];
async function all(jobs) {
  const waiting = jobs.values();
  await Promise.all(Array.from({ length: availableParallelism() }, async () => { for (const job of waiting) await job(); }));
}
const precompiled = new Map();
let number = 0;
await all([...groups].filter(([key, members]) => key && members.length > 3).map(([key, members]) => async () => {
  const shared = [...outside(members[0])].filter((name) => members.every((one) => outside(one).has(name)));
  const file = path.join(folder, `${++number}.h`);
  writeFileSync(file, shared.map((name) => `#include <${name}>\n`).join(""));
  await run("clang++-16", [...flags, "-x", "c++-header", file, "-o", `${file}.pch`]);
  precompiled.set(key, `${file}.pch`);
}));
await all([...groups].flatMap(([key, members]) => members.map((header) => async () => {
  const source = path.join(folder, `${header.replaceAll("/", "-")}.cpp`);
  writeFileSync(source, `#include "${header}"\n`);
  const lent = precompiled.has(key) ? ["-include-pch", precompiled.get(key)] : [];
  await run("clang++-16", [...flags, ...lent, "-fsyntax-only", source]).then(() => stood.push(digest(header)), (error) =>
    wrong.push(`src/${header} does not compile alone:\n${error.stderr.split("\n").slice(0, 6).join("\n")}`));
})));
rmSync(folder, { recursive: true });
mkdirSync("build", { recursive: true });
writeFileSync(memory, JSON.stringify(stood));
for (const text of wrong) console.error(text);
process.exit(wrong.length ? 1 : 0);
