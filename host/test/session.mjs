// A host process as `live` has it: requests, answers, events.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createInterface } from "node:readline";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const examples = fileURLToPath(new URL("../../examples", import.meta.url));

/** @param {string} process @param {Record<string, string>} [env] */
export function open(process_, env = {}) {
  const script = fileURLToPath(new URL(`../src/${process_}.mjs`, import.meta.url));
  const child = spawn(process.execPath, [script], {
    stdio: ["pipe", "pipe", "ignore"],
    env: { ...process.env, AWS_ACCESS_KEY_ID: "test", AWS_SECRET_ACCESS_KEY: "test", AWS_EC2_METADATA_DISABLED: "true", ...env },
  });
  const waiting = new Map();
  let last = 0;
  createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line);
    const call = waiting.get(message.id);
    if (message.event) return call?.events.push(message);
    waiting.delete(message.id);
    if (message.error) call.reject(Object.assign(new Error(message.error.message), message.error, { events: call.events }));
    else call.resolve(Object.assign(message.result, { events: call.events }));
  });
  return {
    child,
    /** @returns {Promise<any>} */
    call(method, params) {
      const id = ++last;
      const answer = new Promise((resolve, reject) => waiting.set(id, { resolve, reject, events: [] }));
      child.stdin.write(JSON.stringify({ id, method, params }) + "\n");
      return Object.assign(answer, { cancel: () => child.stdin.write(JSON.stringify({ cancel: id }) + "\n") });
    },
    close: () => new Promise((resolve) => (child.once("exit", resolve), child.stdin.end())),
  };
}

/** A folder inside examples/NAME, so that its packages resolve; gone after the test. */
export async function scratch(t, inside) {
  const folder = await mkdtemp(path.join(inside ? path.join(examples, inside) : tmpdir(), ".live-test-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
