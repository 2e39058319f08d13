// A debugger as IDEs are one: it speaks the Chrome DevTools Protocol, and binds breakpoints by source maps.
import { readFileSync, readdirSync } from "node:fs";
import { SourceMap } from "node:module";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { call } from "./live.mjs";
import { connect } from "./websocket.mjs";

/** The debug port of a function, as the start tells it. */
export function debugPort(session, name) {
  const line = session.lines.find((one) => one.startsWith("Debug ports: "));
  const port = new RegExp(`\\b${name} (\\d+)`).exec(line ?? "")?.[1];
  if (!port) throw new Error(`no debug port of ${name} was told:\n${session.tail()}`);
  return Number(port);
}

/** What can be debugged at a port. */
export const targets = async (port) => (await call(`http://127.0.0.1:${port}/json/list`)).body;

export class Debugger {
  events = [];
  #answers = new Map();
  #waiting = [];
  #id = 0;

  /** The first of what is there, as an IDE takes it. */
  static async attach(port) {
    return await Debugger.open((await targets(port))[0].webSocketDebuggerUrl);
  }

  static async open(url) {
    const { origin, pathname } = new URL(url.replace("ws:", "http:"));
    return new Debugger(await connect(origin, pathname, { Host: "localhost" })); // as VS Code says it
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = socket.closed;
    this.#read().catch(() => {}); // until the connection ends
  }

  async #read() {
    for (;;) {
      const message = JSON.parse(await this.socket.read({ timeout: 2 ** 31 - 1 }));
      if (message.id) {
        const { resolve, reject, method } = this.#answers.get(message.id);
        if (message.error) reject(new Error(`${method}: ${message.error.message}`));
        else resolve(message.result);
      } else {
        this.events.push(message);
        for (const look of [...this.#waiting]) look();
      }
    }
  }

  send(method, params = {}) {
    const id = ++this.#id;
    this.socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#answers.set(id, { resolve, reject, method }));
  }

  /** The next event of that name, once. */
  event(method, { timeout = 60_000 } = {}) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${method} came`)), timeout);
      const look = () => {
        const at = this.events.findIndex((one) => one.method === method);
        if (at < 0) return;
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve(this.events.splice(at, 1)[0].params);
      };
      this.#waiting.push(look);
      look();
    });
  }

  /** Sets breakpoints and lets the process go on where it waits for that. @param {{url: string, lineNumber: number}[]} breakpoints */
  async configure(...breakpoints) {
    const done = [this.send("Runtime.enable"), this.send("Debugger.enable")];
    done.push(...breakpoints.map((one) => this.send("Debugger.setBreakpointByUrl", one)));
    done.push(this.send("Runtime.runIfWaitingForDebugger"));
    return await Promise.all(done);
  }

  /** As VS Code: the place of a line is looked for when a script has been told of that has a source map, and found after a while. */
  async configureBySourceMap(app, file, line, { takes = 300 } = {}) {
    const source = pathToFileURL(path.join(app, file)).href;
    await this.configure({ urlRegex: source.replace(/[.\\/]/g, "\\$&"), lineNumber: line - 1 });
    while (!(await this.event("Debugger.scriptParsed")).sourceMapURL);
    await delay(takes);
    await this.send("Debugger.setBreakpointByUrl", generatedPlace(app, file, line));
  }

  /** The value of an expression where it is paused. */
  async value(paused, expression) {
    const { callFrameId } = paused.callFrames[0];
    const { result } = await this.send("Debugger.evaluateOnCallFrame", { callFrameId, expression, returnByValue: true });
    return result.value;
  }

  resume() {
    return this.send("Debugger.resume");
  }

  close() {
    this.socket.close();
  }
}

/** Where a line of a source file lies in what was built of it, by the source maps on disk: what an IDE does too. */
export function generatedPlace(app, file, line) {
  const source = path.join(app, file);
  const maps = readdirSync(path.join(app, ".live/build"), { recursive: true }).filter((one) => one.endsWith(".map"));
  for (const one of maps.map((name) => path.join(app, ".live/build", name))) {
    const generated = one.slice(0, -".map".length);
    const payload = JSON.parse(readFileSync(one, "utf8"));
    const isSource = (name) => path.resolve(path.dirname(one), payload.sourceRoot ?? "", name) === source;
    const map = new SourceMap(payload);
    for (const [lineNumber, text] of readFileSync(generated, "utf8").split("\n").entries()) {
      const { originalSource, originalLine } = map.findEntry(lineNumber, text.search(/\S|$/));
      if (originalSource && isSource(originalSource) && originalLine === line - 1)
        return { url: pathToFileURL(generated).href, lineNumber };
    }
  }
  throw new Error(`${file}:${line} is in no bundle: ${maps.join(", ")}`);
}
