// Where AWS is reached through an HTTP proxy alone, everything goes through it: requests, the WebSocket, the CDK. The
// proxy opens what is for AWS and leads it on to an embedded one: no endpoint is named anywhere.
import assert from "node:assert/strict";
import path from "node:path";
import { after, test } from "node:test";
import { CorporateProxy } from "../support/corporate_proxy.mjs";
import { Lab } from "../support/lab.mjs";
import { Session } from "../support/live.mjs";

const lab = new Lab({ Hello: { handler: "index.handler" } }, {
  "src/index.js": `exports.handler = async ({ name }) => {
  const { HTTPS_PROXY, HTTP_PROXY, NO_PROXY } = process.env;
  return { text: "hello " + name, HTTPS_PROXY, HTTP_PROXY, NO_PROXY };
};`,
});
await lab.cloud();
const endpoint = (await lab.aws()).AWS_ENDPOINT_URL;
const proxy = await new CorporateProxy(path.join(lab.folder, "proxy"), Number(new URL(endpoint).port)).listen();
proxy.authorization = `Basic ${Buffer.from("ann:s@cret").toString("base64")}`;
await lab.do("deploy"); // bootstraps the account, and has an app there
const direct = { ...lab.env };
for (const name of Object.keys(lab.env)) if (/_proxy$/i.test(name)) delete lab.env[name];
Object.assign(lab.env, {
  AWS_ACCESS_KEY_ID: "test",
  AWS_SECRET_ACCESS_KEY: "test",
  AWS_REGION: "us-east-1",
  HTTPS_PROXY: proxy.url("ann:s%40cret@"),
  NO_PROXY: "internal.example",
  SSL_CERT_FILE: proxy.authority,
  NODE_EXTRA_CA_CERTS: proxy.authority,
});
const through = { ...lab.env };
after(async () => {
  lab.env = direct;
  await lab.dispose();
  proxy.close();
});
let session;

test("doctor says which proxy is used, without its password", async () => {
  const { text } = await lab.run("doctor", "--stage", "e2e");
  assert.match(text, /proxy.*http:\/\/127\.0\.0\.1:\d+ by HTTPS_PROXY/);
  assert.ok(!/s@cret|s%40cret/.test(text), text);
  assert.ok(proxy.asked.includes("sts.us-east-1.amazonaws.com:443"), proxy.asked.join());
});

test("a proxy that wants a user is named, with the next step", async () => {
  lab.env.HTTPS_PROXY = proxy.url();
  const { code, text } = await lab.run("start", "--stage", "e2e");
  assert.notEqual(code, 0);
  assert.match(text, /the proxy of HTTPS_PROXY wants a user and a password \(407\): http:\/\/user:password@127\.0\.0\.1:\d+/);
  lab.env = { ...through };
});

test("live start deploys and connects through it", { timeout: 400_000 }, async () => {
  session = new Session(lab, ["start", "--stage", "e2e"]);
  lab.sessions.push(session);
  await session.listening();
  for (const service of ["cloudformation", "s3", "dynamodb", "execute-api"])
    assert.ok(proxy.asked.some((host) => new RegExp(`(^|\\.)${service}\\.us-east-1\\.amazonaws\\.com:443$`).test(host)), `${service} among ${[...new Set(proxy.asked)].join()}`);
});

test("the embedded AWS, which is on this machine, is reached without it, and the handler has its variables", { timeout: 300_000 }, async () => {
  await session.stop();
  const variables = { HTTPS_PROXY: through.HTTPS_PROXY, HTTP_PROXY: proxy.url(), NO_PROXY: "internal.example" };
  lab.env = { ...direct, ...variables };
  proxy.asked = [];
  await lab.go();
  const { body, text } = await lab.invoke("Hello", { name: "you" });
  assert.deepEqual(body, { text: "hello you", ...variables }, text);
  assert.deepEqual(proxy.asked, []);
});
