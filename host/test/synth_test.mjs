import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, test } from "node:test";
import { examples, open, scratch } from "./session.mjs";

let toolkit;
before(() => (toolkit = open("toolkit")));
after(() => toolkit.close());

/** @param {import("node:test").TestContext} t @param {string} name @param {object} more */
async function synth(t, name, more = {}) {
  const outdir = await scratch(t);
  const folder = path.join(examples, name);
  const form = existsSync(path.join(folder, "cdk.json")) ? "cdk" : "main";
  const request = { folder, form, main: "lib/index.js", stage: "dev", app: "shop", region: "eu-west-1", account: "111122223333", mode: "discover", outdir };
  return toolkit.call("synth", { ...request, ...more });
}

/** An app of form "main" with the packages of an example. */
async function app(t, example, text) {
  const folder = await scratch(t, example);
  await mkdir(path.join(folder, "lib"));
  await mkdir(path.join(folder, "src"));
  await writeFile(path.join(folder, "package.json"), "{}");
  await writeFile(path.join(folder, "package-lock.json"), "{}");
  await writeFile(path.join(folder, "src", "api.js"), "exports.handler = async () => 1;");
  await writeFile(path.join(folder, "lib", "index.js"), text);
  return folder;
}

const libraries = {
  "api-sns": { core: "aws-cdk-lib", lambda: "aws-cdk-lib/aws-lambda", nodejs: "aws-cdk-lib/aws-lambda-nodejs" },
  "api-sns-v1": { core: "@aws-cdk/core", lambda: "@aws-cdk/aws-lambda", nodejs: "@aws-cdk/aws-lambda-nodejs" },
};

