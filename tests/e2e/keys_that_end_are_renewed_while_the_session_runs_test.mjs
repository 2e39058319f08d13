// Credentials by profile: of a process, an assumed role, SSO and an MFA device. They end while the session runs, the
// old ones are refused from then on, and no call fails.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, request } from "node:http";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Lab, sleep, until } from "../support/lab.mjs";
import { Session, root } from "../support/live.mjs";
import { InTerminal } from "../support/terminal.mjs";

const hosts = createRequire(path.join(root, "host/package.json"));
const role = "arn:aws:iam::000000000000:role/dev";
const device = "arn:aws:iam::000000000000:mfa/ann";
const lab = new Lab({ Hello: { handler: "hello.handler" } }, { "src/hello.js": "exports.handler = async (event) => event.n;" });
const config = path.join(lab.folder, "aws-config");
const record = path.join(lab.folder, "issued.json");
const servers = [];
const terminals = [];
let sts, portal;

before(async () => {
  await lab.must("deploy", "--local", "--stage", "base", "--yes"); // bootstraps
  const aws = await lab.aws();
  await makeRole(aws);
  sts = await shortLivedRoles(aws.AWS_ENDPOINT_URL);
  portal = await ssoPortal(aws);
  const process = `node ${path.join(root, "tests/support/issue_keys.cjs")} ${aws.AWS_ENDPOINT_URL} 32 ${record}`;
  writeFileSync(
    config,
    `[profile base]\naws_access_key_id=test\naws_secret_access_key=test\n
[profile process]\nregion=us-east-1\ncredential_process=${process}\n
[profile role]\nregion=us-east-1\nrole_arn=${role}\nsource_profile=base\n
[profile mfa]\nregion=us-east-1\nrole_arn=${role}\nsource_profile=base\nmfa_serial=${device}\n
[profile sso]\nregion=us-east-1\nsso_start_url=https://corp.example/start\nsso_region=us-east-1\nsso_account_id=000000000000\nsso_role_name=dev\n`,
  );
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, ...env } = aws;
  const home = path.join(lab.folder, "home");
  lab.env = { ...env, HOME: home, AWS_CONFIG_FILE: config, AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_ENDPOINT_URL_STS: sts.url, AWS_ENDPOINT_URL_SSO: portal.url };
});
after(async () => {
  for (const terminal of terminals) terminal.child.kill();
  for (const server of servers) server.close();
  await lab.dispose();
});

const administrator = ({ AWS_ENDPOINT_URL: endpoint }) => ({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });

async function makeRole(aws) {
  const iam = hosts("@aws-sdk/client-iam");
  const client = new iam.IAMClient(administrator(aws));
  const policy = (statement) => JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const AssumeRolePolicyDocument = policy({ Principal: { AWS: "*" }, Action: "sts:AssumeRole" });
  await client.send(new iam.CreateRoleCommand({ RoleName: "dev", AssumeRolePolicyDocument }));
  const PolicyDocument = policy({ Action: "*", Resource: "*" });
  await client.send(new iam.PutRolePolicyCommand({ RoleName: "dev", PolicyName: "all", PolicyDocument }));
}

