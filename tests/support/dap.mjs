// A debugger as IDEs are one for Python, Go and Ruby: it speaks the Debug Adapter Protocol at a function's port.
import { connect } from "node:net";

export class DapDebugger {
  events = [];
  #answers = new Map();
  #waiting = [];
  #received = Buffer.alloc(0);
  #seq = 0;

  /** It may connect before there is a process: what it says then waits. @param {number} port */
  static open(port) {
    return new DapDebugger(connect(port, "127.0.0.1"));
  }

  constructor(socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {}); // its close says it
    socket.on("end", () => socket.end());
    socket.on("data", (piece) => this.#take(piece));
  }

  #take(piece) {
    this.#received = Buffer.concat([this.#received, piece]);
    for (;;) {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      const size = Number(/Content-Length: (\d+)/.exec(this.#received.subarray(0, end))[1]);
      if (this.#received.length < end + 4 + size) return;
      const message = JSON.parse(this.#received.subarray(end + 4, end + 4 + size));
      this.#received = this.#received.subarray(end + 4 + size);
      this.#hear(message);
    }
  }

  #hear(message) {
    if (message.type === "response") {
      const { resolve, reject } = this.#answers.get(message.request_seq);
      if (message.success) resolve(message.body ?? {});
      else reject(new Error(`${message.command}: ${message.message}`));
    } else if (message.type === "event") {
      this.events.push(message);
      for (const look of [...this.#waiting]) look();
    }
  }

  send(command, args = {}) {
    const seq = ++this.#seq;
    const text = JSON.stringify({ seq, type: "request", command, arguments: args });
    this.socket.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
    return new Promise((resolve, reject) => this.#answers.set(seq, { resolve, reject }));
  }

  /** The next event of that name, once: its body. */
  event(name, { timeout = 60_000 } = {}) {
    return new Promise((resolve, reject) => {
      const end = (settle, value) => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((one) => one !== look);
        settle(value);
      };
      const timer = setTimeout(() => end(reject, new Error(`no event ${name} came; there are ${this.events.map((one) => one.event)}`)), timeout);
      const look = () => {
        const at = this.events.findIndex((one) => one.event === name);
        if (at >= 0) end(resolve, this.events.splice(at, 1)[0].body ?? {});
      };
      this.#waiting.push(look);
      this.closed.then(() => end(reject, new Error(`the connection ended before an event ${name}`)));
      look();
    });
  }

  /** Attaches, sets breakpoints and lets the process go on where it waits for that. @param {Record<string, number[]>} breakpoints lines by file @param {object} attach as the IDE's configuration has it */
  async configure(breakpoints, attach = { request: "attach" }) {
    await this.send("initialize", { adapterID: "test", clientID: "test", linesStartAt1: true, columnsStartAt1: true, pathFormat: "path" });
    const attached = this.send("attach", attach); // debugpy answers it after the configuration
    attached.catch(() => this.socket.destroy());
    await this.event("initialized");
    for (const [file, lines] of Object.entries(breakpoints)) await this.break(file, lines);
    await this.send("configurationDone");
    await attached;
  }

  /** @param {string} file @param {(number | { line: number, condition?: string, logMessage?: string })[]} places */
  async break(file, places) {
    const wanted = places.map((one) => (typeof one === "number" ? { line: one } : one));
    const { breakpoints } = await this.send("setBreakpoints", { source: { path: file }, breakpoints: wanted });
    return breakpoints;
  }

  /** What an expression is worth where it has stopped. */
  async evaluate({ id: frameId }, expression) {
    return (await this.send("evaluate", { expression, frameId, context: "watch" })).result;
  }

  /** What it has printed to the debug console, until that matches. */
  async printed(pattern) {
    for (let text = ""; ; ) {
      text += (await this.event("output")).output;
      const found = pattern.exec(text);
      if (found) return found[0];
    }
  }

  /** Where it has stopped: the frame on top, and its local variables by name. */
  async place({ threadId }) {
    const { stackFrames } = await this.send("stackTrace", { threadId, startFrame: 0, levels: 1 });
    const { scopes } = await this.send("scopes", { frameId: stackFrames[0].id });
    const { variables } = await this.send("variables", { variablesReference: scopes[0].variablesReference });
    return { ...stackFrames[0], threadId, variables: Object.fromEntries(variables.map(({ name, value }) => [name, value])) };
  }

  async stopped() {
    return await this.place(await this.event("stopped"));
  }

  resume({ threadId }) {
    return this.send("continue", { threadId });
  }

  stepOut({ threadId }) {
    return this.send("stepOut", { threadId });
  }

  close() {
    this.socket.destroy();
  }
}
