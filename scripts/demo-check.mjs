// ./demo --check: the sample app, as a user would run it, on an embedded AWS of its own. A line a step with its
// time; exit code 0 only if every step held.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { Workplace, call, root } from "../tests/support/live.mjs";

const { values: options } = parseArgs({ options: { live: { type: "string" }, "build-ms": { type: "string" }, keep: { type: "boolean" } } });
const place = new Workplace("api-sns", { live: options.live ?? path.join(root, "build/release/live"), isNew: true });
const stage = "check";

let failed = 0;
async function step(name, work) {
  const began = performance.now();
  const report = (mark, text) =>
    console.log(`${mark} ${name.padEnd(46)} ${(Math.round(performance.now() - began) + " ms").padStart(9)}${text ? "   " + text : ""}`);
  try {
    report("ok  ", await work());
  } catch (error) {
    failed += 1;
    report("FAIL", error.message);
    throw error;
  }
}
function expect(truth, message) {
  if (!truth) throw new Error(message);
}

let session;
try {
  const source = path.join(place.app, "src/api.js");
  let url;
  if (options["build-ms"]) console.log(`ok   ${"build".padEnd(46)} ${(options["build-ms"] + " ms").padStart(9)}`);

  await step("cloud up", async () => {
    session = place.start("--stage", stage);
    const line = await session.line(/Embedded AWS/, "embedded AWS");
    const endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0];
    expect(endpoint, `no endpoint in: ${line}`);
    return endpoint;
  });
  await step("debug stack deployed", () => session.line(/✓.*check-api-sns-debug-stack/, "debug stack"));
  await step("app deployed, every function a stub", () => session.line(/✓.*check-api-sns-api/, "app"));
  await step("connected", async () => {
    await session.listening();
    url = session.url("ApiUrl");
    return url;
  });
  await step("first call runs api.js on this machine", async () => {
    const { status, body, text } = await call(url);
    expect(status === 200 && body.greeting === "Hello from api.js" && body.local === true, `${status} ${text}`);
  });
  await step("warm call", async () => {
    const { status, body, text } = await call(url);
    expect(status === 200 && body.local === true, `${status} ${text}`);
  });
  await step("SNS function ran on this machine", async () => {
    const { body } = await call(url);
    await session.line(new RegExp(`received ${body.published}`), "line of sns.js", { timeout: 20_000 });
  });
  await step("edit seen, nothing deployed", async () => {
    writeFileSync(source, readFileSync(source, "utf8").replace("Hello from api.js", "Hello again"));
    const until = Date.now() + 10_000;
    for (;;) {
      const { body } = await call(url);
      if (body.greeting === "Hello again") break;
      expect(Date.now() < until, `still the old answer: ${JSON.stringify(body)}`);
    }
    expect(!session.lines.some((line) => /deploying/i.test(line) && session.lines.indexOf(line) > session.lines.findIndex((l) => /Listening/.test(l))), "something was deployed");
  });
  await step("Ctrl-C says what stays deployed", async () => {
    const { code } = await session.stop();
    expect(code === 0, `exit code ${code}:\n${session.tail()}`);
    await session.line(/live deploy/, "hint to live deploy", { timeout: 1000 });
  });
  await step("calls fail at once, with an explicit error", async () => {
    const began = performance.now();
    const { status, text } = await call(url);
    const took = performance.now() - began;
    expect(status === 502, `status ${status}: ${text}`);
    expect(took < 3000, `it took ${Math.round(took)} ms`);
    return `502 after ${Math.round(took)} ms`;
  });
  await step("live deploy: the deployed code answers", async () => {
    await place.must("deploy", "--local", "--stage", stage);
    const { status, body, text } = await call(url);
    expect(status === 200 && body.greeting === "Hello again" && body.local === false, `${status} ${text}`);
  });
  await step("live remove: nothing of ours is left", async () => {
    await place.must("remove", "--local", "--stage", stage, "--yes");
    const left = await place.leftOver();
    expect(left.length === 0, `left: ${left.join(", ")}`);
  });
} catch {
  // The step has said it.
} finally {
  await place.dispose({ keep: failed > 0 || options.keep });
  if (failed || options.keep) console.log(`Kept for a look: ${place.folder}`);
}
console.log(failed ? "FAILED" : "Every step held.");
process.exit(failed ? 1 : 0);
