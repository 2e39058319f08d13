import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { clientAs, commands, debugStackOf, giveAway } from "../support/attacker.mjs";
import { Lab } from "../support/lab.mjs";
import { connect, presignedQuery, signedHeaders } from "../support/websocket.mjs";

const lab = new Lab({ Give: { handler: "give.give" } }, { "src/give.js": giveAway });
let session, stack, other, role;
const owner = { accessKeyId: "test", secretAccessKey: "test" };
before(async () => {
  session = await lab.go();
  const second = lab.start("--stage", "other");
  await second.listening();
  [stack, other] = [await debugStackOf(lab), await debugStackOf(lab, "other")];
  role = (await lab.invoke("Give")).body;
});
after(() => lab.dispose());

async function opens(target, headers) {
  const socket = await connect(stack.endpoint, target, headers);
  socket.send('{"type":"hello"}');
  assert.equal(JSON.parse(await socket.read()).type, "hello");
  socket.close();
}
const refused = (target, headers, words = /./) =>
  assert.rejects(opens(target, headers), (error) => {
    assert.equal(error.status, 403, String(error));
    assert.match(error.body, words);
    return true;
  });
const byHeader = (credentials = role, options = {}, host = stack.host) => signedHeaders(credentials, host, "/live", options);
const byQuery = async (credentials = role, options = {}) => ["/live" + (await presignedQuery(credentials, stack.host, "/live", options)), { host: stack.host }];
const ago = (seconds) => new Date(Date.now() - seconds * 1000);

test("the developer and a function's role open it, signed by headers or by the query", async () => {
  for (const who of [owner, role]) {
    await opens("/live", await byHeader(who));
    await opens(...(await byQuery(who)));
  }
});

test("unsigned: 403", async () => {
  await refused("/live", { host: stack.host }, /Missing Authentication Token/);
  await refused(`/_api/${stack.api}/live`, {}, /Missing Authentication Token/);
});

test("signed more than five minutes ago, or for later: 403", async () => {
  await refused("/live", await byHeader(role, { at: ago(301) }), /expired/i);
  await refused("/live", await byHeader(role, { at: ago(-301) }), /not yet current/i);
  await opens("/live", await byHeader(role, { at: ago(240) }));
});

test("a presigned URL after its time: 403, within it it may be used again, as on AWS", async () => {
  const url = await byQuery(role, { at: ago(30), expiresIn: 60 });
  await opens(...url);
  await opens(...url);
  await refused(...(await byQuery(role, { at: ago(61), expiresIn: 60 })), /expired/i);
  await refused(...(await byQuery(role, { at: ago(604_801), expiresIn: 604_800 })), /expired/i);
});

test("tampered with, in whatever part: 403", async () => {
  const headers = await byHeader();
  const bent = (text) => text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
  await refused("/live", { ...headers, authorization: bent(headers.authorization) });
  await refused("/live?more=1", headers);
  await refused("/live", { ...headers, host: other.host });
  await refused("/live", { ...headers, "x-amz-date": headers["x-amz-date"].replace(/\dZ$/, (end) => ((Number(end[0]) + 1) % 10) + "Z") });
  await refused("/live", { ...headers, "x-amz-security-token": bent(headers["x-amz-security-token"]) });
  await refused("/live", { ...headers, authorization: headers.authorization.replace("us-east-1", "us-west-2") });
  await refused("/live", { ...headers, authorization: headers.authorization.replace("execute-api", "s3") });
  const [target, host] = await byQuery();
  await refused(target.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), host);
  await refused(target.replace(/X-Amz-Signature=./, "X-Amz-Signature=x"), host);
  await refused(target + "&more=1", host);
});

test("with keys that are not of this account, or of nobody: 403", async () => {
  await refused("/live", await byHeader({ accessKeyId: "AKIAFOREIGN000000000", secretAccessKey: "foreign" }), /token included in the request is invalid/);
  await refused("/live", await byHeader({ ...role, sessionToken: undefined }));
  await refused("/live", await byHeader({ ...role, secretAccessKey: "another" }));
});

test("of another stage, in either direction: 403", async () => {
  await refused("/other", await signedHeaders(role, stack.host, "/other"));
  await refused("/live", await byHeader(role, {}, other.host), /not authorized to perform: execute-api:Invoke/);
});

test("a user of this account who was not given it: 403", async () => {
  const iam = await clientAs(lab, "iam", "IAMClient");
  const { CreateUserCommand, CreateAccessKeyCommand } = commands("iam");
  await iam.send(new CreateUserCommand({ UserName: "ann" }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: "ann" }));
  const ann = { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
  await refused("/live", await byHeader(ann), /not authorized to perform: execute-api:Invoke/);
  assert.equal(session.child.exitCode, null, session.tail());
});
