import assert from "node:assert/strict";
import { createServer } from "node:net";
import { after, afterEach, test } from "node:test";
import { Lab } from "../support/lab.mjs";

const lab = new Lab({ Hello: { handler: "f.handler" } }, { "src/f.js": "exports.handler = async () => 1;" });
after(() => lab.dispose());
afterEach(async () => {
  for (const session of lab.sessions) await session.kill();
  await lab.run("cloud", "stop");
});

/** A server on a free port, of this machine's choice. */
async function holder() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, port: server.address().port };
}
async function freePort() {
  const { server, port } = await holder();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
const started = (session) => session.line(/Embedded AWS (started|running) at/, "word of the embedded AWS");

test("a free one is taken; when it runs already elsewhere, that is said", async () => {
  const port = await freePort();
  assert.match(await started(lab.start("--stage", "e2e", "--port", String(port))), new RegExp(`started at http://127\\.0\\.0\\.1:${port} `));
  const next = lab.start("--stage", "e2e", "--port", String(port + 1));
  assert.match(await started(next), new RegExp(`running at http://127\\.0\\.0\\.1:${port} `));
  assert.ok(next.lines.some((line) => line.includes(`the embedded AWS runs already, at port ${port}: --port ${port + 1} is for one that is started`)), next.tail());
});

test("a busy one is told, and another one is taken", async () => {
  const { server, port } = await holder();
  const session = lab.start("--stage", "e2e", "--port", String(port));
  const line = await started(session);
  server.close();
  assert.doesNotMatch(line, new RegExp(`:${port} `));
  assert.ok(session.lines.some((one) => one.includes(`port ${port} is in use by another program: the embedded AWS takes another`)), session.tail());
});

test("without --local, and out of range, it is wrong usage: exit code 2", async () => {
  for (const args of [["--port", "4566"], ["--local", "--port", "0"], ["--local", "--port", "70000"]]) {
    const { code, text } = await lab.run("start", ...args);
    assert.equal(code, 2, text);
    assert.match(text, /--port/);
  }
});
