// Whether `bench/reload` measures, not how fast: a figure that is missing, zero or absurd fails.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../support/live.mjs";

const live = path.resolve(process.env.LIVE_BINARY ?? path.join(root, "build/dev/live"));

test("bench/reload --json gives one object with every figure, and loses no call", { timeout: 500_000 }, async () => {
  const { stdout } = await promisify(execFile)(path.join(root, "bench/reload"), ["--json", "--quick", "--soak", "4", "--live", live]);
  const figures = JSON.parse(stdout);
  for (const name of ["ts_p50_ms", "ts_p99_ms", "ts_sdk_p50_ms", "ts_sdk_p99_ms", "ts_sdk_external_p50_ms", "js_p50_ms", "bare_runtime_ms"])
    assert.ok(figures[name] > 1 && figures[name] < 20_000, `${name} is ${figures[name]}`);
  for (const name of ["first_worker_overhead_ms", "first_worker_fresh_overhead_ms"])
    assert.ok(Number.isFinite(figures[name]) && Math.abs(figures[name]) < 20_000, `${name} is ${figures[name]}`);
  for (const name of ["python_p50_ms", "ruby_p50_ms"])
    assert.ok(figures[name] === null ? figures.absent[name] : figures[name] > 1, `no word of ${name}`);
  assert.equal(figures.lost, 0);
  assert.ok(figures.calls > 10, `${figures.calls} calls`);
  const { edits, lost, first_p50_ms, last_p50_ms, before, after } = figures.soak;
  assert.deepEqual({ edits, lost }, { edits: 4, lost: 0 });
  assert.ok(first_p50_ms > 1 && last_p50_ms > 1, JSON.stringify(figures.soak));
  for (const { client, builder, worker, processes } of [before, after])
    assert.ok(client > 5 && builder > 20 && worker > 20 && processes >= 3, JSON.stringify(figures.soak));
});
