import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { access, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, scratch } from "./session.mjs";

let builder;
before(() => (builder = open("builder")));
after(() => builder.close());

async function source(t, files) {
  const folder = await scratch(t);
  for (const [name, text] of Object.entries({ "package.json": "{}", ...files })) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return folder;
}

test("each rebuild after a save gives the new code", async (t) => {
  const folder = await source(t, { "api.ts": "export const handler = async (): Promise<number> => 1;" });
  const request = { function: "Warm", entry: path.join(folder, "api.ts"), handler: "handler" };
  const first = await builder.call("build", request);
  assert.deepEqual(first.errors, []);
  for (let n = 2; n < 12; ++n) {
    await writeFile(path.join(folder, "api.ts"), `export const handler = async (): Promise<number> => ${n};`);
    assert.equal((await builder.call("build", request)).changed, true);
  }
  const require = createRequire(import.meta.url);
  assert.equal(await require(first.outfile).handler(), 11);
});

test("what a save does to the place, the options or the handler's file counts for it", async (t) => {
  const folder = await source(t, { "in/api.js": "exports.handler = async () => VERSION;" });
  const entry = path.join(folder, "in/api.js");
  const build = (version) => builder.call("build", { function: "Again", entry, handler: "handler", options: { define: { VERSION: version } } });
  const answer = async ({ outfile }) => await createRequire(import.meta.url)(outfile).handler();
  const built = await build("1");
  assert.equal(await answer(built), 1);
  await writeFile(path.join(folder, "in/package.json"), "{}"); // the handler's package is another one now
  const moved = await build("1");
  assert.ok(moved.outfile.startsWith(path.join(folder, "in/.live/")), moved.outfile);
  assert.equal(await answer(moved), 1);
  const other = await build("2");
  assert.deepEqual([other.errors, other.changed], [[], true]);
  assert.match(await readFile(other.outfile, "utf8"), /=> 2/);
  await rm(entry);
  assert.match((await build("2")).errors[0].text, /api\.js is not there/);
  await writeFile(entry, "exports.handler = async () => VERSION + 1;");
  await build("2");
  assert.match(await readFile(other.outfile, "utf8"), /=> 2 \+ 1/);
});

test("functions whose paths look alike have a place each, in a folder that git ignores", async (t) => {
  const folder = await source(t, { "a.js": "exports.handler = async () => 'a';", "b.js": "exports.handler = async () => 'b';" });
  const build = (name, file) => builder.call("build", { function: name, entry: path.join(folder, file), handler: "handler" });
  const [a, b] = [await build("Stack/api/list", "a.js"), await build("Stack/api-list", "b.js")];
  assert.notEqual(a.outfile, b.outfile);
  assert.equal(await createRequire(import.meta.url)(a.outfile).handler(), "a");
  assert.equal(await readFile(path.join(folder, ".live", ".gitignore"), "utf8"), "*\n");
});

test("sessions of two stages at once have a place each: a bundle may hold its stage's name", async (t) => {
  const folder = await source(t, { "api.js": "exports.handler = async () => STAGE;" });
  const build = (stage) => {
    const options = { define: { STAGE: JSON.stringify(stage) } };
    return builder.call("build", { function: "Api", session: stage, entry: path.join(folder, "api.js"), handler: "handler", options });
  };
  const [ann, ben] = [await build("ann"), await build("ben")];
  assert.equal(await createRequire(import.meta.url)(ann.outfile).handler(), "ann");
  assert.equal(await createRequire(import.meta.url)(ben.outfile).handler(), "ben");
});

test("a full disk is told with the file and the next step, and the next build finds the room that was made", async (t) => {
  const folder = await source(t, { "api.js": "exports.handler = async () => 1;" });
  const request = { function: "Full", entry: path.join(folder, "api.js"), handler: "handler" };
  const { outfile } = await builder.call("build", request);
  await symlink("/dev/full", `${outfile}.new`);
  await writeFile(path.join(folder, "api.js"), "exports.handler = async () => 2;");
  await assert.rejects(builder.call("build", request), /writing .*index\.cjs: ENOSPC: .*; make room on its disk, and call again/);
  await rm(`${outfile}.new`);
  await builder.call("build", request);
  assert.equal(await createRequire(import.meta.url)(outfile).handler(), 2);
});

test("stacks map to the source, and names survive", async (t) => {
  const folder = await source(t, {
    "api.ts": "import { fail } from './fail';\n\nexport const handler = async () => fail();",
    "fail.ts": "interface Unused {}\n\nexport function fail(): never {\n  throw new Error('here');\n}",
  });
  const built = await builder.call("build", { function: "Mapped", entry: path.join(folder, "api.ts"), handler: "handler" });
  process.setSourceMapsEnabled(true);
  const error = await createRequire(import.meta.url)(built.outfile).handler().catch((e) => e);
  assert.match(error.stack, /at fail .*fail\.ts:4:/);
});

