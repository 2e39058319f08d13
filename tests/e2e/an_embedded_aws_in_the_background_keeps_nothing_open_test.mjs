// Who started it may wait for the end of a pipe: a shell's, a terminal's, a test runner's.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({});
after(() => lab.dispose());

test("a pipe that was open where it is started ends with its starter", async () => {
  const started = spawn(lab.live, ["cloud", "start"], { cwd: lab.app, env: lab.env, stdio: ["ignore", "ignore", "inherit", "pipe"] });
  const ended = new Promise((resolve) => started.stdio[3].on("close", resolve).resume());
  const code = await new Promise((resolve) => started.on("exit", resolve));
  assert.equal(code, 0);
  const stopped = new Promise((resolve) => setTimeout(resolve, 20_000, "still open").unref());
  assert.notEqual(await Promise.race([ended, stopped]), "still open");
  assert.match(await lab.must("cloud", "status"), /running at/);
});
