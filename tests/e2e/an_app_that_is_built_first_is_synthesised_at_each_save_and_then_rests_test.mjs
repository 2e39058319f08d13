// What the app's own command writes and then reads is no save: a build, of cdk.json or in the command itself, would else
// ask for the next one without end.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const source = (name) => `import * as cdk from "aws-cdk-lib";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
const name: string = "${name}";
const stack = new cdk.Stack(new cdk.App(), "lab", { stackName: "e2e-lab-lab" });
new cdk.CfnOutput(stack, "Name", { value: name });
new Function(stack, "Hello", { functionName: "e2e-Hello", runtime: Runtime.NODEJS_22_X, handler: "index.handler", code: Code.fromAsset("src") });
`;
const lab = new Lab({}, {
  "bin/app.mts": source("one"),
  "build.mjs": `import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
mkdirSync("dist", { recursive: true });
writeFileSync("dist/app.mjs", readFileSync("bin/app.mts", "utf8").replace(": string", ""));`,
  // As one that is long at it.
  "slow.mjs": `import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from "node:fs";
mkdirSync("dist", { recursive: true });
const file = openSync("dist/app.mjs", "w");
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
writeSync(file, readFileSync("bin/app.mts", "utf8").replace(": string", ""));
closeSync(file);`,
  "src/index.js": "exports.handler = async () => process.env.IS_LOCAL;",
});
rmSync(path.join(lab.app, "lib"), { recursive: true });
after(() => lab.dispose());

for (const [how, settings] of Object.entries({
  "the build of cdk.json": { build: "node build.mjs", app: "node dist/app.mjs" },
  "a build in the command, which removes first what it makes": { app: "rm -rf dist && node build.mjs && node dist/app.mjs" },
  "a build in the command, which removes first what it takes its time to make": { app: "rm -rf dist && node slow.mjs && node dist/app.mjs" },
}))
  test(how, async () => {
    lab.write("cdk.json", JSON.stringify(settings));
    lab.write("bin/app.mts", source("one"));
    const session = await lab.go();
    for (const name of ["two", "three"]) {
      const from = session.lines.length;
      lab.write("bin/app.mts", source(name));
      await session.line(/Press ENTER to deploy/, "the change", { from });
      const rebuilt = session.lines.slice(from).filter((line) => /Rebuilding infrastructure/.test(line)).length;
      assert.ok(rebuilt <= (settings.build ? 1 : 2), session.tail());
    }
    const from = session.lines.length;
    session.child.stdin.write("\n");
    await session.line(/Live: 1 function runs? here/, "deployment", { from });
    assert.equal((await lab.template("e2e-lab-lab")).Outputs.Name.Value, "three");
    assert.equal((await session.stop()).code, 0);
    assert.ok(!session.lines.slice(from).some((line) => /Rebuilding infrastructure/.test(line)), session.tail());
  });