async function serve(answer) {
  const server = createServer(answer);
  servers.push(server);
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}`, asked: [] };
}

/** Before the embedded AWS's STS: a role's keys say that they end in 32 s; with the code of a start that deploys, in 60 s. */
async function shortLivedRoles(endpoint) {
  const { hostname, port } = new URL(endpoint);
  const place = await serve(async (asking, response) => {
    const body = await text(asking);
    const asked = Object.fromEntries(new URLSearchParams(body));
    place.asked.push(asked);
    const { method, url, headers } = asking;
    const forwarded = request({ hostname, port, method, path: url, headers }).end(body);
    const [answer] = await once(forwarded, "response");
    const soon = new Date(Date.now() + (asked.TokenCode === "123456" ? 60_000 : 32_000)).toISOString();
    const said = (await text(answer)).replace(/(?<=<Expiration>)[^<]*/, soon);
    response.writeHead(answer.statusCode, { ...answer.headers, "content-length": Buffer.byteLength(said) }).end(said);
  });
  return place;
}

async function text(stream) {
  let all = "";
  for await (const part of stream) all += part;
  return all;
}

/** IAM Identity Center's portal: gives who has signed in a role's keys, for 32 s. */
async function ssoPortal(aws) {
  const { AssumeRoleCommand, STSClient } = hosts("@aws-sdk/client-sts");
  const sts = new STSClient(administrator(aws));
  const place = await serve(async (asking, response) => {
    place.asked.push(asking.url);
    const signedIn = asking.headers["x-amz-sso_bearer_token"] === "signed-in";
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn: role, RoleSessionName: "ann" }));
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = keys;
    const roleCredentials = { accessKeyId, secretAccessKey, sessionToken, expiration: Date.now() + 32_000 };
    response.writeHead(signedIn ? 200 : 401, { "content-type": "application/json", "x-amzn-errortype": "UnauthorizedException" });
    response.end(JSON.stringify(signedIn ? { roleCredentials } : { message: "Session token not found or invalid" }));
  });
  return place;
}

function session(profile) {
  const started = new Session(lab, ["start", "--profile", profile, "--stage", profile, "--yes"]);
  lab.sessions.push(started);
  return started;
}

/** Calls, one after the other, until `enough`. */
async function callsUntil(stage, enough) {
  const timeout = 120_000;
  const end = Date.now() + timeout;
  for (let n = 0; !enough(); ++n) {
    assert.ok(Date.now() < end, `not within ${timeout / 1000} s`);
    const answer = await lab.invoke("Hello", { n }, { stage });
    assert.equal(answer.body, n, answer.text);
    await sleep(50);
  }
}

const issued = () => (existsSync(record) ? JSON.parse(readFileSync(record, "utf8")) : []);

describe("credentials", { concurrency: true }, () => {
  test("a profile's process is asked for new keys before the old ones end; those are refused then, and no call fails", async () => {
    const live = session("process");
    await live.listening();
    await callsUntil("process", () => issued().some(({ dropped }) => dropped));
    let more = 20;
    await callsUntil("process", () => more-- === 0);
    assert.equal(live.child.exitCode, null);
    assert.equal((await live.stop()).code, 0);
  });

  test("an assumed role is assumed again", async () => {
    const live = session("role");
    await live.listening();
    const assumed = () => sts.asked.filter(({ Action, RoleArn }) => Action === "AssumeRole" && RoleArn.endsWith("role/dev")).length;
    const before = assumed();
    await callsUntil("role", () => assumed() > before);
    assert.equal((await live.stop()).code, 0);
  });

  test("keys of SSO are fetched again; when the sign-in has ended it is told before they end, with the command", async () => {
    const cache = path.join(lab.env.HOME, ".aws/sso/cache");
    mkdirSync(cache, { recursive: true });
    const token = path.join(cache, `${createHash("sha1").update("https://corp.example/start").digest("hex")}.json`);
    const signIn = (hours) => writeFileSync(token, JSON.stringify({ accessToken: "signed-in", expiresAt: new Date(Date.now() + hours * 3.6e6).toISOString(), startUrl: "https://corp.example/start", region: "us-east-1" }));
    signIn(8);
    const live = session("sso");
    await live.listening();
    const before = portal.asked.length;
    await callsUntil("sso", () => portal.asked.length > before);
    signIn(-1);
    await callsUntil("sso", () => /The credentials end at \d\d:\d\d:\d\d: .*aws sso login --profile sso/.test(live.lines.join("\n")));
    signIn(8);
    await callsUntil("sso", () => /The credentials were renewed; they end at/.test(live.lines.join("\n")));
    assert.equal((await live.stop()).code, 0);
  });

  const withDevice = async (code, ...args) => {
    const terminal = new InTerminal(lab, ["start", "--profile", "mfa", "--stage", "mfa", "--yes", ...args]);
    terminals.push(terminal);
    await terminal.shows(new RegExp(`the code of the MFA device ${device} is needed`));
    terminal.type(`${code}\n`);
    await terminal.shows(/Listening for requests/);
    return terminal;
  };
  const renewedBy = async (terminal, code) => {
    await terminal.shows(/The credentials end at .*MFA device.*type it here and press ENTER/, { timeout: 120_000 });
    terminal.type(`${code}\n`);
    await until("assumed role", () => sts.asked.some(({ TokenCode }) => TokenCode === code));
    await terminal.shows(/The credentials were renewed/);
    assert.equal((await lab.invoke("Hello", { n: 5 }, { stage: "mfa" })).body, 5);
    terminal.type("\x03");
    assert.equal(await terminal.code, 0);
  };

  test("with an MFA device the code is asked for, and again in the session before the keys end", async () => {
    const terminal = await withDevice("123456");
    await callsUntil("mfa", () => terminal.text.includes("type it here and press ENTER"));
    await renewedBy(terminal, "654321");
    await renewedBy(await withDevice("111111", "--no-deploy"), "222222");
  });
});