for (const [example, { core, lambda, nodejs }] of Object.entries(libraries)) {
  test(`${core}: the sample's functions are found with their folder`, async (t) => {
    const found = await synth(t, example);
    assert.deepEqual(found.stacks.map((s) => s.name), ["dev-shop-api"]);
    const folder = path.join(examples, example, "src");
    assert.deepEqual(
      found.functions.map((f) => [f.constructPath, f.kind, f.folder, f.handler, f.runtime, f.skip]),
      [
        ["api/Api", "folder", folder, "api.handler", "nodejs22.x", undefined],
        ["api/Sns", "folder", folder, "sns.handler", "nodejs22.x", undefined],
      ],
    );
    assert.deepEqual(found.inputs, [path.join(examples, example, "lib/index.js")]);
  });

  test(`${core}: the app's whole folder is staged without live's own, under a hash that stays`, async (t) => {
    const folder = await app(t, example, `
      import * as cdk from "${core}"; import * as lambda from "${lambda}";
      export default function main(app) {
        const code = lambda.Code.fromAsset(".", { exclude: ["cdk.out"] });
        new lambda.Function(new cdk.Stack(app, "api"), "Api", { runtime: new lambda.Runtime("nodejs22.x"), handler: "src/api.handler", code });
      }
    `);
    for (const [where, file] of [[".live", ".gitignore"], ["src/.live", "of-the-app.json"]])
      await mkdir(path.join(folder, where)).then(() => writeFile(path.join(folder, where, file), "{}"));
    const staged = async (outdir) => {
      await synth(t, example, { folder, form: "main", mode: "deploy", outdir, validate: false });
      const name = (await readdir(outdir)).find((each) => /^asset\.[0-9a-f]+$/.test(each));
      return { name, files: (await readdir(path.join(outdir, name), { recursive: true })).filter((each) => /live|lib/.test(each)).sort() };
    };
    const elsewhere = await staged(path.join(await scratch(t), "assembly"));
    assert.deepEqual(elsewhere.files, ["lib", "lib/index.js", "src/.live", "src/.live/of-the-app.json"]);
    for (const process of ["1", "2"]) assert.deepEqual(await staged(path.join(folder, ".live/synth", process, "assembly")), elsewhere);
  });

  test(`${core}: stacks are $stage-$app-$id, and a name of their own stays`, async (t) => {
    const folder = await app(t, example, `
      import * as cdk from "${core}";
      export default function main(app) {
        const one = new cdk.Stack(app, "one");
        new cdk.CfnOutput(one, "Name", { value: [one.stackName, app.stage, app.name, app.region].join() });
        const own = new cdk.Stack(app, "own", { stackName: "mine" });
        const part = new cdk.NestedStack(one, "part");
        for (const s of [own, part]) new cdk.CfnResource(s, "Topic", { type: "AWS::SNS::Topic" });
        const stage = new cdk.Stage(app, "Prod");
        new cdk.CfnResource(new cdk.Stack(stage, "two"), "Topic", { type: "AWS::SNS::Topic" });
        new cdk.CfnResource(new cdk.Stack(app, "x".repeat(150)), "Topic", { type: "AWS::SNS::Topic" });
      }`);
    const found = await synth(t, example, { folder });
    const names = found.stacks.map((s) => s.name);
    assert.deepEqual(names.filter((n) => n.length < 100).sort(), ["dev-shop-Prod-two", "dev-shop-one", "mine"]);
    const long = names.find((n) => n.length > 100);
    assert.ok(long.length <= 128 && long.startsWith("dev-shop-xxx"));
    const one = found.stacks.find((s) => s.name === "dev-shop-one");
    assert.equal(one.nested.length, 1);
    const template = JSON.parse(await readFile(one.templateFile, "utf8"));
    assert.equal(template.Outputs.Name.Value, "dev-shop-one,dev,shop,eu-west-1");
  });

  test(`${core}: NodejsFunction tells its entry and options, and is not bundled`, async (t) => {
    const folder = await app(t, example, `
      import * as cdk from "${core}";
      import * as lambda from "${lambda}";
      import { NodejsFunction } from "${nodejs}";
      const runtime = new lambda.Runtime("nodejs22.x", lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true });
      export default function main(app) {
        const stack = new cdk.Stack(app, "s");
        new NodejsFunction(stack, "Api", { entry: "src/api.js", runtime, bundling: { minify: true, externalModules: ["x"], define: { A: "1" } } });
        new lambda.Function(stack, "Inline", { runtime, handler: "index.handler", code: lambda.Code.fromInline("exports.handler = 1") });
        const parts = new cdk.NestedStack(stack, "parts");
        const shared = lambda.Code.fromAsset("src");
        for (const id of ["A", "B"]) new lambda.Function(parts, id, { runtime, handler: "api.handler", code: shared });
      }`);
    const found = await synth(t, example, { folder });
    const by = Object.fromEntries(found.functions.map((f) => [f.constructPath, f]));
    assert.equal(by["s/Api"].kind, "bundle");
    assert.equal(by["s/Api"].entry, path.join(folder, "src/api.js"));
    assert.deepEqual(by["s/Api"].options, { minify: true, externalModules: ["x"], define: { A: "1" } });
    assert.equal(by["s/Inline"].code, "exports.handler = 1");
    assert.equal(by["s/parts/A"].folder, path.join(folder, "src"));
    assert.equal(by["s/parts/B"].folder, path.join(folder, "src"));
    assert.deepEqual([by["s/parts/B"].nestedIn], (found.stacks[0].nested.map((n) => n.logicalId)));
  });

  test(`${core}: a swapped function that shares its code with another leaves the other whole`, async (t) => {
    const folder = await app(t, example, `
      import * as cdk from "${core}";
      import * as lambda from "${lambda}";
      const runtime = new lambda.Runtime("nodejs22.x", lambda.RuntimeFamily.NODEJS, { supportsInlineCode: true });
      export default function main(app) {
        const stack = new cdk.Stack(app, "s");
        const code = lambda.Code.fromAsset("src");
        for (const id of ["A", "B", "C"]) new lambda.Function(stack, id, { runtime, handler: "api.handler", code });
      }`);
    const found = await synth(t, example, { folder, mode: "deploy", swapped: ["s/A", "s/C"] });
    const template = JSON.parse(await readFile(found.stacks[0].templateFile, "utf8"));
    const keys = Object.values(template.Resources).filter((r) => r.Type === "AWS::Lambda::Function").map((r) => r.Properties.Code.S3Key);
    assert.equal(keys[0], keys[2]);
    assert.notEqual(keys[0], keys[1]);
    const staged = path.join(found.assembly, `asset.${keys[1].replace(".zip", "")}`, "api.js");
    assert.ok(existsSync(staged));
  });
}

