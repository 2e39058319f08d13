// The stub for arm64 completes calls from end to end; on another processor it runs under QEMU.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab(
  { Echo: { handler: "echo.handler", architecture: "arm64", timeout: 60 } },
  { "src/echo.js": "exports.handler = async (event) => ({ length: event.text.length, text: event.text, pid: process.pid });" },
);
let session;
before(async () => {
  session = await lab.go();
});
after(() => lab.dispose());

for (const length of [10, 200_000, 3_000_000])
  test(`an event and an answer of ${length} characters`, async () => {
    const text = "ä1".repeat(length / 2);
    const { error, text: raw, body } = await lab.invoke("Echo", { text });
    assert.equal(error, undefined, raw.slice(0, 500));
    assert.equal(body.length, length);
    assert.equal(body.text, text);
  });

test("the stub is the one for arm64", { skip: process.arch === "arm64" && "this machine needs no emulator" }, () => {
  const commands = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid)).map(commandOf);
  assert.ok(commands.some((one) => /qemu-aarch64/.test(one) && one.includes(lab.folder)), "no stub runs under QEMU");
});
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return ""; // it has ended
  }
}

test("after Ctrl-C a call fails at once and says what to do", async () => {
  await session.stop();
  const { error, body } = await lab.invoke("Echo", { text: "" });
  assert.equal(error, "Unhandled");
  assert.equal(body.errorType, "Live.NoClient");
  assert.match(body.errorMessage, /live start --stage e2e/);
});
