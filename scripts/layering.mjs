// Holds every #include to the table of rooms in src/CMakeLists.txt; Beast and SSL to net/*.cpp.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";

const table = new Map();
for (const [, name, rest] of readFileSync("src/CMakeLists.txt", "utf8").matchAll(/^live_room\((\w+)([^)]*)\)/gm)) {
  const deps = /DEPS ([\w ]+?)(?: LIBS|$)/.exec(rest.trim())?.[1]?.trim().split(/\s+/) ?? [];
  table.set(name, new Set([name, ...deps]));
}
table.set("cli", new Set(["cli", ...table.keys()]));

const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "src/*.h", "src/*.cpp"])
  .toString().split("\n").filter((file) => file && existsSync(file));
const wrong = [];
for (const file of files) {
  const room = file.split("/")[1];
  const allowed = table.get(room);
  if (!allowed) {
    wrong.push(`${file}: the room ${room}/ is not in src/CMakeLists.txt`);
    continue;
  }
  const text = readFileSync(file, "utf8");
  for (const [, other] of text.matchAll(/^#include "([a-z0-9_]+)\//gm)) {
    if (!allowed.has(other)) wrong.push(`${file}: ${room}/ may not include ${other}/`);
  }
  if (/^#include <(boost\/beast|boost\/asio\/ssl|openssl\/ssl)/m.test(text) && !(room === "net" && file.endsWith(".cpp")))
    wrong.push(`${file}: Beast and SSL are included in src/net/*.cpp only`);
}
for (const line of wrong) console.error(line);
process.exit(wrong.length ? 1 : 0);
