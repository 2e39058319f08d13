// The same app, its session and its functions on each version of Node.js: what they answer, and how they fail.
import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { nodeVersions } from "../support/node_versions.mjs";

const files = {
  "src/cjs.js": `exports.handler = async ({ name }) => ({ hello: name, major: Number(process.versions.node.split(".")[0]) });
exports.callback = (event, context, callback) => callback(null, "called back");
exports.stream = awslambda.streamifyResponse(async (event, stream) => { stream.write("some, "); stream.end("more"); });
`,
  "src/lost.js": `const pause = () => new Promise((go) => setTimeout(go, 5000));
exports.rejected = async () => { Promise.reject(new RangeError("lost")); await pause(); };
exports.thrown = async () => { setTimeout(() => { throw new RangeError("lost"); }, 5); await pause(); };
exports.unsettled = () => new Promise(() => {});
exports.context = async (event, context) => Object.keys(context).sort();
`,
  "src/floating.js": `Promise.reject(new RangeError("lost")); exports.handler = async () => "never";`,
  "src/unsettled.mjs": `await new Promise(() => {}); export const handler = async () => "never";`,
  "src/top.mjs": `const value = await Promise.resolve("awaited");
export const handler = async () => value;
`,
  "src/missing.js": `require("not-there-at-all");`,
  "src/missing-module.mjs": `import "not-there-at-all";`,
  "src/syntax.js": `exports.handler = async () => {\n  return }}\n`,
  "src/detected.js": `export const handler = async () => "detected";\n`,
  "src/requires.js": `exports.handler = async () => require("./module/value.mjs").value;`,
  "src/module/value.mjs": `export const value = "required";`,
  "src/strips.mjs": `import { value } from "./plain.ts";\nexport const handler = async () => value;\n`,
  "src/plain.ts": `export const value: string = "stripped";\n`,
  "bundled/index.ts": `import { Shade, named } from "./shade";

export async function handler(event: { fail?: boolean }): Promise<string> {
  if (event.fail) throw new TypeError("as asked");
  return named(Shade.dark);
}
`,
  "bundled/shade.ts": `export enum Shade { light, dark }\nexport const named = (shade: Shade): string => "one " + Shade[shade];\n`,
};
const of = (runtime) => (handler) => ({ runtime, handler });
const in22 = of("nodejs22.x"), in24 = of("nodejs24.x");
const functions = {
  Cjs: in22("cjs.handler"), Esm: in22("top.handler"), Callback: in22("cjs.callback"), Callback24: in24("cjs.callback"),
  Stream: in22("cjs.stream"), Missing: in22("missing.handler"), MissingModule: in22("missing-module.handler"),
  Syntax: in22("syntax.handler"), Detected: in22("detected.handler"), Requires: in22("requires.handler"), Requires24: in24("requires.handler"),
  Detected24: in24("detected.handler"), Strips24: in24("strips.handler"),
  ...Object.fromEntries(["rejected", "thrown", "unsettled", "context"].flatMap((name) => [[name + 22, in22(`lost.${name}`)], [name + 24, in24(`lost.${name}`)]])),
  floating22: in22("floating.handler"), floating24: in24("floating.handler"), top22: in22("unsettled.handler"),
  Bundled: { ...in22(), entry: "bundled/index.ts" },
};

/** What a failing call says: type and message. */
const failure = ({ error, body, text }) => [error, body?.errorType ?? text, body?.errorMessage?.split("\n")[0]];

