// Whether `bench/start` measures, not how fast: a figure that is missing, zero or absurd fails.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { root } from "../support/live.mjs";

const live = path.resolve(process.env.LIVE_BINARY ?? path.join(root, "build/dev/live"));

test("bench/start --json gives one object with every figure", { timeout: 500_000 }, async () => {
  const { stdout } = await promisify(execFile)(path.join(root, "bench/start"), ["--json", "--quick", "--live", live]);
  const figures = JSON.parse(stdout);
  for (const name of ["unchanged_ready", "synth_first", "synth_warm", "app100_ready", "app100_synth_warm", "app100_reload"])
    assert.ok(figures[`${name}_ms`] > 1 && figures[`${name}_ms`] < 120_000, `${name} is ${figures[`${name}_ms`]}`);
  for (const name of ["unchanged_ready", "app100_ready", "synth_warm"])
    assert.ok(figures[`${name}_without_app_ms`] < figures[`${name}_ms`], `${name} has no part of the app`);
  const { client, builder } = figures.app100_rss_by_role_mb;
  assert.ok(client > 5 && builder > 20, JSON.stringify(figures.app100_rss_by_role_mb));
  assert.ok(figures.app100_rss_mb > client + builder && figures.app100_rss_mb < 1000, `${figures.app100_rss_mb} MB`);
  const { toolkit, app } = figures.app100_rss_ten_minutes_by_role_mb;
  assert.ok(toolkit > 50 && app > 50, "the first save of CDK code finds the toolkit and the app's process loaded");
});
