// `live build`: the functions' code is built as their first calls would, without an account.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  { Typed: { entry: "src/typed.ts" }, Plain: { handler: "plain.handler" } },
  { "src/typed.ts": "export const handler = async (): Promise<number> => 1;\n", "src/plain.js": "exports.handler = async () => 1;\n" },
);
const functions = JSON.parse(lab.read("functions.json"));
after(() => lab.dispose());
lab.env.HOME = lab.folder; // no profile, no region, no keys
const build = (...args) => lab.run("build", "--stage", "e2e", ...args);

test("each is told with its size, and nothing is asked of AWS", async () => {
  const { code, text } = await build();
  assert.equal(code, 0, text);
  assert.match(text, /✓ lab\/Typed  \d+ bytes \([\d.]+ m?s\)/);
  assert.match(text, /✓ lab\/Plain  \d+ bytes, runs as it lies/);
  assert.match(text, /✓ Built: 2 functions/);
});

test("errors are told with file, line and the code there; the others are built all the same", async () => {
  lab.write("src/broken.ts", "export const handler = async () => {\n  const x = ;\n};\n");
  lab.describe({ ...functions, Broken: { entry: "src/broken.ts" }, Absent: { handler: "absent.handler" } });
  const { code, text } = await build();
  assert.equal(code, 1);
  assert.match(text, /✗ lab\/Broken does not build:\n\S*src\/broken\.ts:2:\d+: Unexpected ";"\n\s+2 \|   const x = ;/);
  assert.match(text, /✗ lab\/Absent does not build:\nhandler absent\.handler names absent\.js, \.mjs or \.cjs, which is not in \S+src/);
  assert.match(text, /✓ lab\/Typed/);
  assert.match(text, /✗ 2 of 4 functions do not build/);
});

test("--json has the place of each error", async () => {
  const { code, text } = await build("--json", "Broken", "Typed");
  assert.equal(code, 1);
  const objects = text.trim().split("\n").map((line) => JSON.parse(line));
  const of = (name) => objects.find((one) => one.type === "build" && one.function === name);
  assert.equal(of("lab/Broken").status, "failed");
  const [error] = of("lab/Broken").errors;
  assert.match(error.file, /src\/broken\.ts$/);
  assert.equal(error.line, 2);
  assert.equal(of("lab/Typed").status, "built");
  assert.ok(of("lab/Typed").bytes > 0);
  assert.equal(of("lab/Plain"), undefined, "one that was not named was built");
  assert.deepEqual(objects.filter(({ type }) => type === "built").map(({ functions, failed }) => [functions, failed]), [[1, 1]]);
});

test("what is mended builds", async () => {
  lab.write("src/broken.ts", "export const handler = async () => 2;\n");
  const { code, text } = await build("Brok*");
  assert.equal(code, 0, text);
  assert.match(text, /✓ Built: 1 function /);
});
