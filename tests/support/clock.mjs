// A wall clock that is off, for `live` and for whatever it starts: the handlers' processes are started as `node`, with
// an environment of their own, so the first folder of their PATH is one with a `node` that passes the clock on.
import { chmodSync, closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";

export class SkewedClock {
  /** @param {import("./live.mjs").Workplace} place what it starts from now on has this clock */
  constructor(place) {
    const folder = path.join(place.folder, "clock");
    mkdirSync(folder);
    const file = path.join(folder, "off");
    writeFileSync(file, Buffer.alloc(8));
    this.file = openSync(file, "r+");
    const library = path.join(process.env.LIVE_BUILD ?? path.dirname(place.live), "tests/clock.so");
    const node = path.join(folder, "node");
    writeFileSync(node, `#!/bin/sh\nLD_PRELOAD=${library} CLOCK_FILE=${file} exec ${process.execPath} "$@"\n`);
    chmodSync(node, 0o755);
    this.env = { LD_PRELOAD: library, CLOCK_FILE: file, PATH: `${folder}:${process.env.PATH}` };
    place.env = { ...place.env, ...this.env };
  }

  /** Sets it: so many milliseconds ahead, below zero behind. */
  set(ms) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(BigInt(ms));
    writeSync(this.file, bytes, 0, 8, 0);
  }

  close() {
    closeSync(this.file);
  }
}
