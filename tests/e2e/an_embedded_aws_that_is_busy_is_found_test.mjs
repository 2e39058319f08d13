// One that does not answer at once is there all the same: nobody says that none runs, or starts another on its folder.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, sleep, until } from "../support/lab.mjs";

const lab = new Lab({});
after(() => lab.dispose());

test("while it stands still it is waited for", async () => {
  const started = await lab.must("cloud", "start");
  const pid = Number(/pid (\d+)/.exec(started)[1]);
  process.kill(pid, "SIGSTOP");
  const asked = [lab.run("cloud", "status"), lab.run("cloud", "start"), lab.run("cloud", "faults", "none")];
  await sleep(2500);
  process.kill(pid, "SIGCONT");
  for (const { code, text } of await Promise.all(asked)) assert.equal(code, 0, text);
  assert.match(await lab.must("cloud", "status"), new RegExp(`pid ${pid}\\b`));
});

test("one that has ended is not waited for", async () => {
  const pid = Number(/pid (\d+)/.exec(await lab.must("cloud", "status"))[1]);
  process.kill(pid, "SIGKILL");
  await until("word that none runs", async () => (await lab.run("cloud", "status")).code === 1);
  const again = await lab.must("cloud", "start");
  assert.notEqual(Number(/pid (\d+)/.exec(again)[1]), pid);
});
