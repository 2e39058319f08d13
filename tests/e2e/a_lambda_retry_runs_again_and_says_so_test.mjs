import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Lab, client, sdk, until } from "../support/lab.mjs";

// Asynchronous invocations that fail: Lambda tries them again as the function's own configuration says.
const functions = {
  Twice: { handler: "fail.handler" },
  Never: { handler: "fail.handler", retries: 0 },
};
const lab = new Lab(functions, {
  "src/fail.js": `
    exports.handler = async ({ notes, id }, context) => {
      require("fs").appendFileSync(notes, id + " " + context.awsRequestId + "\\n");
      throw new Error("no luck");
    };`,
});
let session, lambda;
before(async () => {
  await lab.cloud("--retry-delay", "0.2");
  session = await lab.go();
  lambda = await client(lab, "lambda", "LambdaClient");
});
after(() => lab.dispose());

async function send(id) {
  const { InvokeCommand } = sdk("lambda");
  const Payload = Buffer.from(JSON.stringify({ notes: lab.notes, id }));
  const { StatusCode } = await lambda.send(new InvokeCommand({ FunctionName: `e2e-${id}`, InvocationType: "Event", Payload }));
  assert.equal(StatusCode, 202);
}
const runs = (id) => lab.noted().filter((line) => line.startsWith(id));

test("the request runs again, under its id, as often as Lambda tries", async () => {
  await send("Never");
  await send("Twice");
  await until("third run", () => runs("Twice").length === 3);
  assert.equal(new Set(runs("Twice")).size, 1, "each run has another request id");
});

test("the terminal says which attempt it is", async () => {
  const short = runs("Twice")[0].split(" ")[1].slice(0, 8);
  for (const attempt of [2, 3]) await session.line(new RegExp(`${short} ! Lambda tries this request again: attempt ${attempt}$`), `attempt ${attempt}`);
  assert.ok(!session.lines.some((line) => /attempt [14]/.test(line)), session.tail());
});

test("a function without retries runs once", async () => {
  await send("Twice"); // sent later: when its last attempt has come, one of the other would have come too
  await until("sixth run", () => runs("Twice").length === 6);
  assert.equal(runs("Never").length, 1);
});
