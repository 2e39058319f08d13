// A WebSocket client that can do what a browser's cannot: dial one address, name another host, sign or not.
import { randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { request } from "node:http";
import path from "node:path";
import { root } from "./live.mjs";

const require = createRequire(path.join(root, "runtimes/node/package.json"));
const { createHash, createHmac } = await import("node:crypto");
const { SignatureV4 } = require("@smithy/signature-v4");

/** What the signer wants of a hash. */
class Sha256 {
  constructor(secret) {
    this.hash = secret ? createHmac("sha256", secret) : createHash("sha256");
  }
  update(bytes) {
    this.hash.update(bytes);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

export const signer = (credentials, region = "us-east-1", service = "execute-api") =>
  new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });

/** Headers that sign GET https://{host}{path}. @returns {Promise<Record<string, string>>} */
export async function signedHeaders(credentials, host, path, { region, at = new Date() } = {}) {
  const one = { method: "GET", protocol: "https:", hostname: host, path, query: {}, headers: { host } };
  return (await signer(credentials, region).sign(one, { signingDate: at })).headers;
}

/** The query of a presigned GET https://{host}{path}. */
export async function presignedQuery(credentials, host, path, { region, at = new Date(), expiresIn = 60 } = {}) {
  const one = { method: "GET", protocol: "https:", hostname: host, path, query: {}, headers: { host } };
  const { query } = await signer(credentials, region).presign(one, { signingDate: at, expiresIn });
  return "?" + Object.entries(query).map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`).join("&");
}

/** Rejects with {status, body} when the upgrade is refused. */
export function connect(endpoint, target, headers = {}) {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve, reject) => {
    const asked = request({
      hostname,
      port,
      path: target,
      headers: { ...headers, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": randomBytes(16).toString("base64") },
    });
    asked.on("upgrade", (_, socket, head) => resolve(new Socket(socket, head)));
    asked.on("response", async (response) => {
      let body = "";
      for await (const part of response.setEncoding("utf8")) body += part;
      reject(Object.assign(new Error(`refused with ${response.statusCode}: ${body}`), { status: response.statusCode, body }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

class Socket {
  messages = [];
  #waiting = [];
  #bytes;
  #parts = [];
  constructor(socket, head) {
    this.socket = socket;
    this.#bytes = head;
    socket.on("data", (bytes) => this.#take(bytes)).on("error", () => {});
    this.closed = new Promise((resolve) => socket.on("close", resolve));
    this.closed.then(() => this.#waiting.splice(0).forEach(({ reject }) => reject(new Error("the connection is closed"))));
    this.#take(Buffer.alloc(0));
  }

  #take(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const all = this.#bytes;
      if (all.length < 2) return;
      const short = all[1] & 0x7f;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (all.length < at) return;
      const length = short === 126 ? all.readUInt16BE(2) : short === 127 ? Number(all.readBigUInt64BE(2)) : short;
      if (all.length < at + length) return;
      const opcode = all[0] & 0x0f;
      if (opcode < 3) this.#parts.push(all.subarray(at, at + length));
      if (opcode < 3 && all[0] & 0x80) {
        const text = Buffer.concat(this.#parts.splice(0)).toString("utf8");
        const waiting = this.#waiting.shift();
        if (waiting) waiting.resolve(text);
        else this.messages.push(text);
      }
      this.#bytes = all.subarray(at + length);
    }
  }

  /** One frame, as the caller wants it. */
  frame(opcode, payload, { last = true } = {}) {
    const bytes = Buffer.from(payload);
    const mask = randomBytes(4);
    const head = bytes.length < 126 ? Buffer.from([0, 0x80 | bytes.length]) : bytes.length < 65536 ? Buffer.from([0, 0xfe, bytes.length >> 8, bytes.length & 0xff]) : Buffer.alloc(10);
    if (bytes.length >= 65536) head.writeBigUInt64BE(BigInt(bytes.length), 2), (head[1] = 0xff);
    head[0] = (last ? 0x80 : 0) | opcode;
    this.socket.write(Buffer.concat([head, mask, bytes.map((byte, i) => byte ^ mask[i % 4])]));
  }
  send(text) {
    this.frame(1, text);
  }

  /** The next message. */
  read({ timeout = 20_000 } = {}) {
    if (this.messages.length) return Promise.resolve(this.messages.shift());
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("no message came")), timeout);
      const settle = (end) => (value) => (clearTimeout(timer), end(value));
      this.#waiting.push({ resolve: settle(resolve), reject: settle(reject) });
    });
  }

  close() {
    this.socket.destroy();
  }
}
