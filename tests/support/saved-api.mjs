// A function in TypeScript that says of the packages that it loads whether they were loaded before its own code was.
import assert from "node:assert/strict";
import { Lab, until } from "./lab.mjs";

const handler = "src/handler.ts";

export class SavedApi extends Lab {
  #version = 1;
  /**
   * @param {object} bundling of the function @param {Record<string, string>} files the packages
   * @param {(version: number, more?: any) => string} source answers {version, region, isAhead}
   */
  constructor(bundling, files, source) {
    super({ Api: { entry: handler, bundling } }, { "package.json": "{}", "src/package.json": "{}", [handler]: source(1), ...files });
    this.source = source;
  }

  async answer() {
    const { error, text, body } = await this.invoke("Api");
    assert.equal(error, undefined, text);
    assert.match(body.region, /^[a-z]+-[a-z]+-\d$/);
    return body;
  }

  /** The answer after a save, once the session has built it. @param {any} [more] of the source */
  async saved(more) {
    const [session] = this.sessions;
    const from = session.lines.length;
    this.write(handler, this.source(++this.#version, more));
    await session.line(/Api rebuilt/, "rebuilt Api", { from });
    const body = await this.answer();
    assert.equal(body.version, this.#version);
    return body;
  }

  /** The answer after the first save whose code finds its packages loaded. @param {any} [more] */
  loaded(more) {
    return until("a save that finds its packages loaded", async () => {
      const body = await this.saved(more);
      return body.isAhead && body;
    });
  }
}
