// The single measurements. Each leaves its figures in a JSON object under the names that
// docs/benchmarks.md explains; a call that fails ends the bench.
#pragma once

#include <map>
#include <string>

#include "cli/bench_calls.h"
#include "cli/bench_cloud.h"
#include "cli/bench_processes.h"
#include "cli/bench_site.h"

namespace live::cli::bench {

struct Counts {  // how often each thing is measured
  int warm_up = 300, warm = 2000, eight_warm_up = 2400, eight = 2000, kb100 = 100, mb5 = 20;
  int first_call = 15, stub_ready = 30, raw_loop = 2000, edits = 30, starts = 3, clouds = 5;
  int many = 500, hop = 200;
  static Counts quick();
  static Counts on_account();  // each call takes longer, and is paid for
};

struct Bench {
  Executor executor;
  Counts counts;
  Place& place;
  Site& site;
  Caller& caller;
  json::object& figures;
  OwnCloud* own_cloud;  // null: `place` is somebody's account

  std::string function(std::string_view name) const;  // its name there: of "call", "edit", "many"
  std::vector<Seen> processes() const;                // of this machine
};

Async<Result<void>> measure_warm(Bench bench);      // 1 KB, one at a time; what AWS would bill of it
Async<Result<void>> measure_eight(Bench bench);     // 1 KB, eight at once
Async<Result<void>> measure_sizes(Bench bench);     // 100 KB and 5 MB, 5 MB there and back
Async<Result<void>> measure_newborn(Bench bench);   // first of all: the first call of each function
Async<Result<void>> measure_raw_loop(Bench bench);  // the gateway alone
Async<Result<void>> measure_edits(Bench bench);
Async<Result<void>> measure_starts(Bench bench);  // `live start`, nothing changed
Async<Result<void>> measure_memory(Bench bench);  // after a quiet second
Async<Result<void>> measure_memory_after_sizes(Bench bench);

// Those that need an embedded AWS of the bench's own.
Async<Result<void>> measure_cloud_start(Bench bench);  // first of all
Async<Result<void>> measure_first_call(Bench bench);   // no stub runs, and no worker
Async<Result<void>> measure_stub_start(Bench bench);
Async<Result<void>> measure_many(Bench bench);  // the client's memory with hundreds of calls in flight
Async<Result<void>> measure_hops(Bench bench);  // last: another embedded AWS, whose gateway takes 10 ms

Async<void> rest(std::chrono::milliseconds time);

}  // namespace live::cli::bench
