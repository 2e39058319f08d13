// Editors and git write files in ways of their own; whichever it was, the next answers are the new code's, and no call that
// comes meanwhile fails.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { Lab, until } from "../support/lab.mjs";

const run = promisify(execFile);
const many = Array.from({ length: 100 }, (_, n) => `part${n}`);
const valued = (value) => `export const value: string = "${value}";\n`;
const counted = (n) => `export const count: number = ${n};\n`;
const files = {
  "src/handler.ts": `import { value } from "./value"; export const handler = async () => value;`,
  "src/value.ts": valued("one"),
  "many/handler.ts": `${many.map((name) => `import { count as ${name} } from "./parts/${name}";`).join("\n")}
    export const handler = async () => [${many.join(", ")}].reduce((sum, one) => sum + one, 0);`,
  ...Object.fromEntries(many.map((name) => [`many/parts/${name}.ts`, counted(1)])),
};
const lab = new Lab({ Saved: { entry: "src/handler.ts" }, Many: { entry: "many/handler.ts" } }, files);
const file = path.join(lab.app, "src/value.ts");
before(() => lab.go());
after(() => lab.dispose());

const answer = async (id) => {
  const { error, text, body } = await lab.invoke(id);
  assert.equal(error, undefined, text);
  return body;
};

/** Calls go on while it is saved; all of them succeed, and soon one gives what is expected. */
async function live(id, expected, save) {
  await answer(id);
  let saved = false;
  const calls = (async () => {
    while (!saved) await answer(id);
  })();
  calls.catch(() => {}); // it is awaited below
  await save();
  await until(`answer ${expected}`, async () => (await answer(id)) === expected);
  saved = true;
  await calls;
}

function put(file, text) {
  const to = openSync(file, "w");
  writeSync(to, text);
  closeSync(to);
}

test("written in place, as VS Code does it", () => live("Saved", "in place", () => put(file, valued("in place"))));

test("written in place in two goes", () =>
  live("Saved", "in two goes", async () => {
    const to = openSync(file, "r+");
    writeSync(to, `export const value: string = "in two goes"; `);
    await new Promise(setImmediate);
    writeSync(to, "\n//" + " ".repeat(200));
    closeSync(to);
  }));

test("written beside and renamed, as many editors do it", () =>
  live("Saved", "renamed", () => {
    put(`${file}.tmp.123`, valued("renamed"));
    renameSync(`${file}.tmp.123`, file);
  }));

test("moved away and written anew, as Vim does it by itself", () =>
  live("Saved", "anew", () => {
    renameSync(file, `${file}~`);
    put(file, valued("anew"));
    unlinkSync(`${file}~`);
  }));

test("changed places with the old one, as JetBrains' editors do it", () =>
  live("Saved", "changed places", () => {
    put(`${file}___jb_tmp___`, valued("changed places"));
    renameSync(file, `${file}___jb_old___`);
    renameSync(`${file}___jb_tmp___`, file);
    unlinkSync(`${file}___jb_old___`);
  }));

const vim = spawnSync("vim", ["--version"]).status === 0;
for (const way of ["yes", "no", "auto"])
  test(`saved in Vim, backupcopy=${way}`, { skip: vim ? false : "there is no vim" }, () =>
    live("Saved", `vim ${way}`, async () => {
      const edit = `%s/".*"/"vim ${way}"/`;
      await run("vim", ["-u", "NONE", "-n", "-es", "-c", `set backup backupcopy=${way}`, "-c", edit, "-c", "wq", file]);
    }));

test("deleted and made again", () =>
  live("Saved", "made again", () => {
    rmSync(file);
    put(file, valued("made again"));
  }));

test("made a link to another file, which is written next", async () => {
  const other = path.join(lab.app, "elsewhere/value.ts");
  mkdirSync(path.dirname(other));
  put(other, valued("linked"));
  await live("Saved", "linked", () => {
    symlinkSync("../elsewhere/value.ts", `${file}.link`);
    renameSync(`${file}.link`, file);
  });
  await live("Saved", "behind the link", () => put(other, valued("behind the link")));
});

test("moved to a new folder, which another one replaces", async () => {
  const write = (folder, text) => lab.write(`src/${folder}/value.ts`, valued(text));
  await live("Saved", "moved", () => {
    write("deep/er", "moved");
    put(path.join(lab.app, "src/handler.ts"), files["src/handler.ts"].replace("./value", "./deep/er/value"));
  });
  await live("Saved", "in the new folder", () => write("deep/er", "in the new folder"));
  await live("Saved", "in another one", () => {
    write("other/er", "in another one");
    renameSync(path.join(lab.app, "src/deep"), path.join(lab.app, "src/old"));
    renameSync(path.join(lab.app, "src/other"), path.join(lab.app, "src/deep"));
  });
  await live("Saved", "in its place", () => write("deep/er", "in its place"));
});

const git = (...args) => run("git", ["-c", "user.name=e2e", "-c", "user.email=e2e@localhost", ...args], { cwd: path.join(lab.app, "many") });
test("a checkout of a hundred files, there and back", { skip: spawnSync("git", ["--version"]).status === 0 ? false : "there is no git" }, async () => {
  await git("init", "-q", "-b", "one");
  await git("add", ".");
  await git("commit", "-q", "-m", "one");
  await git("checkout", "-q", "-b", "two");
  await live("Many", 200, () => many.forEach((name) => lab.write(`many/parts/${name}.ts`, counted(2))));
  await git("commit", "-q", "-a", "-m", "two");
  await live("Many", 100, () => git("checkout", "-q", "one"));
  await live("Many", 200, () => git("checkout", "-q", "two"));
  assert.match(readFileSync(path.join(lab.app, "many/parts/part99.ts"), "utf8"), /2/);
});
