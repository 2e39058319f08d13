// Functions in Python: from their sources, with the interpreter and the packages that the developer has for them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";
import { smallPackage } from "../support/packages.mjs";
import { versionOf } from "../support/programs.mjs";

const skip = versionOf("python3") ? false : "there is no python3 on PATH";
const python = { runtime: "python3.12" };
const lab = new Lab(
  {
    Api: { ...python, code: "api", handler: "handlers/get.handler", memory: 256, environment: { TABLE: "orders" } },
    Inline: { ...python, handler: "index.handler", inline: "def handler(event, context):\n    return {'inline': event['n'] + 1}\n" },
    Venv: { ...python, code: "with-venv", handler: "index.handler" },
    Wheel: { ...python, code: "with-requirements", handler: "index.handler" },
    Satisfied: { ...python, code: "satisfied", handler: "index.handler" },
    NoIndex: { ...python, code: "with-unknown-requirements", handler: "index.handler" },
  },
  {
    "api/handlers/get.py": `import os
from handlers.shared import version

def handler(event, context):
    print("looking for", event.get("id"))
    if event.get("fail"):
        raise LookupError("no order " + event["id"])
    return {"version": version, "id": context.aws_request_id, "name": context.function_name, "memory": context.memory_limit_in_mb,
            "table": os.environ["TABLE"], "local": os.environ["IS_LOCAL"], "left": context.get_remaining_time_in_millis() > 0,
            "profile": os.environ.get("AWS_PROFILE"), "root": os.environ["LAMBDA_TASK_ROOT"] == os.getcwd()}
`,
    "api/handlers/shared.py": `version = "one"\n`,
    "with-venv/index.py": "import only_here\ndef handler(event, context): return only_here.TEXT\n",
    "with-requirements/index.py": "import small\ndef handler(event, context): return small.TEXT\n",
    "with-requirements/requirements.txt": "./small  # a package of this folder\n",
    ...smallPackage("with-requirements/small"),
    "satisfied/index.py": "def handler(event, context): return 1\n",
    "satisfied/requirements.txt": "# what every interpreter here has\npip >= 9 ; python_version > '3'  # for one\n\n",
    "with-unknown-requirements/index.py": "def handler(event, context): return 1\n",
    "with-unknown-requirements/requirements.txt": "a-package-that-nobody-has-made\n",
  },
  { env: { PIP_INDEX_URL: "http://127.0.0.1:9/simple", VIRTUAL_ENV: "" } },
);
let session;
before(async () => {
  if (skip) return;
  const venv = path.join(lab.app, "with-venv/.venv");
  execFileSync("python3", ["-m", "venv", "--without-pip", venv]);
  const packages = execFileSync(path.join(venv, "bin/python"), ["-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"], { encoding: "utf8" }).trim();
  mkdirSync(packages, { recursive: true });
  writeFileSync(path.join(packages, "only_here.py"), "TEXT = 'of the environment'\n");
  session = await lab.go();
});
after(() => lab.dispose());

test("event, context and environment are those of the deployed function", { skip }, async () => {
  const answer = (await lab.invoke("Api", { id: "7" })).body;
  assert.match(answer.id, /^[0-9a-f-]{36}$/);
  assert.deepEqual(
    { ...answer, id: 0 },
    { version: "one", id: 0, name: "e2e-Api", memory: "256", table: "orders", local: "true", left: true, profile: null, root: true },
  );
  await session.line(/looking for 7/, "what it prints");
});

test("an exception is told with its traceback, the developer's own line first", { skip }, async () => {
  const { error, body } = await lab.invoke("Api", { id: "8", fail: true });
  assert.equal(error, "Unhandled");
  assert.equal(body.errorType, "LookupError");
  assert.equal(body.errorMessage, "no order 8");
  assert.match(body.stackTrace[0], /handlers\/get\.py", line 7, in handler\n    raise LookupError/);
  await session.line(/at handler \(api\/handlers\/get\.py:7\)/, "the place");
  await session.line(/7 │ raise LookupError\("no order " \+ event\["id"\]\)/, "the line of code");
});

test("another version of Python than the deployed one is told once", { skip }, () => {
  const here = /(\d+\.\d+)/.exec(versionOf("python3"))[1];
  const told = session.lines.filter((line) => line.includes("your functions run on python3.12; here they run on Python"));
  if (here !== "3.12" && !versionOf("python3.12")) assert.equal(told.length, 1, session.tail());
});

test("what is saved runs in the next call", { skip }, async () => {
  for (const version of ["two", "six", "ten"]) {
    const from = session.lines.length;
    lab.write("api/handlers/shared.py", `version = "${version}"\n`);
    await session.line(/↻ Api changed/, "reload", { from });
    assert.equal((await lab.invoke("Api", { id: "9" })).body.version, version);
  }
});

test("a mistake in the source is told, and the next save mends it", { skip }, async () => {
  const from = session.lines.length;
  lab.write("api/handlers/shared.py", "version = (\n");
  await session.line(/↻ Api changed/, "reload", { from });
  assert.equal((await lab.invoke("Api", { id: "9" })).body.errorType, "Runtime.UserCodeSyntaxError");
  lab.write("api/handlers/shared.py", 'version = "mended"\n');
  await session.line(/↻ Api changed/, "reload", { from: session.lines.length });
  assert.equal((await lab.invoke("Api", { id: "9" })).body.version, "mended");
});

test("inline code runs", { skip }, async () => {
  assert.deepEqual((await lab.invoke("Inline", { n: 1 })).body, { inline: 2 });
});

test("a virtual environment beside the source is used", { skip }, async () => {
  assert.equal((await lab.invoke("Venv")).body, "of the environment");
});

test("what requirements.txt asks for is installed once, below .live", { skip }, async () => {
  assert.equal((await lab.invoke("Wheel")).body, "installed");
  assert.equal((await lab.invoke("Wheel")).body, "installed");
  assert.equal(session.lines.filter((line) => /Wheel installing its requirements\.txt into \.live\/python\//.test(line)).length, 1, session.tail());
});

test("what the interpreter has already is not installed", { skip }, async () => {
  assert.equal((await lab.invoke("Satisfied")).body, 1);
  assert.ok(!session.lines.some((line) => line.includes("Satisfied installing")), session.tail());
});

test("requirements that cannot be had are told with the next step", { skip }, async () => {
  const { body } = await lab.invoke("NoIndex");
  assert.match(body.errorMessage, /requirements\.txt asks for cannot be installed: .*a-package-that-nobody-has-made.*Make a virtual environment beside it/);
});

test("and where there is an environment already, that is named", { skip }, async () => {
  const from = session.lines.length;
  lab.write("with-venv/requirements.txt", "a-package-that-nobody-has-made\n");
  await session.line(/↻ Venv changed/, "reload", { from });
  const { body } = await lab.invoke("Venv");
  assert.match(body.errorMessage, /cannot be installed: .*\. Install it in the function's environment, \S*with-venv\/\.venv, or mend/);
});
