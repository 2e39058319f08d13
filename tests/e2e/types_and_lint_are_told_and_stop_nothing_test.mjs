import assert from "node:assert/strict";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab, sleep } from "../support/lab.mjs";

const tsconfig = JSON.stringify({ compilerOptions: { strict: true, module: "node16", types: [], skipLibCheck: true }, include: ["src"] });
const wrong = "export const handler = async (): Promise<number> => { const one: number = 'one'; return one; };\n";
const right = "export const handler = async (): Promise<string> => 'right';\n";
// Answers as ESLint does, of one file, and notes each run.
const eslint = `#!/usr/bin/env node
const fs = require("fs"), path = require("path");
const filePath = path.resolve("src/typed.ts");
const bad = fs.readFileSync(filePath, "utf8").includes("lint: bad");
const message = { ruleId: "no-bad", severity: 1, message: "that is bad", line: 1, column: 4 };
fs.writeFileSync(process.env.RUNS, "x", { flag: "a" });
console.log(JSON.stringify([{ filePath, messages: bad ? [message] : [] }]));
process.exitCode = 0;
`;
const lab = new Lab({ Typed: { entry: "src/typed.ts" } }, { "tsconfig.json": tsconfig, "src/typed.ts": wrong, "eslint.config.js": "module.exports = [];" });
lab.env.RUNS = path.join(lab.folder, "runs");
const bin = path.join(lab.folder, "node_modules/.bin"); // above the app, as in a workspace
let session;
before(async () => {
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "eslint"), eslint);
  chmodSync(path.join(bin, "eslint"), 0o755);
  session = await lab.go();
});
after(() => lab.dispose());

test("what the type checker finds is told with its place, and calls run meanwhile", async () => {
  assert.equal((await lab.invoke("Typed")).text, '"one"');
  await session.line(/Type check: 1 error$/, "word of the error");
  await session.line(/src\/typed\.ts:1:61 error: Type 'string' is not assignable to type 'number'\. \(TS2322\)/, "its place");
});

test("the same is not told again, and once when it is mended", async () => {
  const from = session.lines.length;
  lab.write("src/typed.ts", wrong.replace("return one", "return  one"));
  await sleep(300);
  lab.write("src/typed.ts", right);
  await session.line(/Type check: clean again/, "word that all is well", { from });
  assert.doesNotMatch(session.lines.slice(from).join("\n"), /Type check: 1 error/);
});

test("what the linter warns of is told, and once when it is mended", async () => {
  let from = session.lines.length;
  lab.write("src/typed.ts", `// lint: bad\n${right}`);
  await session.line(/Linter: 1 warning/, "word of the warning", { from });
  await session.line(/src\/typed\.ts:1:4 warning: that is bad \(no-bad\)/, "its place", { from });
  from = session.lines.length;
  lab.write("src/typed.ts", right);
  await session.line(/Linter: clean again/, "word that all is well", { from });
});

test("findings keep no diff and no deployment back", async () => {
  lab.write("src/typed.ts", wrong);
  const from = session.lines.length;
  lab.describe({ Typed: { entry: "src/typed.ts", environment: { SIZE: "large" } } });
  await session.line(/Press ENTER to deploy/, "the diff", { from });
  session.enter();
  await session.line(/Live: 1 function/, "the deployment", { from });
  assert.equal((await lab.invoke("Typed")).text, '"one"');
  await session.stop();
});

test("typeCheck and lint in live.json switch them off", async () => {
  lab.write("live.json", JSON.stringify({ typeCheck: false, lint: false }));
  const quiet = await lab.go();
  await sleep(3000);
  assert.doesNotMatch(quiet.lines.join("\n"), /Type check|Linter/);
  await quiet.stop();
});
