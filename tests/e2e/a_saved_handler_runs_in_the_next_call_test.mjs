import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Gate } from "../support/gate.mjs";
import { Lab } from "../support/lab.mjs";

const gate = await new Gate().listen();
const body = (version) => `async (event) => {
  if (event.gate) await fetch(event.gate);
  return { handler: "${version}", imported: imported() };
}`;
const kinds = {
  CommonJs: {
    function: { handler: "handler.handler", code: "common" },
    file: "common/handler.js",
    source: (version) => `const { imported } = require("./lib/imported");\nexports.handler = ${body(version)};\n`,
    imported: "common/lib/imported.js",
    exported: (version) => `exports.imported = () => "${version}";\n`,
    missing: `const { more } = require("./lib/later");\n`,
  },
  EsModule: {
    function: { handler: "handler.handler", code: "module" },
    file: "module/handler.mjs",
    source: (version) => `import { imported } from "./lib/imported.mjs";\nexport const handler = ${body(version)};\n`,
    imported: "module/lib/imported.mjs",
    exported: (version) => `export const imported = () => "${version}";\n`,
    missing: `import { more } from "./lib/later.mjs";\n`,
  },
  TypeScript: {
    function: { entry: "typed/handler.ts" },
    file: "typed/handler.ts",
    source: (version) => `import { imported } from "./lib/imported";\nexport const handler = ${body(version).replace("(event)", "(event: { gate?: string })")};\n`,
    imported: "typed/lib/imported.ts",
    exported: (version) => `export const imported = (): string => "${version}";\n`,
    missing: `import { more } from "./lib/later";\n`,
  },
};
const functions = { Other: { handler: "other.handler", code: "other" } };
const files = { "other/other.js": "let count = 0; exports.handler = async () => ({ count: ++count });" };
for (const [id, kind] of Object.entries(kinds)) {
  functions[id] = { ...kind.function, timeout: 60 };
  files[kind.file] = kind.source("one");
  files[kind.imported] = kind.exported("one");
}
const lab = new Lab(functions, files);
let session;
before(async () => {
  session = await lab.go();
});
after(async () => {
  gate.close();
  await lab.dispose();
});

/** Saves, and waits for the line that says that the function was rebuilt: what is called from then on is new. */
async function save(id, file, text) {
  const from = session.lines.length;
  lab.write(file, text);
  await session.line(new RegExp(`(↻ ${id} (rebuilt|changed)|✗ ${id} does not build)`), `reload of ${id}`, { from, timeout: 20_000 });
}
const answer = async (id) => {
  const { error, text, body } = await lab.invoke(id);
  assert.equal(error, undefined, text);
  return body;
};

test("another function is not disturbed by any of what follows", async () => assert.deepEqual(await answer("Other"), { count: 1 }));

for (const [id, kind] of Object.entries(kinds)) {
  test(`${id}: an edit of the handler`, async () => {
    assert.deepEqual(await answer(id), { handler: "one", imported: "one" });
    await save(id, kind.file, kind.source("two"));
    assert.deepEqual(await answer(id), { handler: "two", imported: "one" });
  });

  test(`${id}: an edit of a module that it imports`, async () => {
    await save(id, kind.imported, kind.exported("two"));
    assert.deepEqual(await answer(id), { handler: "two", imported: "two" });
  });

  test(`${id}: a call that is under way finishes on the old code`, async () => {
    const running = lab.invoke(id, { gate: gate.url });
    await gate.reached(1);
    await save(id, kind.file, kind.source("three"));
    assert.deepEqual(await answer(id), { handler: "three", imported: "two" });
    gate.release();
    const { error, text, body } = await running;
    assert.equal(error, undefined, text);
    assert.equal(body.handler, "two");
  });

  test(`${id}: a syntax error is the answer until it is mended`, async () => {
    await save(id, kind.file, kind.source("four").replace("=>", "=> {{"));
    const broken = await lab.invoke(id);
    assert.equal(broken.error, "Unhandled", broken.text);
    assert.match(broken.body.errorType, /SyntaxError|BuildError/, broken.text);
    assert.match(broken.text, new RegExp(kind.file.split("/").pop().replace(".", "\\.")), "the file is not named");
    await save(id, kind.file, kind.source("four"));
    assert.deepEqual(await answer(id), { handler: "four", imported: "two" });
  });

  test(`${id}: an import of a file that is not there yet`, async () => {
    await save(id, kind.file, kind.missing + kind.source("five").replace('"five"', "more()"));
    const broken = await lab.invoke(id);
    assert.equal(broken.error, "Unhandled", broken.text);
    assert.match(broken.text, /lib\/later/);
    const later = kind.imported.replace("imported", "later");
    await save(id, later, kind.exported("five").replace("imported", "more"));
    assert.deepEqual(await answer(id), { handler: "five", imported: "two" });
  });
}

test("another function kept its worker", async () => assert.deepEqual(await answer("Other"), { count: 2 }));
