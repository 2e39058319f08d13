// What goes wrong before anything is deployed: a clear word, a way on, and an exit code that scripts see.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { noOwnFolders } from "../support/own_folders.mjs";

const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async () => 1;" });
const main = lab.read("lib/index.js");
const local = ["--local", "--stage", "e2e"];
after(() => lab.dispose());

/** Fails with what is said, and not by a crash. */
async function fails(args, ...said) {
  const { code, text } = await lab.run(...args);
  assert.ok(code > 0 && code < 126, `exit code ${code}:\n${text}`);
  for (const pattern of said) assert.match(text, pattern);
  assert.doesNotMatch(text, /terminate called|assert|node:internal/i);
  return text;
}
async function withMain(source, work) {
  lab.write("lib/index.js", source);
  try {
    await work();
  } finally {
    lab.write("lib/index.js", main);
  }
}

test("an unknown option", () => fails(["start", "--nonsense"], /--nonsense/, /--help/));
test("an unknown command", () => fails(["strat"], /strat/, /did you mean "start"/, /--help/));
test("no command", () => fails([], /--help|subcommand/i));
test("wrong usage: exit code 2, whatever is wrong", async () => {
  for (const args of [[], ["strat"], ["start", "--nonsense"], ["start", "--stage"], ["start", "--quiet", "--verbose"], ["start", "--no-deploy", "--only", "x"], ["deploy", "one", "two"]])
    assert.equal((await lab.run(...args)).code, 2, args.join(" "));
  assert.equal((await lab.run("start", "--help")).code, 0);
});
test("a stage that cannot be one", () => fails(["start", "--local", "--stage", "7"], /"7" cannot be a stage/, /--stage/));

test("a folder without an app", async () => {
  const empty = path.join(lab.folder, "empty");
  mkdirSync(empty);
  const app = lab.app;
  lab.app = empty;
  try {
    for (const command of ["start", "deploy", "remove"]) await fails([command, ...local], /neither lib\/index\.ts or lib\/index\.js/, /cdk\.json/, /Run live in the folder of your app/);
  } finally {
    lab.app = app;
  }
});

test("a full disk below TMPDIR, however far one gets on it", { skip: noOwnFolders }, async () => {
  const small = path.join(lab.folder, "small");
  mkdirSync(small);
  const { live } = lab;
  lab.live = path.join(lab.folder, "live-on-a-small-disk");
  for (const size of ["4k", "16k"]) {
    const full = `mount -t tmpfs -o size=${size} none ${small} && TMPDIR=${small} exec ${live} "$@"`;
    writeFileSync(lab.live, `#!/bin/sh\nexec unshare -Urm sh -c '${full}' sh "$@"\n`, { mode: 0o755 });
    const { code, text } = await lab.run("build", "--stage", "e2e"); // the app itself ends with a stack, which is shown
    assert.equal(code, 1, text);
    assert.match(text, /✗ .*: the disk of \S*\/small is full: free some of it, or name another folder in TMPDIR/);
  }
  lab.live = live;
});

test("an unknown setting in live.json", async () => {
  lab.write("live.json", '{"nam": "x"}');
  try {
    await fails(["start", ...local], /live\.json:1: "nam" is no setting \(did you mean "name"\?\)/, /name, stage/);
    lab.write("live.json", '{\n  "name": "x"\n  "stage": "y"\n}');
    for (const command of ["start", "deploy", "remove", "doctor"]) await fails([command, ...local], /live\.json:3:\d: not JSON/);
  } finally {
    rmSync(path.join(lab.app, "live.json"));
  }
});

test("no credentials", async () => {
  const env = lab.env;
  lab.env = { ...env, HOME: lab.folder, AWS_EC2_METADATA_DISABLED: "true" };
  try {
    await fails(["start", "--stage", "e2e"], /region/i, /--region/);
    await fails(["start", "--stage", "e2e", "--region", "us-east-1"], /credentials/i, /--profile|--local|aws configure/);
    await fails(["start", "--stage", "e2e", "--region", "us-east-1", "--profile", "absent"], /absent/);
  } finally {
    lab.env = env;
  }
});

test("a syntax error in lib/index.js", () =>
  withMain("export default function main(app) {\n  const x = ;\n}\n", () => fails(["start", ...local], /lib\/index\.js:2/, /Unexpected/)));

test("an error thrown in lib/index.js", () => {
  const head = "export default function main(app) {";
  const line = main.slice(0, main.indexOf(head)).split("\n").length + 1;
  return withMain(main.replace(head, `${head}\n  throw new Error('no such table');`), () => fails(["start", ...local], /no such table/, new RegExp(`lib/index\\.js:${line}:`)));
});

test("lib/index.js exports no main", () => withMain("export const main = 1;\n", () => fails(["start", ...local], /no default export/, /export default function main\(app\)/)));

test("a module that lib/index.js imports is missing", () => withMain(`import "./gone.js";\n${main}`, () => fails(["start", ...local], /gone\.js/, /lib\/index\.js:1/)));

test("the folder of a function is missing", async () => {
  lab.describe({ Hello: { handler: "hello.handler", code: "absent" } });
  try {
    await fails(["start", ...local], /✗ synthesising the app, at lib\/index\.js:\d+:\d+: .*lab\/absent/);
  } finally {
    lab.describe({ Hello: { handler: "hello.handler" } });
  }
});

test("the entry of a NodejsFunction is missing", async () => {
  lab.describe({ Typed: { entry: "src/absent.ts" } });
  try {
    await fails(["start", ...local], /✗ synthesising the app, at lib\/index\.js:\d+:\d+: .*absent\.ts/);
  } finally {
    lab.describe({ Hello: { handler: "hello.handler" } });
  }
});

test("a busy --port of live cloud", async () => {
  const holder = createServer();
  await new Promise((resolve) => holder.listen(0, "127.0.0.1", resolve));
  const { port } = holder.address();
  try {
    await fails(["cloud", "--port", String(port), "--state", path.join(lab.folder, "other")], new RegExp(`${port}`), /in use/i, /--port/);
  } finally {
    holder.close();
  }
});

test("a state folder that another cloud has", async () => {
  await lab.must("cloud", "start");
  await fails(["cloud", "--port", "0"], /another|already/i, /live cloud stop|--state/);
  await lab.must("cloud", "stop");
});

test("a state folder that is damaged", async () => {
  const state = path.join(lab.env.LIVE_HOME, "cloud");
  const database = readdirSync(state).find((name) => /\.(db|sqlite)$/.test(name));
  assert.ok(database, "no database in the state folder");
  writeFileSync(path.join(state, database), "this is not a database".repeat(1000));
  await fails(["start", ...local], new RegExp(database.replace(".", "\\.")), /remove|delete|--state/i);
  rmSync(state, { recursive: true });
  await lab.must("cloud", "start");
});

test("after all of this the app starts", async () => {
  const session = await lab.go();
  assert.equal((await lab.invoke("Hello")).body, 1);
  const { code } = await session.stop();
  assert.equal(code, 0, session.tail());
});