test("PythonFunction and PythonLayerVersion tell their entries, and are bundled by Docker only when they are not swapped; layers tell where they lie", async (t) => {
  const folder = await app(t, "../host", `
    import * as cdk from "aws-cdk-lib";
    import * as lambda from "aws-cdk-lib/aws-lambda";
    import { PythonFunction, PythonLayerVersion } from "@aws-cdk/aws-lambda-python-alpha";
    export default function main(app) {
      const stack = new cdk.Stack(app, "s"), other = new cdk.Stack(app, "o");
      const runtime = lambda.Runtime.PYTHON_3_13;
      const layers = [
        new lambda.LayerVersion(stack, "Own", { code: lambda.Code.fromAsset("src") }),
        new lambda.LayerVersion(other, "Exported", { code: lambda.Code.fromAsset("src") }),
        new PythonLayerVersion(stack, "Tools", { entry: "src", compatibleRuntimes: [runtime] }),
        lambda.LayerVersion.fromLayerVersionArn(stack, "Theirs", \`arn:aws:lambda:\${stack.region}:1:layer:x:2\`),
      ];
      new PythonFunction(stack, "Api", { entry: "src", index: "pkg/main.py", handler: "run", runtime, layers });
    }`);
  await mkdir(path.join(folder, "src/pkg"));
  await writeFile(path.join(folder, "src/pkg/main.py"), "def run(event, context): pass\n");
  const docker = { PATH: await withoutDocker(t) }; // whoever builds an image fails
  const own = open("toolkit", docker);
  t.after(() => own.close());
  const outdir = await scratch(t);
  const request = { folder, form: "main", main: "lib/index.js", stage: "dev", app: "shop", region: "eu-west-1", account: "111122223333", outdir };
  for (const more of [{ mode: "discover" }, { mode: "deploy", swapped: ["s/Api", "s/Tools"], validate: false }]) {
    const found = await own.call("synth", { ...request, ...more });
    const [api] = found.functions;
    assert.deepEqual([api.kind, api.folder, api.handler], ["folder", path.join(folder, "src"), "pkg.main.run"]);
    assert.deepEqual(api.layers, [
      { name: "s/Own", source: path.join(folder, "src") },
      { name: "o/Exported", source: path.join(folder, "src") },
      { name: "s/Tools", source: path.join(folder, "src"), below: "python" },
      { name: "arn:aws:lambda:eu-west-1:1:layer:x:2", arn: "arn:aws:lambda:eu-west-1:1:layer:x:2" },
    ]);
  }
  for (const swapped of [[], ["s/Api"], ["s/Tools"]])
    await assert.rejects(own.call("synth", { ...request, mode: "deploy", swapped, validate: false }), /docker/i);
});

/** A PATH whose docker fails. */
async function withoutDocker(t) {
  const folder = await scratch(t);
  await writeFile(path.join(folder, "docker"), "#!/bin/sh\necho no docker here >&2\nexit 1\n", { mode: 0o755 });
  return `${folder}:${process.env.PATH}`;
}

test("a plain CDK app in TypeScript: entries through tsx, no stack renamed", async (t) => {
  const found = await synth(t, "cdk-typescript");
  assert.deepEqual(found.stacks.map((s) => s.name), ["Items"]);
  const root = path.join(examples, "cdk-typescript");
  assert.deepEqual(found.functions.map((f) => [f.constructPath, f.kind, f.entry]), [
    ["Items/List", "bundle", path.join(root, "src/list.ts")],
    ["Items/Create", "bundle", path.join(root, "src/create.ts")],
  ]);
  assert.ok(found.inputs.includes(path.join(root, "lib/items-stack.ts")));
});

test("what is deployed of an unswapped app is what the CDK's own command makes", async (t) => {
  const found = await synth(t, "cdk-typescript", { mode: "deploy" });
  const folder = path.join(examples, "cdk-typescript");
  const theirs = await scratch(t);
  const env = { ...process.env, CDK_DISABLE_CLI_TELEMETRY: "true" };
  const flags = ["--no-notices", "--quiet", "--no-version-reporting", "--no-lookups", "--output", theirs];
  execFileSync(path.join(folder, "node_modules/.bin/cdk"), ["synth", ...flags], { cwd: folder, env, stdio: "ignore" });
  const assets = async (dir) => Object.keys(JSON.parse(await readFile(path.join(dir, "Items.assets.json"), "utf8")).files);
  assert.deepEqual(await assets(found.assembly), await assets(theirs));
});

test("a swapped function's bundling is skipped, the others' not", async (t) => {
  const found = await synth(t, "cdk-typescript", { mode: "deploy", swapped: ["Items/List"] });
  const template = JSON.parse(await readFile(found.stacks[0].templateFile, "utf8"));
  const folderOf = (prefix) => {
    const [, lambda] = Object.entries(template.Resources).find(([id, r]) => id.startsWith(prefix) && r.Type === "AWS::Lambda::Function");
    return path.join(found.assembly, lambda.Metadata["aws:asset:path"]);
  };
  assert.ok(existsSync(path.join(folderOf("List"), "swapped.txt")));
  assert.ok(existsSync(path.join(folderOf("Create"), "index.js")));
  assert.equal(found.functions[0].entry, path.join(examples, "cdk-typescript/src/list.ts"));
});

