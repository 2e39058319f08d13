import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";
import { open, scratch } from "./session.mjs";

const builder = open("builder");
after(() => builder.close());

/** A project beside the packages of an example, which has typescript. */
async function project(t, files) {
  const folder = await scratch(t, "cdk-typescript");
  await mkdir(path.join(folder, "node_modules/.bin"), { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await writeFile(path.join(folder, file), text);
    if (file.includes(".bin/")) await chmod(path.join(folder, file), 0o755);
  }
  return folder;
}
const program = (text) => `#!/usr/bin/env node\n${text}`;
const tsconfig = JSON.stringify({ compilerOptions: { strict: true, types: [] } });

test("a project without settings or without the tool is not checked", async (t) => {
  const plain = await project(t, { "a.ts": "const a: string = 1;" });
  assert.equal((await builder.call("typeCheck", { folder: plain })).configured, false);
  assert.equal((await builder.call("lint", { folder: plain })).configured, false);
  const lacking = await project(t, { "eslint.config.mjs": "" });
  assert.equal((await builder.call("lint", { folder: lacking })).configured, false);
});

test("tsc's findings have their place, and its second run knows the first", async (t) => {
  const folder = await project(t, { "tsconfig.json": tsconfig, "src/a.ts": "\nexport const a: string = 1;", "src/b.ts": 'export const b = "fine";' });
  for (let n = 0; n < 2; ++n) {
    const { configured, findings, files } = await builder.call("typeCheck", { folder });
    assert.equal(configured, true);
    assert.deepEqual(findings, [{ file: path.join(folder, "src/a.ts"), line: 2, column: 14, severity: "error", rule: "TS2322", text: "Type 'number' is not assignable to type 'string'." }]);
    assert.deepEqual(files.map((file) => path.relative(folder, file)).sort(), ["src/a.ts", "src/b.ts", "tsconfig.json"]);
  }
  assert.ok(existsSync(path.join(folder, ".live/checks/tsc.tsbuildinfo")));
});

test("a tsconfig.json that tsc refuses is told", async (t) => {
  const folder = await project(t, { "tsconfig.json": `{"compilerOptions": {"target": "es1"}}`, "a.ts": "" });
  const { findings } = await builder.call("typeCheck", { folder });
  assert.match(findings[0].text, /Argument for '--target' option must be/);
});

test("Biome's findings are read, but not those in what is made", async (t) => {
  const line = (file) => `::warning title=lint/style/useConst,file=${file},line=1,endLine=1,col=39,endColumn=42::Assigned once.`;
  const folder = await project(t, { "biome.json": "{}", "src/a.js": "", "node_modules/.bin/biome": program(`console.log(${JSON.stringify(`${line("src/a.js")}\n${line(".live/app/b.js")}`)})`) });
  const { findings, files } = await builder.call("lint", { folder });
  assert.deepEqual(findings, [{ file: path.join(folder, "src/a.js"), line: 1, column: 39, severity: "warning", text: "Assigned once.", rule: "lint/style/useConst" }]);
  assert.deepEqual(files.map((file) => path.relative(folder, file)).sort(), ["biome.json", "src/a.js"]);
});

test("a linter that cannot run says why", async (t) => {
  const folder = await project(t, { ".eslintrc.json": "{}", "node_modules/.bin/eslint": program(`console.error("Oops! no such rule"); process.exit(2);`) });
  await assert.rejects(builder.call("lint", { folder }), { message: "eslint exited with status 2: Oops! no such rule" });
});

test("a check that is cancelled ends its process", async (t) => {
  const folder = await project(t, { "eslint.config.js": "", "node_modules/.bin/eslint": program(`require("fs").writeFileSync("pid", String(process.pid)); setTimeout(() => {}, 60_000);`) });
  const call = builder.call("lint", { folder });
  const until = async (look) => {
    for (const end = Date.now() + 20_000; !(await look()); await new Promise((r) => setTimeout(r, 20))) assert.ok(Date.now() < end);
  };
  const pidIn = () => existsSync(path.join(folder, "pid")) && readFileSync(path.join(folder, "pid"), "utf8");
  await until(pidIn);
  const pid = pidIn();
  call.cancel();
  await assert.rejects(call, { code: "Cancelled" });
  await until(() => !existsSync(`/proc/${pid}`));
});
