// A CDK app in Python: jsii runs its constructs in Node, where the preload sees them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, codeOf, until } from "../support/lab.mjs";
import { root } from "../support/live.mjs";

/** A Python that has the CDK, kept beside the build; nothing when it cannot be had. */
function pythonWithCdk() {
  const venv = path.join(process.env.LIVE_BUILD ?? path.join(root, "build"), "python-cdk");
  const python = path.join(venv, "bin/python");
  const run = (file, ...args) => execFileSync(file, args, { stdio: "pipe", timeout: 300_000 });
  const { version } = JSON.parse(readFileSync(path.join(root, "examples/cdk-typescript/node_modules/aws-cdk-lib/package.json"), "utf8"));
  try {
    if (!existsSync(python)) run("python3", "-m", "venv", venv);
    if (!existsSync(path.join(venv, "ready"))) run("sh", "-c", `"${python}" -m pip install -q aws-cdk-lib==${version} constructs && touch "${venv}/ready"`);
    return python;
  } catch {
    rmSync(venv, { recursive: true, force: true });
  }
}

const python = pythonWithCdk();
const skip = python ? false : "aws-cdk-lib cannot be installed with pip here";
const lab = new Lab({}, {
  "cdk.json": JSON.stringify({ app: `"${python}" app.py` }),
  "src/index.js": `exports.handler = async () => ({ local: process.env.IS_LOCAL === "true" });`,
  "src/index.py": "import os\n\ndef handler(event, context):\n    return {'local': os.environ.get('IS_LOCAL') == 'true'}\n",
  "app.py": `import os
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

app = cdk.App()
stack = cdk.Stack(app, "lab", stack_name=os.environ["LIVE_STAGE"] + "-lab-lab")
code = lambda_.Code.from_asset("src")
lambda_.Function(stack, "Hello", function_name=os.environ["LIVE_STAGE"] + "-Hello", runtime=lambda_.Runtime.NODEJS_22_X, handler="index.handler", code=code)
lambda_.Function(stack, "Snake", function_name=os.environ["LIVE_STAGE"] + "-Snake", runtime=lambda_.Runtime.PYTHON_3_13, handler="index.handler", code=code)
app.synth()
`,
});
rmSync(path.join(lab.app, "lib"), { recursive: true });
after(() => lab.dispose());

test("its functions run live, those in Python by the environment of the app", { skip }, async () => {
  const session = await lab.go();
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")), { stub: ["Hello", "Snake"], own: [] }, session.tail());
  assert.equal((await lab.invoke("Hello")).body.local, true);
  assert.deepEqual((await lab.invoke("Snake")).body, { local: true });
  lab.write("src/index.js", `exports.handler = async () => ({ saved: true });`);
  await until("saved handler", async () => (await lab.invoke("Hello")).body?.saved);
  lab.write("src/index.py", "def handler(event, context):\n    return {'saved': True}\n");
  await until("saved handler", async () => (await lab.invoke("Snake")).body?.saved);
  assert.equal((await session.stop()).code, 0);
});

test("live deploy and live remove go the same way", { skip }, async () => {
  await lab.do("deploy");
  assert.deepEqual(codeOf(await lab.template("e2e-lab-lab")).stub, []);
  assert.deepEqual((await lab.invoke("Hello")).body, { saved: true });
  await lab.do("remove");
  assert.deepEqual(await lab.leftOver(), []);
});
