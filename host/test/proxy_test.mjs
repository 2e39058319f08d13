import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer, get } from "node:https";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { isReachedDirectly, proxyAgent, requestHandler } from "../src/proxy.mjs";

const folder = mkdtempSync(path.join(tmpdir(), "live-proxy-"));
const files = { key: path.join(folder, "key.pem"), cert: path.join(folder, "cert.pem") };
execFileSync("openssl", ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=aws.example", "-addext", "subjectAltName=DNS:aws.example", "-keyout", files.key, "-out", files.cert], { stdio: "ignore" });
const ca = readFileSync(files.cert);
const listening = async (server) => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
};
const server = createSecureServer({ key: readFileSync(files.key), cert: ca }, (_, response) => response.end("from AWS"));
const asked = [];
let status = "200 OK";
const proxy = createServer().on("connect", ({ url, headers }, from) => {
  asked.push({ url, authorization: headers["proxy-authorization"] });
  const to = connect(server.address().port, "127.0.0.1", () => {
    from.write(`HTTP/1.1 ${status}\r\n\r\n`);
    from.pipe(to).pipe(from);
  });
  for (const one of [from, to]) one.on("error", () => {});
});
const ports = { server: await listening(server), proxy: await listening(proxy) };
after(() => {
  for (const one of [server, proxy]) one.closeAllConnections();
  server.close();
  proxy.close();
  rmSync(folder, { recursive: true });
});

const agent = (env) => requestHandler({ HTTPS_PROXY: `http://ann:s%40cret@127.0.0.1:${ports.proxy}`, ...env }).httpsAgent;
const text = (options) =>
  new Promise((resolve, reject) => {
    get({ ca, ...options }, async (response) => resolve((await response.toArray()).join(""))).on("error", reject);
  });

test("a request to AWS crosses a tunnel, under AWS's own certificate", async () => {
  assert.equal(await text({ agent: agent(), host: "aws.example", port: 443 }), "from AWS");
  assert.deepEqual(asked.splice(0), [{ url: "aws.example:443", authorization: "Basic YW5uOnNAY3JldA==" }]);
});

test("this machine and what NO_PROXY names are reached directly", async () => {
  assert.equal(await text({ agent: agent(), host: "127.0.0.1", port: ports.server, servername: "aws.example" }), "from AWS");
  assert.deepEqual(asked, []);
  assert.equal(isReachedDirectly("example.com, .internal 10.0.0.1:8443", "a.example.com", 443), true);
  assert.equal(isReachedDirectly("example.com", "badexample.com", 443), false);
  assert.equal(isReachedDirectly("10.0.0.1:8443", "10.0.0.1", 443), false);
  assert.equal(isReachedDirectly("*", "anything", 443), true);
  assert.equal(requestHandler({}), undefined);
});

test("the toolkit has the same agent, unless its endpoint is an embedded AWS", () => {
  const HTTPS_PROXY = `http://127.0.0.1:${ports.proxy}`;
  assert.ok(proxyAgent({ HTTPS_PROXY }));
  assert.equal(proxyAgent({ HTTPS_PROXY, AWS_ENDPOINT_URL: "http://127.0.0.1:4566" }), undefined);
  assert.equal(proxyAgent({}), undefined);
});

test("a proxy that refuses is told", async () => {
  status = "407 Proxy Authentication Required";
  await assert.rejects(text({ agent: agent(), host: "aws.example", port: 443 }), /the proxy of HTTPS_PROXY refuses aws\.example:443 with 407/);
});
