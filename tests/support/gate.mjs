// A place where handlers wait until the test lets them go on: no test needs to guess how long anything takes.
// In a handler: await fetch(process.env.GATE or event.gate).
import { createServer } from "node:http";

export class Gate {
  waiting = [];
  #arrivals = [];
  #open = false;

  async listen() {
    this.server = createServer((request, response) => {
      const one = { request, open: () => response.end("go on") };
      if (this.#open) return one.open();
      this.waiting.push(one);
      for (const arrival of this.#arrivals.splice(0)) arrival();
    });
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.server.address().port}/`;
    return this;
  }

  /** Until so many handlers wait here. */
  async reached(count, { timeout = 60_000 } = {}) {
    const until = Date.now() + timeout;
    while (this.waiting.length < count) {
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${this.waiting.length} of ${count} handlers came to the gate`)), until - Date.now());
      });
      await Promise.race([new Promise((resolve) => this.#arrivals.push(resolve)), late]).finally(() => clearTimeout(timer));
    }
  }

  /** Lets those go on who wait. */
  release() {
    for (const one of this.waiting.splice(0)) one.open();
  }

  /** Lets everybody pass from now on. */
  open() {
    this.#open = true;
    this.release();
  }

  close() {
    this.open();
    this.server.closeAllConnections();
    this.server.close();
  }
}