test("an edit of a handler does not change what discovery finds", async (t) => {
  const folder = await app(t, "api-sns", `
    import * as cdk from "aws-cdk-lib";
    import { NodejsFunction } from "aws-cdk-lib/aws-lambda-nodejs";
    export default function main(app) { new NodejsFunction(new cdk.Stack(app, "s"), "Api", { entry: "src/api.js" }); }`);
  const read = async () => readFile((await synth(t, "api-sns", { folder })).stacks[0].templateFile, "utf8");
  const before = await read();
  await writeFile(path.join(folder, "src", "api.js"), "exports.handler = async () => 2;");
  assert.equal(await read(), before);
});

test("__dirname, import.meta.url and require work in lib/index.js, and its stack names the user's line", async (t) => {
  const folder = await app(t, "api-sns", `
    import { fileURLToPath } from "node:url";
    import * as cdk from "aws-cdk-lib";
    export default async function main(app) {
      const path = require("node:path");
      if (__dirname !== path.dirname(fileURLToPath(import.meta.url))) throw new Error("not the same");
      throw new TypeError("at " + path.basename(__dirname));
    }`);
  await assert.rejects(synth(t, "api-sns", { folder }), (error) => {
    assert.equal(error.message, "at lib");
    assert.equal(error.code, "AppFailed");
    assert.equal(error.file, path.join(folder, "lib/index.js"));
    assert.equal(error.line, 7);
    return true;
  });
});

test("what does not parse is told with its line, also in an ES module that Node loads itself", async (t) => {
  const folder = await app(t, "api-sns", "");
  await writeFile(path.join(folder, "bin.mjs"), "import './part.mjs';");
  await writeFile(path.join(folder, "part.mjs"), "\n\nconst = 1;\n");
  await assert.rejects(synth(t, "api-sns", { folder, form: "cdk", command: "node bin.mjs" }), (error) => {
    assert.match(error.message, /SyntaxError: Unexpected token/);
    assert.deepEqual([error.file, error.line], [path.join(folder, "part.mjs"), 3]);
    return true;
  });
});

test("a module that is missing is told with the line that wants it, and what would mend it", async (t) => {
  const folder = await app(t, "api-sns", "");
  await writeFile(path.join(folder, "bin.cjs"), "\nrequire('./part');");
  await writeFile(path.join(folder, "bin.mjs"), "\n\nimport './part.mjs';");
  for (const [command, file, line, mends] of [["node bin.cjs", "bin.cjs", 2, "part.ts"], ["node bin.mjs", "bin.mjs", 3, "part.mjs"]])
    await assert.rejects(synth(t, "api-sns", { folder, form: "cdk", command }), (error) => {
      assert.match(error.message, /Cannot find module .*part/);
      assert.deepEqual([error.file, error.line], [path.join(folder, file), line]);
      assert.ok(error.inputs.includes(path.join(folder, mends)), String(error.inputs));
      assert.ok(error.inputs.includes(path.join(folder, file)), String(error.inputs));
      assert.doesNotMatch(error.events.map((e) => e.line).join("\n"), /host\/src/, "frames of ours");
      return true;
    });
});

test("no default export: the error shows what to write", async (t) => {
  const folder = await app(t, "api-sns", "export const main = 1;");
  await assert.rejects(synth(t, "api-sns", { folder }), { message: /lib\/index\.js: has no default export; write: export default function main/ });
});

test("lib/index.ts runs in a package of ES modules; IS_LOCAL is set only for a live session", async (t) => {
  const folder = await app(t, "api-sns", "");
  await writeFile(path.join(folder, "package.json"), '{ "type": "module" }');
  await writeFile(path.join(folder, "lib/name.ts"), "export const name: string = process.env.IS_LOCAL ?? 'no';");
  await writeFile(path.join(folder, "lib/index.ts"), `
    import { Stack, type App } from "aws-cdk-lib";
    import { name } from "./name";
    export default (app: App) => new Stack(app, "local-" + name);`);
  const live = await synth(t, "api-sns", { folder, main: path.join(folder, "lib/index.ts") });
  assert.equal(live.stacks[0].name, "dev-shop-local-true");
  assert.deepEqual(live.inputs.map((f) => path.relative(folder, f)).sort(), ["lib/index.ts", "lib/name.ts"]);
  const plain = await synth(t, "api-sns", { folder, main: "lib/index.ts", local: false });
  assert.equal(plain.stacks[0].name, "dev-shop-local-no");
});

