// .env files: the CDK app sees their variables, a function only what its deployment gives it.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  { Hello: { handler: "hello.handler", environment: { MODE: "deployed" } } },
  {
    "src/hello.js": "exports.handler = async () => ({ mode: process.env.MODE, only: process.env.SHOP_ONLY_HERE, seen: JSON.parse(process.env.SEEN) });",
    ".env": "SHOP_A=all\nSHOP_B=all\nSHOP_C=all\nSHOP_D=all\nMODE=local\n",
    ".env.local": "SHOP_B=mine\nSHOP_D=mine, of this machine  # a comment\nSHOP_ONLY_HERE='the app\"s'\n",
    ".env.e2e": "SHOP_C=stage\nSHOP_URL=\"http://${SHOP_A}/\"\n",
    ".env.other": "SHOP_A=other\n",
  },
  { env: { SHOP_SHELL: "shell", SHOP_A: "shell" } },
);
lab.write(
  "lib/index.js",
  lab.read("lib/index.js").replace("    environment,", `    environment: { ...environment, SEEN: JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("SHOP_")))) },`),
);
after(() => lab.dispose());

test("the app sees them: those of the stage before those of all, the local before the team's, and the shell's first", async () => {
  await lab.go();
  const { body, text } = await lab.invoke("Hello");
  assert.deepEqual(
    body?.seen,
    { SHOP_A: "shell", SHOP_B: "mine", SHOP_C: "stage", SHOP_D: "mine, of this machine", SHOP_ONLY_HERE: 'the app"s', SHOP_SHELL: "shell", SHOP_URL: "http://shell/" },
    text,
  );
});

test("a function sees what it has when it is deployed, and nothing of these files", async () => {
  const { body } = await lab.invoke("Hello");
  assert.equal(body.mode, "deployed");
  assert.equal(body.only, undefined);
});

test("a saved one is a change of the app, and so is one that is new", async () => {
  const [session] = lab.sessions;
  for (const [file, text] of [[".env.e2e", "SHOP_C=saved\n"], [".env.e2e.local", "SHOP_D=saved\n"]]) {
    const from = session.lines.length;
    lab.write(file, text);
    await session.line(/Environment/, "the changed environment", { from });
    await session.line(/Press ENTER to deploy/, "an offer", { from });
  }
  await session.stop();
});

test("live.json names other files for a stage", async () => {
  lab.write("live.json", JSON.stringify({ env: { e2e: ["config/e2e.env", ".env"] } }));
  lab.write("config/e2e.env", "SHOP_B=named\n");
  await lab.must("deploy", "--local", "--stage", "e2e");
  const { SHOP_B, SHOP_C, SHOP_D } = (await lab.invoke("Hello")).body.seen;
  assert.deepEqual({ SHOP_B, SHOP_C, SHOP_D }, { SHOP_B: "named", SHOP_C: "all", SHOP_D: "all" });
  rmSync(path.join(lab.app, "config/e2e.env"));
  const { code, text } = await lab.run("deploy", "--local", "--stage", "e2e");
  assert.equal(code, 1);
  assert.match(text, /there is no file \S+config\/e2e\.env, which "env" in live\.json names for stage e2e/);
  rmSync(path.join(lab.app, "live.json"));
});

test("a file that is wrong is told with its line before anything is deployed", async () => {
  lab.write(".env.e2e", "A=1\nthis is nothing\n");
  const { code, text } = await lab.run("start", "--local", "--stage", "e2e");
  assert.equal(code, 1);
  assert.match(text, /\.env\.e2e:2: this is not NAME=value/);
  assert.doesNotMatch(text, /Debug stack/);
});
