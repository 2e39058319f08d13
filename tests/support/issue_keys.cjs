// A credential process of an AWS profile: keys of a new user that has all rights, for so many seconds; and the users
// whose time has passed are deleted, so that their keys are refused from then on.
//   node issue_keys.cjs ENDPOINT SECONDS RECORD
const path = require("node:path");
const fs = require("node:fs");
const { createRequire } = require("node:module");
const iam = createRequire(path.join(__dirname, "../../host/package.json"))("@aws-sdk/client-iam");

const [endpoint, seconds, record] = process.argv.slice(2);
const client = new iam.IAMClient({ endpoint, region: "us-east-1", credentials: { accessKeyId: "test", secretAccessKey: "test" } });
const send = (name, input) => client.send(new iam[`${name}Command`](input));

async function drop({ UserName, AccessKeyId }) {
  await send("DeleteAccessKey", { UserName, AccessKeyId });
  await send("DeleteUserPolicy", { UserName, PolicyName: "all" });
  await send("DeleteUser", { UserName });
}

async function main() {
  const issued = fs.existsSync(record) ? JSON.parse(fs.readFileSync(record, "utf8")) : [];
  const now = Date.now();
  for (const one of issued.filter((one) => !one.dropped && one.end < now)) {
    await drop(one);
    one.dropped = true;
  }
  const UserName = `dev-${issued.length + 1}-${process.pid}`;
  await send("CreateUser", { UserName });
  const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] });
  await send("PutUserPolicy", { UserName, PolicyName: "all", PolicyDocument });
  const { AccessKey } = await send("CreateAccessKey", { UserName });
  const end = now + seconds * 1000;
  const draft = `${record}.${process.pid}`; // whoever reads the record reads all of it
  fs.writeFileSync(draft, JSON.stringify([...issued, { UserName, AccessKeyId: AccessKey.AccessKeyId, end, dropped: false }]));
  fs.renameSync(draft, record);
  const { AccessKeyId, SecretAccessKey } = AccessKey;
  console.log(JSON.stringify({ Version: 1, AccessKeyId, SecretAccessKey, Expiration: new Date(end).toISOString() }));
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
