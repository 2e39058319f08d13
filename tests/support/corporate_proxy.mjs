// The only way out of a company's network: a proxy that takes CONNECT, and opens AWS's names itself, with certificates of
// an authority of its own, for an embedded AWS.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import path from "node:path";
import { TLSSocket, createSecureContext } from "node:tls";

export class CorporateProxy {
  asked = []; // "host:port", as it was asked for
  authorization; // of whom it lets through; undefined: of everybody
  #contexts = new Map();

  /** @param {string} folder for its certificates @param {number} port the embedded AWS's */
  constructor(folder, port) {
    this.folder = folder;
    this.port = port;
    mkdirSync(folder, { recursive: true });
    this.#openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Corporate", "-keyout", "ca.key", "-out", "ca.pem");
    this.#openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=aws", "-keyout", "server.key", "-out", "server.csr");
    this.server = createServer((_, response) => response.writeHead(403).end());
    this.server.on("connect", (request, socket) => this.#connect(request, socket));
    this.server.on("clientError", (_, socket) => socket.destroy());
  }

  #openssl(...args) {
    execFileSync("openssl", args, { cwd: this.folder, stdio: "pipe" });
  }

  get authority() {
    return path.join(this.folder, "ca.pem");
  }

  async listen() {
    await new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  url(user = "") {
    return `http://${user}127.0.0.1:${this.server.address().port}`;
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }

  #context(host) {
    if (!this.#contexts.has(host)) {
      writeFileSync(path.join(this.folder, "names"), `subjectAltName=DNS:${host}\n`);
      this.#openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem");
      const [key, cert] = ["server.key", "server.pem"].map((file) => readFileSync(path.join(this.folder, file)));
      this.#contexts.set(host, createSecureContext({ key, cert }));
    }
    return this.#contexts.get(host);
  }

  #connect({ url, headers }, socket) {
    this.asked.push(url);
    socket.on("error", () => socket.destroy());
    if (this.authorization && headers["proxy-authorization"] !== this.authorization)
      return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n");
    const host = url.slice(0, url.lastIndexOf(":"));
    if (!host.endsWith(".amazonaws.com")) return socket.end("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    const client = new TLSSocket(socket, { isServer: true, secureContext: this.#context(host) });
    const aws = connect(this.port, "127.0.0.1");
    for (const [one, other] of [[client, aws], [aws, client]]) {
      one.on("error", () => other.destroy());
      one.on("close", () => other.destroy());
    }
    client.pipe(aws).pipe(client);
  }
}
