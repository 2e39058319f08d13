// A deployment, slow calls and the offer to deploy a change have lines that stay at the end of a terminal; everything else scrolls past above them.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Shop } from "../support/shop.mjs";
import { InTerminal, ctrlC } from "../support/terminal.mjs";

const shop = new Shop();
const options = ["--local", "--stage", "e2e"];
const start = (size) => new InTerminal(shop, ["start", ...options], {}, size);
const pinned = ({ display }) => display.rows.filter((row) => row.startsWith("… "));
let live;
const slow = /^\w{8} … /;
before(() => shop.must("cloud", "start"));
after(async () => {
  await live?.end();
  await shop.dispose();
});

test("while a stack is deployed its line says how far it is, and which resource takes longest", async () => {
  shop.sells({ supplier: { seconds: 6 } });
  live = start();
  await live.displays(/^… e2e-lab-shop +\d+\/\d+ +\d+ s {2}Supplier CustomResource [12] s$/m, { timeout: 120_000 });
});

test("in another width it is one line again", async () => {
  live.resize(160);
  await live.displays(/^… e2e-lab-shop +\d+\/\d+ +\d+ s {2}Supplier CustomResource [345] s$/m);
  live.resize(50);
  await live.displays(/^… e2e-lab-shop +\d+\/\d+ +\d+ s {2}\S+ [3456] s$/m);
  assert.equal(pinned(live).length, 1, live.display.text);
  assert.ok(pinned(live)[0].length < 50, live.display.text);
});

