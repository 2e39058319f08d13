// live bench: an app of three functions is measured live on an embedded AWS of its own, and the figures are
// told.
#include <span>

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

json::object describe_run() {
#ifdef __OPTIMIZE__
  constexpr bool kOptimised = true;
#else
  constexpr bool kOptimised = false;
#endif
  auto const machine = this_machine();
  return {{"date", iso8601(SystemClock().now())},
          {"version", LIVE_VERSION},
          {"optimised", kOptimised},
          {"machine",
           {{"processor", machine.processor},
            {"cores", machine.cores},
            {"memory_gb", rounded(machine.memory_gb)},
            {"kernel", machine.kernel},
            {"load", rounded(machine.load)}}}};
}

void summarise(const Caller& caller, json::object& figures) {
  auto const number = [&](const char* key) { return figures.at(key).to_number<double>(); };
  figures["lost"] = caller.lost();
  figures["warm_to_raw_loop"] = rounded(number("warm_p50_ms") / number("raw_loop_p50_ms"));
}

Async<Result<void>> first_session(Bench bench) {
  LIVE_CO_TRY(auto took, co_await bench.site.start_session());
  bench.figures["start_first_ms"] = rounded(took);
  co_return outcome::success();
}

struct Step {
  const char* name;
  Async<Result<void>> (*measure)(Bench);
};

// Memory is read twice: as calls of 1 KB leave it, and after those of 5 MB.
constexpr Step kOnOwnCloud[] = {{"the embedded AWS's start", measure_cloud_start},
                                {"`live start` from nothing", first_session},
                                {"warm calls", measure_warm},
                                {"memory", measure_memory},
                                {"raw loop", measure_raw_loop},
                                {"eight at once", measure_eight},
                                {"stub start", measure_stub_start},
                                {"first calls", measure_first_call},
                                {"edits", measure_edits},
                                {"sizes", measure_sizes},
                                {"memory after 5 MB", measure_memory_after_sizes},
                                {"hundreds at once", measure_many},
                                {"`live start`, nothing changed", measure_starts},
                                {"a gateway that takes 10 ms", measure_hops}};

Async<Result<void>> measure(std::span<const Step> steps, Bench bench, Terminal& terminal) {
  for (auto const& step : steps) {
    auto const began = std::chrono::steady_clock::now();
    auto const measured = co_await step.measure(bench);
    if (measured.has_error()) co_return within(step.name, measured.error());
    terminal.step(step.name, std::chrono::milliseconds(static_cast<int64_t>(ms_since(began))));
  }
  summarise(bench.caller, bench.figures);
  co_return outcome::success();
}

Site::Tell telling(Terminal& terminal, const Options& options) {
  return [&terminal, verbose = options.verbose](std::string_view line) {
    if (verbose) terminal.say(line);
  };
}

void print(const Options& options, const json::object& figures) {
  auto const text = options.json ? pretty_json(figures) : table(figures);
  fmt::print("{}", text);
  std::fflush(stdout);
}

Async<Result<void>> bench_own_cloud(Options options, Terminal& terminal) {
  auto const repository = shipped_folder("bench").parent_path();
  if (options.write && !std::filesystem::is_directory(repository / "docs"))
    co_return fault("--write: this executable does not lie in the repository, whose docs/ it would write");
  auto const executor = co_await asio::this_coro::executor;
  auto figures = describe_run();
  LIVE_CO_TRY(auto cloud, OwnCloud::create());
  LIVE_CO_TRY(auto site, Site::create(executor, cloud->launch(), telling(terminal, options)));
  Caller caller(executor, *cloud);
  auto const counts = options.quick ? Counts::quick() : Counts{};
  Bench bench{executor, counts, *cloud, *site, caller, figures, cloud.get()};
  LIVE_CO_TRY(co_await measure(kOnOwnCloud, bench, terminal));
  co_await site->stop_session();
  if (options.write) {
    LIVE_CO_TRY(write_pages(repository, figures));
  }
  print(options, figures);
  co_return outcome::success();
}

Async<Result<void>> run(Options options, Terminal& terminal) {
  if (!options.local) co_return fault("only the embedded AWS can be measured yet: live bench --local");
  co_return co_await bench_own_cloud(options, terminal);
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
