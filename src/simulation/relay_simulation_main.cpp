// relay_simulation [--seeds N] [--from N]: runs so many schedules and says what was seen; the first violation
// ends it. relay_simulation --seed N [--verbose]: one of them, printed. --expect-violation: fails without
// one.
#include <malloc.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "simulation/schedule.h"

namespace live::simulation {
namespace {

struct Arguments {
  uint64_t from = 0, seeds = 100'000;
  bool one = false, verbose = false, counts = false, violation = false;
};

Arguments read(int argc, char** argv) {
  Arguments out;
  for (int i = 1; i < argc; ++i) {
    std::string_view const name = argv[i];
    auto const value = [&] { return i + 1 < argc ? std::strtoull(argv[++i], nullptr, 10) : 0; };
    if (name == "--seed") {
      out.from = value();
      out.seeds = 1;
      out.one = true;
    } else if (name == "--seeds") {
      out.seeds = value();
    } else if (name == "--from") {
      out.from = value();
    } else if (name == "--verbose") {
      out.verbose = true;
    } else if (name == "--counts") {
      out.counts = true;
    } else if (name == "--expect-violation") {
      out.violation = true;
    } else {
      fmt::print(stderr,
                 "usage: relay_simulation [--seeds N] [--from N] [--counts] | --seed N [--verbose]\n");
      std::exit(2);
    }
  }
  return out;
}

int run(const Arguments& arguments) {
  Counts counts;
  uint64_t events = 0, fewest = UINT64_MAX;
  auto const began = std::chrono::steady_clock::now();
  Schedule::Print print;
  if (arguments.verbose) print = [](const std::string& line) { fmt::print("{}\n", line); };
  for (uint64_t seed = arguments.from; seed < arguments.from + arguments.seeds; ++seed) {
    Schedule schedule(seed, print);
    auto const outcome = schedule.run();
    counts.add(schedule.counts);
    events += outcome.events;
    fewest = std::min(fewest, outcome.events);
    if (outcome.violation.empty()) continue;
    fmt::print("seed {} after {} seeds: {}\nreplay: relay_simulation --seed {} --verbose\n", seed,
               seed - arguments.from, outcome.violation, seed);
    return arguments.violation ? 0 : 1;
  }
  auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  fmt::print("{} schedules, {} events (fewest {}), {:.1f} s: every invariant held\n", arguments.seeds, events,
             fewest, seconds);
  if (arguments.counts || arguments.one) {
    for (auto const& [what, times] : counts.all()) fmt::print("{:>12}  {}\n", times, what);
  }
  bool all_seen = arguments.one || arguments.seeds < 1000;
  if (!all_seen) {
    all_seen = true;
    for (auto const* const what : Schedule::kMustHappen) {
      if (counts.of(what) > 0) continue;
      fmt::print("never seen: {}\n", what);
      all_seen = false;
    }
  }
  return arguments.violation || !all_seen ? 1 : 0;
}

}  // namespace
}  // namespace live::simulation

int main(int argc, char** argv) {
  // Memory that goes back to the kernel after each schedule is fetched again for the next.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  return live::simulation::run(live::simulation::read(argc, argv));
}
