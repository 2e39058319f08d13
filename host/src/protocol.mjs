// JSON lines between `live` and one of its Node processes. Standard output belongs to the protocol alone.
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";
import { withFullDisk } from "./full-disk.mjs";

/** What a method says went wrong: `live` shows the message, and the place when there is one. */
export class HostError extends Error {
  /**
   * @param {string} message
   * @param {{ code?: string, file?: string, line?: number, column?: number, detail?: unknown, stack?: string,
   *   inputs?: string[] }} [more] inputs: files whose change may mend it
   */
  constructor(message, more = {}) {
    super(message);
    this.name = "HostError";
    this.code = more.code;
    this.file = more.file;
    this.line = more.line;
    this.column = more.column;
    this.detail = more.detail;
    this.inputs = more.inputs;
    if (more.stack) this.stack = more.stack;
  }
}

/**
 * @typedef {{ signal: AbortSignal, emit: (event: { event: string, [key: string]: unknown }) => void }} Call
 * @typedef {(params: any, call: Call) => unknown} Method
 */

/** @param {unknown} error @param {any} params */
function describe(error, params) {
  const known = error instanceof HostError;
  const e = error instanceof Error ? error : new Error(String(error));
  const folders = [tmpdir(), params?.folder, params?.outdir].filter((one) => typeof one === "string");
  /** @type {Record<string, unknown>} */
  const shown = { message: withFullDisk(plain(e.message), folders) };
  const { code, file, line, column, detail, inputs, sources } = /** @type {any} */ (e);
  if (code ?? (known ? undefined : e.name)) shown.code = String(code ?? e.name);
  if (file) Object.assign(shown, { file, line, column });
  if (detail !== undefined) shown.detail = detail;
  if (known && inputs) Object.assign(shown, { inputs, sources });
  if (e.stack) shown.stack = plain(e.stack);
  return shown;
}

/** Without colours. @param {string} text */
export function plain(text) {
  return text.replace(/\x1b\[[0-9;]*m/g, "");
}

/** @param {AbortSignal} signal @returns {Promise<never>} */
function aborted(signal) {
  return new Promise((_, reject) => {
    const stop = () => reject(new HostError("cancelled", { code: "Cancelled" }));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/** `live` cuts a line above 256 KB: what is longer goes in parts. An escaped character takes six bytes. */
const longest = 40_000;

/** Answers requests until standard input closes. @param {Record<string, Method>} methods */
export function serve(methods) {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true"; // its advice is not for our user
  const write = process.stdout.write.bind(process.stdout);
  // A library or the user's code that prints must not break the protocol.
  process.stdout.write = /** @type {any} */ (process.stderr.write.bind(process.stderr));
  /** @param {Record<string, unknown>} message */
  const send = (message) => {
    const line = JSON.stringify(message);
    if (line.length <= longest) return void write(line + "\n");
    for (let at = 0; at < line.length; at += longest) {
      const part = line.slice(at, at + longest);
      write(JSON.stringify({ id: message.id, part, last: at + longest >= line.length }) + "\n");
    }
  };
  /** @type {Map<number, AbortController>} */
  const running = new Map();

  /** @param {{ id: number, method: string, params?: unknown }} request */
  async function answer({ id, method, params }) {
    const stop = new AbortController();
    running.set(id, stop);
    try {
      if (!Object.hasOwn(methods, method)) throw new HostError(`no method ${method}`, { code: "NoMethod" });
      /** @type {Call} */
      const call = { signal: stop.signal, emit: (event) => running.get(id) === stop && send({ id, ...event }) };
      const work = Promise.resolve(methods[method](params ?? {}, call));
      work.catch(() => {});
      const result = await Promise.race([work, aborted(stop.signal)]);
      send({ id, result: result ?? {} });
    } catch (error) {
      send({ id, error: describe(error, params) });
    } finally {
      running.delete(id);
    }
  }

  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
  lines.on("line", (line) => {
    if (!line.trim()) return;
    let request;
    try {
      request = JSON.parse(line);
    } catch (error) {
      return send({ event: "broken", message: `not JSON: ${line.slice(0, 200)}` });
    }
    if (request.cancel !== undefined) running.get(request.cancel)?.abort();
    else void answer(request);
  });
  lines.on("close", () => process.exit(0));
  process.on("SIGTERM", () => process.exit(143));
  process.on("SIGINT", () => {}); // the terminal's Ctrl-C is `live`'s to handle; it closes our input
  send({ event: "ready", pid: process.pid, node: process.version });
}
