// Whether `live bench` measures, not how fast: a figure that is missing, zero or absurd fails.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

const live = path.resolve(process.env.LIVE_BINARY ?? path.join(import.meta.dirname, "../../build/dev/live"));

const times = [
  "warm_p50_ms", "warm_p99_ms", "eight_p50_ms", "kb100_p50_ms", "mb5_p50_ms", "mb5_echo_p50_ms", "first_call_ms", "stub_ready_ms",
  "cloud_start_ms", "raw_loop_p50_ms", "hop10_p50_ms", "save_to_live_p50_ms", "save_to_live_p99_ms", "start_unchanged_ms",
];
const memories = ["stub_rss_mb", "client_rss_mb", "cloud_rss_mb", "host_peak_rss_mb", "toolkit_rss_mb", "worker_rss_mb", "client_rss_500_mb"];

test("live bench --json gives one object with every figure", { timeout: 400_000 }, async () => {
  const { stdout } = await promisify(execFile)(live, ["bench", "--local", "--json", "--quick"], { maxBuffer: 1 << 24 });
  const figures = JSON.parse(stdout);
  for (const key of times) assert.ok(figures[key] > 0.01 && figures[key] < 120_000, `${key} is ${figures[key]}`);
  for (const key of memories) assert.ok(figures[key] > 1 && figures[key] < 4_000, `${key} is ${figures[key]}`);
  assert.ok(figures.host_rss_mb >= 0);
  assert.ok(figures.warm_p50_ms <= figures.warm_p99_ms);
  assert.ok(figures.warm_to_raw_loop > 0);
  assert.ok(figures.hop10_p50_ms > 20, "two hops of 10 ms");
  assert.ok(figures.most_in_flight > 24, "more in flight than there are workers");
  assert.equal(figures.lost, 0);

  const roles = new Map();
  for (const { pid, role, rss_mb } of figures.processes) {
    assert.ok(Number.isInteger(pid) && rss_mb > 0);
    roles.set(role, (roles.get(role) ?? new Set()).add(pid));
  }
  for (const role of ["cloud", "client", "stub", "worker"]) assert.ok(roles.get(role)?.size > 0, `no ${role} among the processes`);
  assert.equal(roles.get("cloud").size, 1);
  assert.equal(roles.get("client").size, 1);

  // One message to the developer's machine and one back, and nothing else that is billed by the call.
  const small = figures.billed_per_call["1_kb"];
  assert.ok(small.messages_32kb >= 2 && small.messages_32kb < 3, `${small.messages_32kb} messages a call`);
  assert.ok(figures.billed_per_call["5_mb"].s3_requests >= 2, "5 MB travel through S3");
});
