// PythonLayerVersion of @aws-cdk/aws-lambda-python-alpha, which installs requirements in Docker when it is deployed: live,
// functions have it from its entry, and what is deployed of it is a placeholder, unless a deployed function has it, too.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { withConstruct } from "../support/constructs.mjs";
import { Lab, until } from "../support/lab.mjs";
import { smallPackage } from "../support/packages.mjs";
import { versionOf } from "../support/programs.mjs";

const construct = withConstruct("@aws-cdk/aws-lambda-python-alpha", "2.269.0-alpha.0");
const skip = construct.skip || (versionOf("python3") ? false : "SKIPPED: python3 is not on PATH");
/** In place of Docker: copies what is mounted as input to what is mounted as output, there below python. */
const docker = `#!/bin/sh
[ "$1" = run ] || exit 0
for one; do
  case "$one" in
    *:/asset-input*) from=\${one%%:*} ;;
    *:/asset-output*) to=\${one%%:*} ;;
  esac
done
case "$*" in */asset-output/python*) to=$to/python ;; esac
mkdir -p "$to" && cp -r "$from"/. "$to"
`;
const lab = new Lab({}, {
  "lib/index.js": `import { PythonFunction, PythonLayerVersion } from "@aws-cdk/aws-lambda-python-alpha";
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";
import { existsSync } from "node:fs";
export default function main(app) {
  const shared = new cdk.Stack(app, "shared"), stack = new cdk.Stack(app, "lab");
  const runtime = lambda.Runtime.PYTHON_3_12, compatibleRuntimes = [runtime], timeout = cdk.Duration.seconds(60);
  const layers = [
    new PythonLayerVersion(shared, "Tools", { entry: "tools", compatibleRuntimes }),
    ...(existsSync("more") ? [new PythonLayerVersion(stack, "More", { entry: "more", compatibleRuntimes })] : []),
  ];
  new PythonFunction(stack, "Fn", { functionName: app.stage + "-Fn", entry: "fn", index: "main.py", handler: "answer", runtime, layers, timeout });
  new lambda.Function(stack, "Plain", { functionName: app.stage + "-Plain", code: lambda.Code.fromAsset("fn"), handler: "main.answer", runtime, layers, timeout });
}
`,
  "fn/main.py": `import greeting, small

def answer(event, context):
    return [greeting.WORD, small.TEXT, greeting.__file__]
`,
  "tools/greeting.py": 'WORD = "hello"\n',
  "tools/requirements.txt": "./small\n",
  ...smallPackage("tools/small"),
}, { packages: construct.packages, env: { CDK_DOCKER: "no-docker-here", PIP_INDEX_URL: "http://127.0.0.1:9/simple", VIRTUAL_ENV: "" } });
after(() => lab.dispose());
const call = async (id) => (await lab.invoke(id)).body;
let session;

test("functions have it from its entry, with what it requires", { skip, timeout: 300_000 }, async () => {
  session = await lab.go();
  const expected = ["hello", "installed", path.join(lab.app, "tools/greeting.py")];
  assert.deepEqual(await call("Fn"), expected, session.tail());
  assert.deepEqual(await call("Plain"), expected, session.tail());
  assert.equal(session.lines.filter((line) => /installing requirements\.txt of its layer shared\/Tools into \.live\/python\//.test(line)).length, 1, session.tail());
});

test("the session says that a placeholder is deployed", { skip }, async () => {
  assert.equal(session.lines.filter((line) => /shared\/Tools is deployed as a placeholder.*live deploy bundles it/.test(line)).length, 1, session.tail());
});

test("a save in its entry is live in the next call", { skip, timeout: 60_000 }, async () => {
  for (const word of ["saved", "again"]) {
    lab.write("tools/greeting.py", `WORD = "${word}"\n`);
    await until("answers by the saved layer", async () => (await call("Fn"))[0] === word && (await call("Plain"))[0] === word);
  }
});

test("so is a save of what it requires", { skip, timeout: 60_000 }, async () => {
  for (const [file, text] of Object.entries(smallPackage("tools/small", "another"))) lab.write(file, text);
  lab.write("tools/requirements.txt", "./small  # another\n");
  await until("an answer with the other package", async () => (await call("Fn"))[1] === "another");
});

test("one that comes to the app later needs no Docker either", { skip, timeout: 300_000 }, async () => {
  await session.stop();
  lab.write("more/later.py", 'WORD = "later"\n');
  lab.write("fn/main.py", "import later\ndef answer(event, context): return later.WORD\n");
  session = await lab.go();
  assert.equal(await call("Fn"), "later", session.tail());
});

test("a deployed function's layers are bundled, which needs Docker", { skip, timeout: 120_000 }, async () => {
  await session.stop();
  const { code, text } = await lab.run("start", "--local", "--stage", lab.stage, "--only", "Fn");
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*: shared\/Tools is bundled in Docker, and no-docker-here is not on PATH: install Docker/);
});

test("live deploy says that its bundling needs Docker, and ends", { skip, timeout: 120_000 }, async () => {
  const { code, text } = await lab.run("deploy", "--local", "--stage", lab.stage);
  assert.equal(code, 1, text);
  assert.match(text, /✗ .*: shared\/Tools is bundled in Docker, and no-docker-here is not on PATH: install Docker/);
});

test("live diff does not tell of the placeholder, and live deploy bundles it", { skip, timeout: 300_000 }, async () => {
  lab.env.CDK_DOCKER = path.join(lab.folder, "docker");
  writeFileSync(lab.env.CDK_DOCKER, docker, { mode: 0o755 });
  const told = await lab.do("diff");
  assert.doesNotMatch(told, /LayerVersion/);
  await lab.do("deploy");
  assert.equal(await call("Fn"), "later");
});
