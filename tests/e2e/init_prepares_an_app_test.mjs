// `live init`: an app of one's own gets what it lacks and loses nothing; an empty folder gets an app that works.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { call, root } from "../support/live.mjs";
import { InTerminal } from "../support/terminal.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" } }, { "src/f.js": "exports.handler = async () => 1;" });
after(() => lab.dispose());
const at = (file) => path.join(lab.app, file);
const read = (file) => readFileSync(at(file), "utf8");
let folders = 0;
/** Goes to a new folder; the workplace's own app stays. */
function enter(files = {}) {
  lab.app = path.join(lab.folder, `folder-${++folders}`);
  mkdirSync(lab.app);
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(at(file)), { recursive: true });
    writeFileSync(at(file), text);
  }
}
const own = {
  "lib/index.js": "export default function main() {}\n",
  "package.json": '{\n\t"name": "@acme/shop",\n\t"scripts": {\n\t\t"test":   "node --test"\n\t},\n\t"x": [1,2]\n}\n',
  ".gitignore": "node_modules\ndist",
};

test("an app gets live.json, scripts and an entry in .gitignore, and keeps its form", async () => {
  enter(own);
  const text = await lab.must("init");
  assert.deepEqual(JSON.parse(read("live.json")), { $schema: "node_modules/live-lambda/schema/live.schema.json", name: "shop" });
  assert.equal(
    read("package.json"),
    '{\n\t"name": "@acme/shop",\n\t"scripts": {\n\t\t"test":   "node --test",\n\t\t"start": "live start",\n\t\t"deploy": "live deploy",\n\t\t"remove": "live remove"\n\t},\n\t"x": [1,2]\n}\n',
  );
  assert.equal(read(".gitignore"), "node_modules\ndist\n.live/\n");
  assert.match(text, /Next: npm install && live start --local/);
});

test("a second time changes nothing", async () => {
  const before = readdirSync(lab.app).filter((file) => file !== "lib").map((file) => [file, read(file)]);
  const text = await lab.must("init");
  assert.match(text, /live\.json is there\n.*package\.json has its scripts\n.*\.gitignore has \.live\//);
  assert.deepEqual(readdirSync(lab.app).filter((file) => file !== "lib").map((file) => [file, read(file)]), before);
});

test("a script of one's own is kept, unless one says otherwise", async () => {
  enter({ ...own, "package.json": '{"scripts": {"start": "node server.js", "deploy": "live deploy --stage prod"}}' });
  const { code, text } = await lab.run("init");
  assert.equal(code, 0);
  assert.match(text, /! package\.json keeps its script "start": node server\.js/);
  assert.equal(read("package.json"), '{"scripts": {"start": "node server.js", "deploy": "live deploy --stage prod","remove": "live remove"}}'.replace(',"remove"', ', "remove"').replace(', "remove"', ',"remove"'));
  const live = new InTerminal(lab, ["init"]);
  await live.shows(/package\.json has "start": "node server\.js"\. Make it "live start"\? \[y\/N\] /);
  live.type("y\n");
  assert.equal(await live.code, 0);
  assert.equal(JSON.parse(read("package.json")).scripts.start, "live start");
});

test("a live.json that is there is left as it is, and a broken one is told", async () => {
  enter({ ...own, "live.json": '{ "name": "mine" }' });
  await lab.must("init");
  assert.equal(read("live.json"), '{ "name": "mine" }');
  writeFileSync(at("live.json"), '{ "nmae": 1 }');
  const { code, text } = await lab.run("init");
  assert.equal(code, 1);
  assert.match(text, /live\.json:1: "nmae" is no setting/);
});

test("without an app it says how to get one, and writes nothing", async () => {
  enter();
  const { code, text } = await lab.run("init");
  assert.equal(code, 1);
  assert.match(text, /no CDK app in .*make an app here: `live init --example`/);
  assert.deepEqual(readdirSync(lab.app), []);
});

test("files that are there are not overwritten by the example", async () => {
  enter({ "src/hello.ts": "mine\n" });
  const { code, text } = await lab.run("init", "--example");
  assert.equal(code, 1);
  assert.match(text, /src\/hello\.ts is there already and is left alone/);
  assert.equal(read("src/hello.ts"), "mine\n");
  assert.ok(!existsSync(at("lib/index.ts")));
});

test("in an empty folder it offers an app, which starts on the embedded AWS and answers", async () => {
  enter();
  const live = new InTerminal(lab, ["init"]);
  await live.shows(/There is no app here\. Make a small one\? \[Y\/n\] /);
  live.type("\n");
  await live.shows(/Next: npm install && live start --local/);
  assert.equal(await live.code, 0);
  symlinkSync(path.join(root, "examples/cdk-typescript/node_modules"), at("node_modules")); // npm install
  writeFileSync(at("package-lock.json"), '{"lockfileVersion": 3, "packages": {}}');
  const session = lab.start("--stage", "e2e");
  await session.listening();
  assert.deepEqual((await call(session.url("Url") + "?name=Jane")).body, { message: "Hello, Jane!" });
  await session.line(/greeting Jane/, "the handler's line");
  await session.stop();
});
