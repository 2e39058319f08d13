// docs/screens.md is what a terminal of 80 columns shows, but for ids, times and what depends on the machine.
// `./test --update the_documented_screens` writes it anew.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { root } from "../support/live.mjs";
import { Shop } from "../support/shop.mjs";
import { InTerminal, ctrlC } from "../support/terminal.mjs";

const page = path.join(root, "docs/screens.md");
const shop = new Shop({ env: { CDK_VALIDATION: "true" }, isNew: true });
const screens = {};
let live;
before(async () => {
  await shop.must("cloud", "start");
  shop.sells({ supplier: { seconds: 3 } });
  live = new InTerminal(shop, ["start", "--local", "--stage", "dev"]);
  shop.stage = "dev";
});
after(async () => {
  await live.end();
  await shop.dispose();
});

const machine = /^! (Deployed, your functions run on|Using default execution policy)/;
let from = 0;
/** What has been added since, as lines. */
function screen() {
  const lines = live.display.lines.slice(from);
  while (lines.at(-1) === "") lines.pop();
  return steady(lines.filter((line) => !machine.test(line)).join("\n"));
}
function next() {
  from = live.display.lines.length - 1;
}

const ids = new Map();
/** Without what differs from one run to the next. */
function steady(text) {
  return text
    .replace(/^\w{8}(?= [→│←✗…])/gm, (id) => ids.get(id) ?? ids.set(id, `${ids.size + 1}`.repeat(2) + "6859fc").get(id))
    .replace(/(?<= {2})[\d.]+ m?s(?: \((build|queue|init)[^)]*\))$/gm, "97 ms (build 31 ms, init 24 ms, handler 42 ms)")
    .replace(/(?<=[│←].* {2})[\d.]+ ms$/gm, "42 ms")
    .replace(/\([\d.]+ m?s\)$/gm, "(3.1 s)")
    .replace(/\d+\/\d+ +\d+ s {2}(.*) \d s$/gm, "10/12   4 s  $1 2 s")
    .replace(/127\.0\.0\.1:\d+/g, "127.0.0.1:4566")
    .replace(/(?<=… )\d+(?= frames)/g, "8");
}

test("a start", async () => {
  await live.displays(/Supplier CustomResource 2 s$/m, { timeout: 180_000 });
  screens.deploying = screen();
  await live.displays(/Listening for requests/, { timeout: 180_000 });
  screens.start = screen();
});

test("calls, a slow one and one that fails", async () => {
  next();
  const counting = shop.invoke("Report", { seconds: 3 });
  await live.displays(/its handler runs/);
  const http = { requestContext: { http: { method: "GET", path: "/basket" } }, rawPath: "/basket" };
  await shop.invoke("Basket", http);
  await shop.invoke("Checkout", { order: { id: "7" } });
  await live.displays(/✗ TypeError[^]*its handler runs[^]*, 2 s$/m);
  screens.calls = screen();
  await counting;
});

test("a change of the infrastructure", async () => {
  await live.displays(/"counted"/);
  next();
  shop.sells({ supplier: { seconds: 3 }, orders: { key: "number" } });
  await live.displays(/Press ENTER to deploy/);
  await shop.invoke("Basket", { rawPath: "/meanwhile" });
  await live.displays(/meanwhile\n[^]*← 200.*\nPress ENTER/);
  screens.offer = screen();
  live.type("\n");
  await live.displays(/✓ Live: 3 functions run here/, { timeout: 180_000 });
  screens.change = screen();
  live.type(ctrlC);
  assert.equal(await live.code, 0);
});

test("the page shows them", () => {
  assert.deepEqual(Object.keys(screens), ["deploying", "start", "calls", "offer", "change"]);
  const block = (text) => text.replace(/^(?=.)/gm, "    ");
  const text = `# What it looks like

What \`live start\` shows in a terminal of 80 columns, without its colours and before it wraps a line. Written by
\`tests/e2e/the_documented_screens_are_what_a_terminal_shows_test.mjs\`, which runs it; ids, times and what depends on the
machine are made the same.

## A start

While a stack is deployed its line stays at the end:

${block(screens.deploying)}

and when all is there:

${block(screens.start)}

## Calls

The last line stays at the end while its call runs, and goes with it:

${block(screens.calls)}

## A change of the infrastructure

The key of a table was changed. The offer stays at the end while calls scroll past:

${block(screens.offer)}

and goes when ENTER is pressed:

${block(screens.change)}
`;
  if (process.env.LIVE_UPDATE_GOLDEN) writeFileSync(page, text);
  assert.equal(text, readFileSync(page, "utf8"), "./test --update writes docs/screens.md anew");
});
