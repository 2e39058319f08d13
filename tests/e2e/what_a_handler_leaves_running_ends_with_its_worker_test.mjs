// A process that a handler starts as a daemon, twice removed and in a session of its own, is an orphan and nobody's child.
// As on Lambda it ends with its environment, however that ends: by a save, a timeout, a crash, the session's end.
import assert from "node:assert/strict";
import { chmodSync, readFileSync } from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";
import { bootstrap } from "../support/shell_function.mjs";

// It tells its number, and has its output and its environment from nobody then.
const daemon = `setsid env -i /bin/sh -c '/bin/sh -c "echo \\$\\$; exec /bin/sleep 1000 >/dev/null 2>&1" &' &`;

const functions = {
  Node: { runtime: "nodejs22.x", handler: "index.handler", code: "Node", file: "index.js" },
  Python: { runtime: "python3.12", handler: "index.handler", code: "Python", file: "index.py" },
  Shell: { runtime: "provided.al2023", handler: "bootstrap", code: "Shell", file: "bootstrap" },
};
const files = {
  "Node/index.js": `const { execFileSync } = require("node:child_process");
const ways = {
  leave: () => Number(execFileSync("sh", ["-c", ${JSON.stringify(daemon)}])),
  hang: () => new Promise(() => setInterval(() => {}, 1000)),
  crash: () => process.exit(1),
};
exports.handler = async ({ way }) => ways[way]();
`,
  "Python/index.py": `import os, time

def leave():
    read, write = os.pipe()
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            nothing = os.open(os.devnull, os.O_RDWR)
            for number in range(3):
                os.dup2(nothing, number)
            os.write(write, b"%d" % os.getpid())
            time.sleep(1000)
        os._exit(0)
    os.wait()
    return int(os.read(read, 20))

WAYS = {"leave": leave, "hang": lambda: time.sleep(1000), "crash": lambda: os._exit(1)}

def handler(event, context):
    return WAYS[event["way"]]()
`,
  "Shell/daemon": daemon,
  "Shell/bootstrap": bootstrap(`case "$event" in *leave*) sh daemon;; *hang*) sleep 1000;; *crash*) kill $$;; esac`),
};
const there = Object.keys(functions).filter((name) => name !== "Python" || versionOf("python3"));
const lab = new Lab(Object.fromEntries(there.map((name) => [name, { ...functions[name], timeout: 10 }])), files);
chmodSync(path.join(lab.app, "Shell/bootstrap"), 0o755);
after(() => lab.dispose());
let session;

function runs(pid) {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function leave(name) {
  const { body: pid, text } = await lab.invoke(name, { way: "leave" });
  assert.ok(Number.isInteger(pid) && runs(pid), text);
  return pid;
}
const end = (pid) => until(`end of process ${pid}`, () => !runs(pid));

const ends = {
  "a timeout": async (name) => assert.match((await lab.invoke(name, { way: "hang" })).text, /Task timed out/),
  "a crash": async (name) => assert.match((await lab.invoke(name, { way: "crash" })).text, /Runtime exited/),
};

async function save(name) {
  const file = `${name}/${functions[name].file}`, from = session.lines.length;
  lab.write(file, `${lab.read(file)}${name === "Node" ? "//" : "#"} saved\n`);
  await session.line(new RegExp(`↻ ${name} (rebuilt|changed)`), `reload of ${name}`, { from });
}

/** In each language at once, where a worker leaves a process and then ends so. */
const inEach = (act) =>
  Promise.all(
    there.map(async (name) => {
      const pid = await leave(name);
      await act(name);
      await end(pid);
    }),
  );

test("live: the app", async () => (session = await lab.go()));

test("live: a save", () =>
  inEach(async (name) => {
    await save(name);
    await leave(name); // by the new worker
  }));

for (const [how, act] of Object.entries(ends)) test(`live: ${how}`, () => inEach(act));

test("live: the session's end", async () => {
  const left = await Promise.all(there.map(leave));
  await session.stop();
  await Promise.all(left.map(end));
});

test("deployed: the app", () => lab.do("deploy"));

for (const [how, act] of Object.entries(ends)) test(`deployed: ${how}`, () => inEach(act));
