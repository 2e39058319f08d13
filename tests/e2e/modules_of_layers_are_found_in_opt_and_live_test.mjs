// On Lambda a layer's files are in /opt, and code names them by that path, bundled or not. Here they lie in the app.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const bundling = { externalModules: ["shared", "/opt/nodejs/*", "@aws-sdk/*"] };
const layers = ["lower", "upper"];
const lab = new Lab(
  {
    Required: { code: "plain", handler: "index.handler", layers },
    Later: { code: "plain", handler: "later.handler", layers },
    Imported: { code: "plain", handler: "module.handler", layers },
    Bundled: { entry: "bundled/index.ts", bundling, layers },
    Alone: { code: "plain", handler: "index.handler" },
    Sdk: { code: "plain", handler: "sdk.handler" },
    SdkModule: { code: "plain", handler: "sdk-module.handler" },
  },
  {
    "plain/index.js": `const words = require("/opt/nodejs/words");
exports.handler = async () => ({ words: words.text, data: require("/opt/nodejs/data.json"), file: require.resolve("/opt/nodejs/words.js"), seen: process.env.LIVE_LAYERS ?? "unseen" });`,
    "plain/later.js": `exports.handler = async () => (await require("./lazy").load()).text;`,
    "plain/lazy.js": `exports.load = () => import("/opt/nodejs/own.mjs");`,
    "plain/module.mjs": `import words from "/opt/nodejs/words.js";
export const handler = async () => ({ words: words.text, esm: (await import("/opt/nodejs/own.mjs")).text });`,
    "plain/sdk.js": `exports.handler = async ({ name }) => Object.keys(require(name)).length > 0;`,
    "plain/sdk-module.mjs": `import { anything } from "@aws-sdk/client-of-nothing/there";\nexport const handler = async () => anything;`,
    "bundled/index.ts": `import words from "/opt/nodejs/words";
import { text } from "shared";
export const handler = async () => ({ words: words.text, shared: text });`,
    "lower/nodejs/words.js": `exports.text = "lower";`,
    "lower/nodejs/data.json": `{"only":"lower"}`,
    "upper/nodejs/words.js": `exports.text = "upper " + require("./more").text;`,
    "upper/nodejs/more.js": `exports.text = "more";`,
    "upper/nodejs/own.mjs": `export const text = "esm";`,
    "upper/nodejs/node_modules/shared/index.js": `exports.text = "shared";`,
  },
);
after(() => lab.dispose());
const body = async (id, event) => (await lab.invoke(id, event)).body;

test("a CommonJS module requires by the path in /opt what a later layer hides and what an earlier one has", async () => {
  await lab.go();
  const { file, ...rest } = await body("Required");
  assert.deepEqual(rest, { words: "upper more", data: { only: "lower" }, seen: "unseen" });
  assert.match(file, /\/upper\/nodejs\/words\.js$/);
});

test("a CommonJS module imports by it", async () => {
  assert.equal(await body("Later"), "esm");
});

test("an ES module imports by it, statically and later", async () => {
  assert.deepEqual(await body("Imported"), { words: "upper more", esm: "esm" });
});

test("a bundle that leaves them out finds them, and a package of a layer by its name", async () => {
  assert.deepEqual(await body("Bundled"), { words: "upper more", shared: "shared" });
});

test("what no layer has fails by the name that the code gave it", async () => {
  const { errorType, errorMessage } = await body("Alone");
  assert.equal(errorType, "Runtime.ImportModuleError");
  assert.match(errorMessage, /Cannot find module '\/opt\/nodejs\/words'/);
});

test("a save in a layer is live in the next call of every function, also of those that are bundled", async () => {
  lab.write("upper/nodejs/more.js", `exports.text = "saved";`);
  for (const id of ["Required", "Imported", "Bundled"])
    await until(`${id} by the saved layer`, async () => (await body(id)).words === "upper saved");
  lab.write("upper/nodejs/node_modules/shared/index.js", `exports.text = "saved, too";`);
  await until("Bundled by the saved package", async () => (await body("Bundled")).shared === "saved, too");
});

test("a client of the AWS SDK that Lambda brings and nobody has installed is told with the next step", async () => {
  assert.equal(await body("Sdk", { name: "@aws-sdk/client-s3" }), true);
  assert.match((await body("Sdk", { name: "@aws-sdk/client-of-nothing" })).errorMessage, /'@aws-sdk\/client-of-nothing'.*npm install --save-dev @aws-sdk\/client-of-nothing`$/s);
  assert.match((await body("SdkModule")).errorMessage, /'@aws-sdk\/client-of-nothing'.*npm install --save-dev @aws-sdk\/client-of-nothing`$/s);
  assert.doesNotMatch((await body("Sdk", { name: "no-package" })).errorMessage, /npm install/);
});
