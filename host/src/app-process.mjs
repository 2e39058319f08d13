// Runs the user's CDK app as a child process and turns what goes wrong in it into one clear error.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { HostError } from "./protocol.mjs";

const preload = fileURLToPath(new URL("./preload.cjs", import.meta.url));
/** @type {Set<number>} Process groups that end with us */
const groups = new Set();
process.on("exit", () => groups.forEach(end));

/** @param {number} group */
function end(group) {
  try {
    process.kill(-group, "SIGKILL");
  } catch {} // already gone
}

/** NODE_OPTIONS with our preload behind what is there. @param {string | undefined} given */
export function nodeOptions(given) {
  const quoted = preload.includes(" ") ? `"${preload}"` : preload;
  return [given, `--require ${quoted}`].filter(Boolean).join(" ");
}

/**
 * @param {{ command: string, folder: string, env: Record<string, string | undefined>, failure: string }} app
 * @param {import("./protocol.mjs").Call} call
 */
export async function runApp({ command, folder, env, failure }, { signal, emit }) {
  signal.throwIfAborted();
  // A shell, because that is how the CDK runs an app's command; a group, so that all of it can be ended.
  const child = spawn(command, { shell: true, cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const group = child.pid;
  if (group) groups.add(group);
  const stop = () => group && end(group);
  signal.addEventListener("abort", stop, { once: true });
  /** @type {string[]} */
  const said = [];
  const reading = [
    { stream: "out", input: child.stdout },
    { stream: "err", input: child.stderr },
  ].map(async ({ stream, input }) => {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (stream === "err") said.push(line);
      if (said.length > 200) said.shift();
      emit({ event: "output", stream, line });
    }
  });
  /** @type {{ code: number | null, signal: string | null }} */
  const ended = await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, name) => resolve({ code, signal: name }));
  });
  await Promise.all(reading);
  signal.removeEventListener("abort", stop);
  if (group) groups.delete(group);
  if (ended.code !== 0) throw await explain(command, failure, ended, said);
}

/** @param {string} command @param {string} failure @param {{ code: number | null, signal: string | null }} ended @param {string[]} said */
async function explain(command, failure, ended, said) {
  if (existsSync(failure)) {
    const { message, name, stack } = JSON.parse(await readFile(failure, "utf8"));
    return new HostError(message, { code: "AppFailed", ...place(stack), stack, detail: { name } });
  }
  const how = ended.signal ? `was ended by ${ended.signal}` : `exited with status ${ended.code}`;
  const thrown = said.find((line) => /^\s*(\w*Error|Uncaught.*): /.test(line)) ?? said.at(-1) ?? "it printed nothing";
  return new HostError(`the CDK app (${command}) ${how}: ${thrown.trim()}`, {
    code: "AppFailed",
    ...place(said.join("\n")),
    stack: said.slice(-40).join("\n"),
  });
}

/** The first line of the user's own in a stack. @param {string | undefined} stack */
function place(stack) {
  for (const line of (stack ?? "").split("\n")) {
    const found = /\(?((?:file:\/\/)?\/[^():]+):(\d+):(\d+)\)?\s*$/.exec(line);
    if (!found || /node_modules|node:internal/.test(found[1])) continue;
    const file = found[1].startsWith("file:") ? fileURLToPath(found[1]) : found[1];
    if (path.dirname(file) === import.meta.dirname) continue;
    return { file, line: Number(found[2]), column: Number(found[3]) - 1 };
  }
  return {};
}
