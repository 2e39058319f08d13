// The first save of CDK code in a session is synthesised as quickly as those after it: the app's process waits for it.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, readlinkSync, realpathSync, rmSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";

const source = (name) => `import * as cdk from "aws-cdk-lib";
import { Code, Function, Runtime } from "aws-cdk-lib/aws-lambda";
const app = new cdk.App();
const stack = new cdk.Stack(app, "lab", { stackName: "e2e-lab-lab" });
new Function(stack, "Hello", { functionName: "e2e-Hello", runtime: Runtime.NODEJS_22_X, handler: "index.handler", code: Code.fromAsset("src") });
new cdk.CfnOutput(stack, "Name", { value: "${name}" });
console.log("synthesised by process " + process.pid);
`;
const lab = new Lab({}, {
  "cdk.json": JSON.stringify({ app: "node app.mjs" }),
  "app.mjs": source("one"),
  "src/index.js": "exports.handler = async () => process.env.IS_LOCAL;",
});
rmSync(path.join(lab.app, "lib"), { recursive: true });
after(() => lab.dispose());

/** Processes that wait to be the app, without the shell that began them: pids. */
function waiting() {
  const isOurs = (pid) => {
    try {
      if (readlinkSync(`/proc/${pid}/exe`) !== realpathSync(process.execPath)) return false;
      return readlinkSync(`/proc/${pid}/cwd`) === lab.app && /\0LIVE_SPARE=/.test(readFileSync(`/proc/${pid}/environ`, "utf8"));
    } catch {
      return false; // it has just ended
    }
  };
  return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && isOurs(name));
}

let session;
test("once a session has started, the app's process waits", async () => {
  session = await lab.go();
  assert.equal((await lab.invoke("Hello")).body, "true");
  await until("process that waits", () => waiting().length > 0);
});

test("the first save is synthesised by it, and the next one by the next", async () => {
  for (const name of ["two", "three"]) {
    await until("process that waits", () => waiting().length > 0);
    const pids = waiting(), from = session.lines.length;
    lab.write("app.mjs", source(name));
    const line = await session.line(/synthesised by process/, "synthesis", { from });
    assert.ok(pids.includes(/process (\d+)/.exec(line)[1]), `${line}: none of ${pids}`);
    await session.line(/Press ENTER to deploy/, "the changes", { from });
  }
});

test("nothing waits when the session has ended", async () => {
  assert.equal((await session.stop()).code, 0);
  await until("end of what waits", () => waiting().length === 0);
});
