// What `live init --ide vscode` writes, taken as VS Code takes it: breakpoints with conditions, log points, exceptions.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { chooseDebugPorts } from "../support/breakpoints.mjs";
import { kept, missing } from "../support/compiled.mjs";
import { Lab } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";
import { debugsAsConfigured } from "../support/vscode.mjs";

const [version] = /\d+\.\d+/.exec(versionOf("python3") ?? "") ?? ["none"];
const wheels = kept(`debugpy-${version}`);
const skip = {
  python: missing("python3", () => {
    mkdirSync(wheels, { recursive: true });
    if (readdirSync(wheels).length > 0) return;
    execFileSync("python3", ["-m", "pip", "download", "-q", "debugpy", "-d", wheels], { stdio: "pipe", timeout: 180_000 });
  }),
  ruby: missing("ruby", () => execFileSync("ruby", ["-e", 'require "debug/session"'], { stdio: "pipe" })),
};
const python = `def greet(name):
    text = "Hello, " + name
    if name == "Eve":
        raise ValueError("not Eve")
    return text


def handler(event, context):
    return greet(event["name"])
`;
const ruby = `def greet(name)
  text = "Hello, " + name
  raise ArgumentError, "not Eve" if name == "Eve"
  text
end

def handler(event:, context:)
  greet(event["name"])
end
`;
const lab = new Lab(
  {
    ...(!skip.python && { Py: { runtime: "python3.12", handler: "hello.handler", code: "src/py", timeout: 30 } }),
    ...(!skip.ruby && { Rb: { runtime: "ruby3.3", handler: "hello.handler", code: "src/rb", timeout: 30 } }),
  },
  { "src/py/hello.py": python, "src/rb/hello.rb": ruby },
  { env: { PIP_NO_INDEX: "1", PIP_FIND_LINKS: wheels, VIRTUAL_ENV: "" } },
);
let session;
before(async () => {
  if (skip.python && skip.ruby) return;
  chooseDebugPorts(lab, "Py", "Rb");
  session = await lab.go("--inspect");
});
after(() => lab.dispose());

async function save(id, file, text) {
  const from = session.lines.length;
  lab.write(file, text.replace("Hello", "Goodbye"));
  await session.line(new RegExp(`↻ ${id} changed`), "reload", { from });
}

test("Python, by debugpy", { skip: skip.python, timeout: 180_000 }, () =>
  debugsAsConfigured({
    lab,
    id: "Py",
    file: path.join(lab.app, "src/py/hello.py"),
    lines: { computed: 3, answered: 5, handler: 9 },
    condition: 'name == "Bob"',
    log: "greets {name}",
    sum: ["len(name) + 1", "4"],
    exceptions: { filters: ["raised"], stops: 2 },
    save: () => save("Py", "src/py/hello.py", python),
  }),
);

test("Ruby, by rdbg", { skip: skip.ruby, timeout: 180_000 }, () =>
  debugsAsConfigured({
    lab,
    id: "Rb",
    file: path.join(lab.app, "src/rb/hello.rb"),
    lines: { computed: 3, answered: 4 },
    condition: 'name == "Bob"',
    log: "greets {name}",
    sum: ["name.size + 1", "4"],
    exceptions: { filters: ["any"], stops: 1 },
    save: () => save("Rb", "src/rb/hello.rb", ruby),
  }),
);
