// live bench: brings up an embedded AWS and an app of two functions, measures them live, and tells.
#include <CLI/CLI.hpp>

#include "cli/bench_measure.h"
#include "cli/bench_report.h"
#include "cli/command.h"
#include "cli/run.h"

namespace live::cli {
namespace {

using namespace bench;

struct Options {
  bool local = false, json = false, quick = false, write = false, verbose = false;
};

void describe_run(json::object& figures) {
#ifdef __OPTIMIZE__
  constexpr bool kOptimised = true;
#else
  constexpr bool kOptimised = false;
#endif
  auto const machine = this_machine();
  figures["date"] = iso8601(SystemClock().now());
  figures["version"] = LIVE_VERSION;
  figures["optimised"] = kOptimised;
  figures["machine"] = {{"processor", machine.processor},
                        {"cores", machine.cores},
                        {"memory_gb", rounded(machine.memory_gb)},
                        {"kernel", machine.kernel},
                        {"load", rounded(machine.load)}};
}

Result<void> measure_cloud_start(Site& site, int times, json::object& figures) {
  Samples samples;
  for (int i = 0; i < times; ++i) {
    LIVE_TRY(site.stop_cloud());
    LIVE_TRY(auto took, site.start_cloud());
    samples.add(took);
  }
  figures["cloud_start_ms"] = rounded(samples.median());
  return outcome::success();
}

void summarise(json::object& figures) {
  auto const number = [&](const char* key) { return figures.at(key).to_number<double>(); };
  figures["warm_to_raw_loop"] = rounded(number("warm_p50_ms") / number("raw_loop_p50_ms"));
}

struct Step {
  const char* name;
  Async<Result<void>> (*measure)(Bench);
};

// Memory is read twice: as calls of 1 KB leave it, and after those of 5 MB.
constexpr Step kSteps[] = {{"warm calls", measure_warm},       {"memory", measure_memory},
                           {"raw loop", measure_raw_loop},     {"eight at once", measure_eight},
                           {"stub start", measure_stub_start}, {"first calls", measure_first_call},
                           {"edits", measure_edits},           {"sizes", measure_sizes}};

Async<Result<void>> measure_all(Options options, Terminal& terminal, json::object& figures) {
  auto const executor = co_await asio::this_coro::executor;
  describe_run(figures);
  auto const counts = options.quick ? Counts::quick() : Counts{};
  auto const tell = [&terminal, verbose = options.verbose](std::string_view line) {
    if (verbose) terminal.say(line);
  };
  LIVE_CO_TRY(auto site, Site::create(executor, tell));
  LIVE_CO_TRY(measure_cloud_start(*site, counts.clouds, figures));
  Caller caller(executor, site->cloud());
  auto began = std::chrono::steady_clock::now();
  auto const done = [&](std::string_view what) {
    terminal.step(what, std::chrono::milliseconds(static_cast<int64_t>(ms_since(began))));
    began = std::chrono::steady_clock::now();
  };
  LIVE_CO_TRY(auto first, co_await site->start_session());
  figures["start_first_ms"] = rounded(first);
  done("`live start` from nothing");
  Bench bench{executor, counts, *site, caller, figures};
  for (auto const& step : kSteps) {
    auto const measured = co_await step.measure(bench);
    if (measured.has_error()) co_return within(step.name, measured.error());
    done(step.name);
  }
  figures["client_rss_after_5_mb"] =
      rounded(rss_mb(processes_of(site->cloud().pid, site->session()), Seen::Role::client));
  LIVE_CO_TRY(co_await measure_many(bench));
  done("hundreds at once");
  LIVE_CO_TRY(co_await measure_starts(bench));
  done("`live start`, nothing changed");
  LIVE_CO_TRY(co_await measure_hops(bench));
  done("a gateway that takes 10 ms");
  figures["lost"] = caller.lost();
  summarise(figures);
  co_await site->stop_session();
  co_return outcome::success();
}

Async<Result<void>> run(Options options, Terminal& terminal) {
  if (!options.local) co_return fault("only the embedded AWS can be measured yet: live bench --local");
  auto const repository = shipped_folder("bench").parent_path();
  if (options.write && !std::filesystem::is_directory(repository / "docs"))
    co_return fault("--write: this executable does not lie in the repository, whose docs/ it would write");
  json::object figures;
  LIVE_CO_TRY(co_await measure_all(options, terminal, figures));
  if (options.write) {
    LIVE_CO_TRY(write_pages(repository, figures));
  }
  auto const text = options.json ? pretty_json(figures) : table(figures);
  fmt::print("{}", text);
  std::fflush(stdout);
  co_return outcome::success();
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("bench", "Measure the round trip");
  command->add_flag("--local", options->local, "On an embedded AWS of its own");
  command->add_flag("--json", options->json, "One JSON object, for programs");
  command->add_flag("--quick", options->quick, "A few calls of each kind: whether it works, not how fast");
  command->add_flag("--write", options->write, "Write docs/benchmarks.md and docs/cost.md of the repository");
  command->add_flag("--verbose", options->verbose, "What `live start` says meanwhile");
  command->callback([options, &exit_code] {
    Terminal terminal([](std::string_view line) { fmt::print(stderr, "{}\n", line); }, Terminal::Colour::off,
                      Terminal::Detail::shortened);
    exit_code = run_command(terminal, [&](Interruption&) { return run(*options, terminal); });
  });
}

}  // namespace live::cli