test("when it is deployed nothing of that is left, and no resource has scrolled past", async () => {
  live.resize(80);
  await live.displays(/Listening for requests/, { timeout: 180_000 });
  assert.equal(pinned(live).length, 0, live.display.text);
  assert.doesNotMatch(live.display.text, /CREATE_COMPLETE|AWS::/);
  assert.match(live.display.text, /✓ Stack e2e-lab-shop deployed \(\d/);
});

test("a slow call says below what it waits for, while others scroll past above it", async () => {
  const counting = shop.invoke("Report", { seconds: 4 });
  await live.displays(/^\w{8} … Report {2}its handler runs \(timeout 30 s\), 1 s$/m);
  await shop.invoke("Basket", { rawPath: "/jane" });
  await live.displays(/^\w{8} … Report {2}its handler runs \(timeout 30 s\), 2 s$/m);
  const rows = live.display.lines.filter(Boolean);
  assert.match(rows.at(-1), slow);
  assert.match(rows.at(-2), /^\w{8} ← 200 \{"articles":/);
  assert.equal(rows.filter((row) => slow.test(row)).length, 1, live.display.text);
  await counting;
  await live.displays(/← Report {2}"counted"/);
  assert.doesNotMatch(live.display.text, /its handler runs/);
  assert.match(live.display.text, /│ red to the end, no clearing,  no moving$/m);
});

test("an error shows the line of code, and the user's own frames before all others", async () => {
  await shop.invoke("Checkout", { order: { id: "7" } });
  await live.displays(/✗ TypeError[^]*--verbose shows them/);
  const id = /(\w{8}) ✗/.exec(live.display.text)[1];
  const shown = live.display.rows.filter((row) => row.startsWith(`${id} │`)).map((row) => row.slice(11));
  assert.deepEqual(shown.slice(0, 4), [
    "    at greet (src/checkout.ts:4:34)",
    "      4 │ return `Dear ${order.customer!.name}`;",
    "        │                                ^",
    "    at handler (src/checkout.ts:7:59)",
  ]);
  assert.match(shown[4], /… \d+ frames of packages and Node\.js/);
});

test("ten calls at once are ten blocks, one after the other", async () => {
  const ten = (name) => Promise.all(Array.from({ length: 10 }, (_, i) => shop.invoke("Basket", { rawPath: `/${name}/${i}` })));
  await ten("cold");
  await live.displays(/(← (Basket  )?200[^]*){11}/);
  const from = live.display.lines.length;
  await ten("warm");
  await live.displays(/(← (Basket  )?200[^]*){21}/);
  const lines = live.display.lines.slice(from - 1).filter((line) => /^\w{8} [→│←]/.test(line));
  const blocks = [];
  for (const line of lines) {
    if (blocks.at(-1)?.[0].slice(0, 8) === line.slice(0, 8)) blocks.at(-1).push(line);
    else blocks.push([line]);
  }
  assert.deepEqual(blocks.map((block) => block.map((line) => line[9]).join("")), Array(10).fill("→││←"), lines.join("\n"));
});

test("the offer to deploy a change stays last while calls scroll past, and goes with ENTER", async () => {
  const offer = "Press ENTER to deploy (1 change, 1 loses data)";
  const change = (key) => shop.sells({ supplier: { seconds: 6 }, orders: { key } });
  change("number");
  await live.displays(/^Press ENTER to deploy/m);
  for (const name of ["one", "two"]) await shop.invoke("Basket", { rawPath: `/offered/${name}` });
  await live.displays(/basket of \/offered\/two\n[^]*← (Basket  )?200.*\nPress ENTER/);
  assert.equal(live.display.lines.filter(Boolean).at(-1), offer);
  assert.equal(live.display.lines.filter((line) => line.startsWith("Press")).length, 1, live.display.text);
  change("name");
  await live.displays(/(Rebuilding infrastructure[^]*){2}Press ENTER to deploy/);
  assert.equal(live.display.lines.filter((line) => line.startsWith("Press")).length, 1, live.display.text);
  live.type("\n");
  await live.displays(/✓ Live: 3 functions run here/, { timeout: 180_000 });
  assert.doesNotMatch(live.display.text, /Press ENTER/);
});

test("Ctrl-C leaves a tidy screen", async () => {
  live.type(ctrlC);
  assert.equal(await live.code, 0);
  assert.match(live.display.lines.join("\n"), /takes the app away\.\n$/);
  assert.equal(live.display.column, 0);
});

test("Ctrl-C during a deployment takes its line away", async () => {
  shop.sells({ supplier: { seconds: 5 } });
  live = start();
  await live.displays(/^… e2e-lab-shop +\d+\/\d+ +\d+ s {2}Supplier CustomResource [12] s$/m, { timeout: 120_000 });
  live.type(`typed${ctrlC}`);
  assert.equal(await live.code, 130);
  assert.equal(pinned(live).length, 0, live.display.text);
  assert.doesNotMatch(live.display.text, /typed/, "what was typed is shown in the middle of the lines");
  assert.match(live.display.lines.join("\n"), /Interrupted while deploying.*takes the app away\.\n$/);
});

test("a failed resource is told once, with its reason, its ids and the place in the app", async () => {
  shop.sells({ supplier: { seconds: 1, fails: "true" } });
  live = start();
  assert.equal(await live.code, 1);
  const { text } = live.display;
  const told = text.slice(text.indexOf("✗")).replaceAll("\n", "");
  assert.match(told, /^✗ shop\/Supplier AWS::CloudFormation::CustomResource: Received.*closed on Sundays/);
  assert.match(text, /^ {4}Supplier of stack e2e-lab-shop$/m);
  assert.match(text, /^ {4}made at lib\/index\.js:\d+:\d+\n {6}\d+ │ new cdk\.CustomResource\(this, "Supplier".*\n +│ \^$/m);
  assert.match(text, /✗ Stack e2e-lab-shop failed: the reason is above/);
  assert.equal(pinned(live).length, 0, text);
});

test("without a terminal a stack says when it begins and ends", async () => {
  shop.sells({ supplier: { seconds: 2 } });
  const { code, text } = await shop.run("deploy", ...options);
  assert.equal(code, 0, text);
  assert.match(text, /^Stack e2e-lab-shop: deploying…$/m);
  assert.match(text, /^✓ Stack e2e-lab-shop deployed/m);
  assert.doesNotMatch(text, /COMPLETE|\x1b/);
});