test("what lib/index.js imports of aws-cdk-lib is what Node would give it, and what it does not use is not loaded", async (t) => {
  const folder = await app(t, "api-sns", `
    import cdk, { Stack, aws_sns as sns } from "aws-cdk-lib";
    import * as all from "aws-cdk-lib";
    import { Runtime } from "aws-cdk-lib/aws-lambda";
    import * as lambda from "aws-cdk-lib/aws-lambda";
    export default function main(app) {
      const own = require("aws-cdk-lib");
      new sns.Topic(new Stack(app, "api"), "Topic");
      const alike = [cdk.Stack, all.Stack, all.default.Stack, own.Stack].every((each) => each === Stack) && lambda.Runtime === Runtime;
      const loaded = (part) => Object.keys(require.cache).some((file) => file.includes("aws-cdk-lib/" + part + "/lib/"));
      console.log("alike", alike, "sns", loaded("aws-sns"), "rds", loaded("aws-rds"));
    }
  `);
  const { events } = await synth(t, "api-sns", { folder });
  assert.deepEqual(events.filter(({ event }) => event === "output").map(({ line }) => line), ["alike true sns true rds false"]);
});

test("two syntheses of one app at a time do not meet", async (t) => {
  const both = await Promise.all([synth(t, "api-sns"), synth(t, "api-sns", { stage: "two" })]);
  assert.deepEqual(both.map((f) => f.stacks[0].name), ["dev-shop-api", "two-shop-api"]);
});

test("what the app prints arrives as lines", async (t) => {
  const folder = await app(t, "api-sns", `
    import * as cdk from "aws-cdk-lib";
    export default function main(app) { console.log("to out"); console.error("to err"); new cdk.Stack(app, "s"); }`);
  const { events } = await synth(t, "api-sns", { folder });
  const lines = events.filter((e) => e.event === "output").map((e) => [e.stream, e.line]).sort();
  assert.deepEqual(lines, [["err", "to err"], ["out", "to out"]]);
});

/** A synthesis that does not end by itself, once its app runs: the call and the app's pid. */
async function endless(t, host) {
  const folder = await app(t, "api-sns", `
    import { writeFileSync } from "node:fs";
    export default async function main() { writeFileSync("pid", String(process.pid)); await new Promise((r) => setTimeout(r, 60_000)); }`);
  const outdir = await scratch(t);
  const call = host.call("synth", { folder, form: "main", main: "lib/index.js", stage: "dev", app: "x", region: "us-east-1", mode: "discover", outdir });
  const pid = path.join(folder, "pid");
  while (!existsSync(pid) || !(await readFile(pid, "utf8"))) await new Promise((r) => setTimeout(r, 20));
  return { call, folder, pid: Number(await readFile(pid, "utf8")) };
}

/** @param {number} pid */
async function ends(pid) {
  for (let n = 0; n < 500; ++n) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((r) => setTimeout(r, 20));
  }
  assert.fail("it still runs");
}

test("a cancelled synthesis ends the app's process", async (t) => {
  const { call, pid } = await endless(t, toolkit);
  call.cancel();
  await assert.rejects(call, { code: "Cancelled" });
  await ends(pid);
});

test("a toolkit that is ended leaves neither the app's process nor files behind", async (t) => {
  const temporary = await scratch(t);
  const mortal = open("toolkit", { TMPDIR: temporary });
  const { call, folder, pid } = await endless(t, mortal);
  call.catch(() => {});
  const exited = new Promise((resolve) => mortal.child.once("exit", resolve));
  mortal.child.kill("SIGTERM");
  await exited;
  await ends(pid);
  assert.deepEqual((await readdir(temporary)).filter((name) => name.startsWith("live-synth")), []);
  assert.deepEqual(await readdir(path.join(folder, ".live", "app")), []);
});

test("an app without cdk.json's app command says so", async (t) => {
  const folder = await scratch(t);
  await writeFile(path.join(folder, "cdk.json"), "{}");
  await assert.rejects(synth(t, "api-sns", { folder, form: "cdk" }), { code: "NoApp", message: /cdk\.json: has no "app"/ });
});
