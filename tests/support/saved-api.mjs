// A function in TypeScript that says of the packages that it loads whether they were loaded before its own code was.
import assert from "node:assert/strict";
import { test } from "node:test";
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

const outer = "src/node_modules/outer/index.js";

/** A package that has the SDK, says when it was loaded, and has `more`. @param {string} [more] */
export const withOuter = (more = "null") => ({ [outer]: `exports.sdk = require("@aws-sdk/client-s3"); exports.at = performance.now(); exports.more = ${more};` });

/** Wherever that package lies: what may not be missed when it is loaded before a save. @param {SavedApi} api whose source takes {first} */
export function testWhatHasChanged(api) {
  test("another version of a package is what the next code gets", async () => {
    api.write(outer, withOuter('"another"')[outer]);
    assert.equal((await api.saved()).more, "another");
    await api.loaded();
  });

  test("what the new code sets before it loads a package is seen by it", async () => {
    api.write(outer, withOuter("globalThis.setting ?? null")[outer]);
    await api.loaded();
    assert.deepEqual((await api.saved({ first: '(globalThis as any).setting = "of the handler";' })).more, "of the handler");
  });
}