for (const { major, bin, skip } of await nodeVersions())
  suite(`Node.js ${major}`, { skip }, () => {
    const lab = skip ? undefined : new Lab(functions, files, { env: { PATH: `${bin}:${process.env.PATH}` } });
    after(() => lab?.dispose());
    let session;

    test("a session starts, and says in one line where versions differ", async () => {
      session = await lab.go();
      const lines = session.lines.filter((line) => /Deployed, your functions run on/.test(line));
      const others = [22, 24].filter((one) => one !== major).map((one) => `nodejs${one}.x`).join(", ");
      assert.equal(lines.length, 1, session.tail());
      assert.match(lines[0], new RegExp(`run on ${others}; here they run on Node ${major}\\.`));
    });

    test("CommonJS, ES modules, callbacks and streams answer", async () => {
      assert.deepEqual((await lab.invoke("Cjs", { name: "you" })).body, { hello: "you", major });
      assert.equal((await lab.invoke("Esm")).body, "awaited");
      assert.equal((await lab.invoke("Callback")).body, "called back");
      assert.equal((await lab.invoke("Stream")).text, "some, more");
    });

    test("TypeScript is bundled, its errors point into the sources, and a save is live", async () => {
      assert.equal((await lab.invoke("Bundled")).body, "one dark");
      const { body } = await lab.invoke("Bundled", { fail: true });
      assert.deepEqual([body.errorType, body.errorMessage], ["TypeError", "as asked"]);
      assert.match(body.trace.join("\n"), /bundled\/index\.ts:4:/);
      const from = session.lines.length;
      lab.write("bundled/shade.ts", files["bundled/shade.ts"].replace("one ", "two "));
      await session.line(/↻ Bundled rebuilt/, "reload", { from });
      assert.equal((await lab.invoke("Bundled")).body, "two dark");
    });

    test("TypeScript as it lies is imported where this Node can", async () => {
      const { body, text } = await lab.invoke("Strips24");
      if (major >= 22) assert.equal(body, "stripped", text);
      else assert.match(text, /Unknown file extension/);
    });

    test("what fails is told in Lambda's words", async () => {
      const unhandled = "Unhandled";
      assert.deepEqual(failure(await lab.invoke("Missing")), [unhandled, "Runtime.ImportModuleError", "Error: Cannot find module 'not-there-at-all'"]);
      assert.match(String(failure(await lab.invoke("MissingModule"))), /^Unhandled,Error,Cannot find package 'not-there-at-all' imported from/);
      assert.deepEqual(failure(await lab.invoke("Syntax")), [unhandled, "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token '}'"]);
      const [, type, message] = failure(await lab.invoke("Callback24"));
      assert.equal(type, "Runtime.CallbackHandlerDeprecated");
      assert.match(message, /removed support for callback-based function handlers starting with Node\.js 24/);
    });

    const ends = async (id) => (await lab.invoke(id)).body?.errorMessage?.replace(/^RequestId: \S+ /, "");

    test("what nobody catches is the call's error until nodejs22.x, and ends the process from nodejs24.x on", async () => {
      for (const id of ["rejected22", "floating22"]) assert.equal(failure(await lab.invoke(id)).join(), "Unhandled,Runtime.UnhandledPromiseRejection,RangeError: lost", id);
      assert.equal(failure(await lab.invoke("thrown22")).join(), "Unhandled,RangeError,lost");
      for (const id of ["rejected24", "floating24", "thrown24"]) assert.equal(await ends(id), "Error: Runtime exited with error: exit status 1", id);
    });

    test("a promise that nothing can settle is null until nodejs22.x, and ends the process from nodejs24.x on", async () => {
      assert.equal((await lab.invoke("unsettled22")).text, "null");
      assert.equal(await ends("unsettled24"), "Error: Runtime exited without providing a reason");
      assert.equal(await ends("top22"), "Error: Runtime exited with error: exit status 13");
    });

    test("the context has what its runtime's has", async () => {
      const [older, newer] = await Promise.all(["context22", "context24"].map(async (id) => (await lab.invoke(id)).body));
      assert.deepEqual(older.filter((name) => !newer.includes(name)), ["callbackWaitsForEmptyEventLoop", "done", "fail", "succeed"]);
      assert.deepEqual(newer.filter((name) => !older.includes(name)), ["xRayTraceId"]);
    });

    test("until nodejs24.x CommonJS requires no ES module, and no .js file is one by its syntax", async () => {
      assert.match(failure(await lab.invoke("Requires")).join(), /^Unhandled,Error,require\(\) of ES Module/);
      assert.equal((await lab.invoke("Requires24")).body, "required");
      assert.deepEqual(failure(await lab.invoke("Detected")), ["Unhandled", "Runtime.UserCodeSyntaxError", "SyntaxError: Unexpected token 'export'"]);
      assert.equal((await lab.invoke("Detected24")).body, "detected");
    });
  });