test("an ES module bundle is one", async (t) => {
  const folder = await source(t, { "api.mjs": "const x = await 1; export const handler = async () => x;" });
  const built = await builder.call("build", {
    function: "Module",
    entry: path.join(folder, "api.mjs"),
    handler: "index.handler",
    format: "esm",
  });
  assert.match(built.outfile, /index\.mjs$/);
  assert.equal(await (await import(built.outfile)).handler(), 1);
});

test("a handler of a package, which wraps the bundle's own, is found beside the bundle", async (t) => {
  const folder = await source(t, {
    "api.ts": "export const handler = async () => 'own';",
    "node_modules/@of/wrapper/dist/handler.js": "exports.handler = async () => 'wrapped';",
  });
  const handler = "node_modules/@of/wrapper/dist/handler.handler";
  const built = await builder.call("build", { function: "Wrapped", entry: path.join(folder, "api.ts"), handler });
  assert.equal(built.handler, handler);
  assert.equal(path.basename(built.outfile), "index.cjs");
  const root = path.dirname(built.outfile);
  await access(path.join(root, "node_modules/@of/wrapper/dist/handler.js"));
});

test("define, banner and externals are NodejsFunction's", async (t) => {
  const folder = await source(t, { "api.js": "const left = require('left-out'); exports.handler = () => VERSION;" });
  const options = { define: { VERSION: '"7"' }, banner: "/* ours */", externalModules: ["left-out"] };
  const request = { function: "Options", entry: path.join(folder, "api.js"), handler: "handler", options };
  const built = await builder.call("build", request);
  assert.deepEqual(built.errors, []);
  assert.match(built.warnings[0].text, /left-out is not installed here: npm install/);
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(built.outfile, "utf8");
  assert.match(text, /^\/\* ours \*\//);
  assert.match(text, /"7"/);
});

test("esbuildArgs and bundleAwsSDK are NodejsFunction's", async (t) => {
  const folder = await source(t, {
    "services/api/index.jsx": `import { named } from "shared"; import sdk from "@aws-sdk/mine"; import entry from "twofold";
      console.log("dropped");
      exports.handler = () => [named, sdk, STAGE, WORD, entry, globalThis.injected, <b />];`,
    "services/api/package.json": "{}",
    "shared/index.js": `export const named = "by an alias";`,
    "shims/global.js": `globalThis.injected = "injected";`,
    "node_modules/@aws-sdk/mine/package.json": "{}", "node_modules/@aws-sdk/mine/index.js": `module.exports = "bundled";`,
    "node_modules/twofold/package.json": JSON.stringify({ exports: { mine: "./mine.js", default: "./other.js" } }),
    "node_modules/twofold/mine.js": `module.exports = "by its condition";`, "node_modules/twofold/other.js": `module.exports = "by default";`,
  });
  const esbuildArgs = { "--alias": "shared=./shared", "--define:STAGE": '"dev"', "--drop": "console", "--conditions": "mine", "--jsx-factory": "String", "--minify-syntax": true, "--log-limit": "0" };
  const options = { root: folder, bundleAwsSDK: true, inject: ["./shims/global.js"], define: { WORD: '"kept"' }, esbuildArgs };
  const request = { function: "Arguments", entry: path.join(folder, "services/api/index.jsx"), handler: "handler", options };
  const built = await builder.call("build", request);
  assert.deepEqual([built.errors, built.warnings], [[], []]);
  await rm(path.join(folder, "node_modules"), { recursive: true });
  const seen = createRequire(import.meta.url)(built.outfile).handler();
  assert.deepEqual(seen, ["by an alias", "bundled", "dev", "kept", "by its condition", "injected", "b"]);
});

test("packages of Yarn's Plug'n'Play are found where it keeps them", async (t) => {
  const folder = await source(t, {
    "package.json": JSON.stringify({ name: "app", dependencies: { left: "file:./left" } }), "yarn.lock": "",
    ".yarnrc.yml": "nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\nenableImmutableInstalls: false\n",
    "left/package.json": JSON.stringify({ name: "left", version: "1.0.0" }), "left/index.js": `exports.word = "of an archive";`,
    "src/api.ts": `import { word } from "left"; export const handler = () => word;`,
  });
  const yarn = path.resolve(import.meta.dirname, "../node_modules/@yarnpkg/cli-dist/bin/yarn.js");
  execFileSync(process.execPath, [yarn, "install"], { cwd: folder, stdio: "pipe" });
  const built = await builder.call("build", { function: "Plugged", entry: path.join(folder, "src/api.ts"), handler: "handler" });
  assert.deepEqual(built.errors, []);
  assert.equal(createRequire(import.meta.url)(built.outfile).handler(), "of an archive");
});

test("preCompilation emits what the app's own TypeScript knows of types", async (t) => {
  const folder = await source(t, {
    "tsconfig.json": `{ "compilerOptions": { "target": "ES2022", "module": "commonjs", "experimentalDecorators": true, "emitDecoratorMetadata": true } } // comment`,
    "api.ts": `import { Service } from "./service";
      (Reflect as any).metadata = (key: string, value: any) => (target: any, of?: string) => { if (key === "design:paramtypes") target.types = value.map((one: any) => one.name); };
      const injected = (target: any) => target;
      @injected class Api { constructor(readonly service: Service, readonly name: string) {} }
      export const handler = async () => (Api as any).types;
      export const fail = () => { throw new Error("here"); };`,
    "service.ts": "export class Service {}",
  });
  await symlink(path.resolve(import.meta.dirname, "../node_modules"), path.join(folder, "node_modules"));
  const request = { function: "Precompiled", entry: path.join(folder, "api.ts"), handler: "handler", options: { preCompilation: true } };
  const built = await builder.call("build", request);
  assert.deepEqual(built.errors, []);
  process.setSourceMapsEnabled(true);
  const { handler, fail } = createRequire(import.meta.url)(built.outfile);
  assert.deepEqual(await handler(), ["Service", "String"]);
  assert.throws(fail, ({ stack }) => /api\.ts:6:/.test(stack));
});

test("command hooks run once, where the output lies; one that fails is told", async (t) => {
  const folder = await source(t, { "api.js": "exports.handler = () => require('node:fs').readFileSync(__dirname + '/query.graphql', 'utf8');", "query.graphql": "{ one }" });
  const hooks = { before: ["echo $WHO >> before.txt"], after: ["cp query.graphql /asset-output/"] };
  const request = { function: "Hooks", entry: path.join(folder, "api.js"), handler: "handler", options: { root: folder, hooks, environment: { WHO: "me" } } };
  const built = await builder.call("build", request);
  assert.deepEqual(built.errors, []);
  assert.equal(createRequire(import.meta.url)(built.outfile).handler(), "{ one }");
  await builder.call("build", request);
  assert.equal(await readFile(path.join(folder, "before.txt"), "utf8"), "me\n");
  hooks.before = ["echo no such schema >&2; exit 3"];
  assert.deepEqual((await builder.call("build", request)).errors.map(({ text }) => text),
    ["commandHooks: `echo no such schema >&2; exit 3` failed with exit status 3\nno such schema"]);
});

test("a syntax error says where, and the fix mends it", async (t) => {
  const folder = await source(t, { "api.js": "exports.handler = () => {\n  retrun 1;\n" });
  const request = { function: "Broken", entry: path.join(folder, "api.js"), handler: "handler" };
  const broken = await builder.call("build", request);
  assert.equal(broken.errors[0].file, path.join(folder, "api.js"));
  assert.equal(broken.errors[0].line, 2);
  assert.ok(broken.inputs.includes(path.join(folder, "api.js")));
  await writeFile(path.join(folder, "api.js"), "exports.handler = () => 1;");
  assert.deepEqual((await builder.call("build", request)).errors, []);
});

test("a missing package names the folders where it may appear", async (t) => {
  const folder = await source(t, { "src/api.js": "require('@scope/gone/deep'); exports.handler = () => 1;" });
  const built = await builder.call("build", { function: "Gone", entry: path.join(folder, "src/api.js"), handler: "handler" });
  assert.equal(built.errors.length, 1);
  assert.ok(built.missing.includes(path.join(folder, "node_modules/@scope/gone")));
});

test("a handler file that is not there is an error, not a failure", async (t) => {
  const folder = await source(t, {});
  const entry = path.join(folder, "none.ts");
  const built = await builder.call("build", { function: "None", entry, handler: "handler" });
  assert.match(built.errors[0].text, /none\.ts is not there/);
  assert.deepEqual(built.missing, [entry]);
});

test("no credentials: the error says what to do", async (t) => {
  const folder = await source(t, {});
  const bare = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", HOME: folder, AWS_CONFIG_FILE: `${folder}/c`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/s` };
  const other = open("builder", bare);
  t.after(() => other.close());
  await assert.rejects(other.call("credentials", {}), { code: "NoCredentials", message: /no AWS credentials found: .*use --profile, or --local/ });
});

test("a profile's keys, region and MFA device are found in the shared files", async (t) => {
  const folder = await source(t, {
    config: "[profile dev]\nregion = eu-west-1\n[profile two]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = dev\nmfa_serial = arn:aws:iam::1:mfa/me\n",
    keys: "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = hush\n",
  });
  const env = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_CONFIG_FILE: `${folder}/config`, AWS_SHARED_CREDENTIALS_FILE: `${folder}/keys` };
  const other = open("builder", env);
  t.after(() => other.close());
  const found = await other.call("credentials", { profile: "dev" });
  assert.equal(found.accessKeyId, "AKIADEV");
  assert.equal(found.source, "profile dev");
  assert.equal((await other.call("region", { profile: "dev" })).region, "eu-west-1");
  await assert.rejects(other.call("credentials", { profile: "two", region: "eu-west-1" }), { code: "MfaRequired", detail: { serial: "arn:aws:iam::1:mfa/me" } });
});

test("it ends when its input closes", async () => {
  const other = open("builder");
  await other.call("node", {});
  assert.equal(await other.close(), 0);
});
