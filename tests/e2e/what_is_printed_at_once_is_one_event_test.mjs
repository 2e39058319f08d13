// What a handler logs at once is one event of the function's log group, live and deployed, although it has several lines;
// what it writes to standard output is an event a line. In the terminal the lines stand one below the other.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Lab, until } from "../support/lab.mjs";
import { versionOf } from "../support/programs.mjs";

const languages = {
  Node: {
    program: "node",
    runtime: "nodejs22.x",
    files: {
      "index.js": `exports.handler = async () => {
  console.log("one\\n  two");
  process.stdout.write("three\\nfour");
  console.error("five\\n%s", "six");
  console.log("x".repeat(100_000) + "\\nend");
};`,
    },
    text: ["one\n  two", "three", "four", "five\nsix", /^x{100000}\nend$/],
    json: [{ message: "one\n  two" }, "three", "four", { message: "five\nsix" }, { message: /^x{100000}\nend$/ }],
  },
  Python: {
    program: "python3",
    runtime: "python3.12",
    files: {
      "index.py": `import logging
def handler(event, context):
    logging.warning("one\\n  two")
    print("three\\nfour", end="")
    try:
        {}["key"]
    except KeyError:
        logging.exception("five")
    logging.error("x" * 100_000 + "\\nend")
`,
    },
    text: [/\tone\n {2}two$/, "three", "four", /\tfive\n+Traceback .*\n {2}File .*\n[^]*\nKeyError: 'key'$/, /\tx{100000}\nend$/],
    json: [{ message: "one\n  two" }, "three", "four", { message: "five", errorType: "KeyError" }, { message: /^x{100000}\nend$/ }],
  },
  Ruby: {
    program: "ruby",
    runtime: "ruby3.3",
    files: {
      "index.rb": `require "logger"
def handler(event:, context:)
  puts "one\\n  two"
  print "three\\nfour"
  Logger.new($stdout).error("five\\nsix")
  puts "x" * 100_000 + "\\nend"
  1
end
`,
    },
    text: ["one\n  two", "three", "four", /^E, .* -- : five\nsix$/, /^x{100000}\nend$/],
  },
};
const there = Object.entries(languages).filter(([, { program }]) => versionOf(program));
const skipped = Object.entries(languages).filter(([, { program }]) => !versionOf(program));
for (const [name, { program }] of skipped) test(name, { skip: `SKIPPED: no ${program} on PATH` });

const lab = new Lab(
  Object.fromEntries(
    there.flatMap(([name, { runtime, json }]) => {
      const made = { runtime, handler: "index.handler", code: name, timeout: 30 };
      return [[name, made], ...(json ? [[`${name}Json`, { ...made, logs: "DEBUG" }]] : [])];
    }),
  ),
  Object.fromEntries(there.flatMap(([name, { files }]) => Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]))),
);
after(() => lab.dispose());
let session;

/** The events of a call that are its function's own. */
async function printed(name) {
  const earlier = lab.invoked.length;
  const answer = await lab.invoke(name);
  assert.equal(answer.error, undefined, answer.text);
  const id = lab.invoked[earlier];
  const events = await until(`the end of the log of ${name}`, async () => {
    const all = (await lab.logEvents(name).catch(() => [])).map(({ message }) => message.replace(/\n$/, ""));
    const at = (own) => all.findIndex((event) => own.test(event) && event.includes(id));
    const [start, end] = [at(/^START |"platform\.start"/), at(/^REPORT |"platform\.report"/)];
    return end >= 0 && all.slice(start, end);
  });
  return events.filter((event) => !/^(START|END|LIVE) RequestId: |^\{"time":/.test(event));
}

function assertMatches(event, expected) {
  if (expected instanceof RegExp) return assert.match(event, expected);
  if (typeof expected === "string") return assert.equal(event, expected);
  const object = JSON.parse(event);
  for (const [name, value] of Object.entries(expected)) assertMatches(object[name], value);
}

for (const way of ["live", "deployed"]) {
  test(`${way}: the app`, async () => {
    if (way === "live") return (session = await lab.go());
    await session.stop();
    await lab.do("deploy");
  });
  // The stub's own output is cut by lines: there returns part them.
  const lines = (event) => (way === "live" ? event.replaceAll("\r", "\n") : event);
  for (const [name, { text, json }] of there)
    for (const [id, expected] of [[name, text], ...(json ? [[`${name}Json`, json]] : [])])
      test(`${way}: ${id}`, async () => {
        const events = (await printed(id)).map(lines);
        assert.equal(events.length, expected.length, events.map((one) => one.slice(0, 200)).join("\n---\n"));
        for (const [at, one] of expected.entries()) assertMatches(events[at], one);
      });
}

test("in the terminal, a message of several lines is under its call", { skip: there.length === 0 }, () => {
  const at = session.lines.findIndex((line) => / one$/.test(line));
  assert.match(session.lines[at], /│ .*one$/);
  assert.match(session.lines[at + 1], /│ {3}two$/);
});
