// live bench: an app of three functions is measured live, on an embedded AWS of the bench's own or on the
// account that a session would use, and the figures are told.
#include <span>

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include "cli/bench_account.h"
#include "cli/bench_report.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/run.h"

namespace live::cli {
namespace {

using namespace bench;

struct Options : CommonOptions {
  bool quick = false, write = false;
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

constexpr Step kOnAccount[] = {{"`live start` from nothing", first_session},
                               {"first calls", measure_newborn},
                               {"warm calls", measure_warm},
                               {"memory", measure_memory},
                               {"raw loop", measure_raw_loop},
                               {"eight at once", measure_eight},
                               {"edits", measure_edits},
                               {"sizes", measure_sizes},
                               {"memory after 5 MB", measure_memory_after_sizes},
                               {"`live start`, nothing changed", measure_starts}};

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
  json::object fact{{"type", "bench"}};
  fact.insert(figures.begin(), figures.end());
  fmt::print("{}", options.json ? compact_json(fact) + "\n" : table(figures));
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

Async<Result<void>> agree(Options options, bench::Account& account, const Counts& counts,
                          Terminal& terminal) {
  terminal.say(account.intention(counts));
  LIVE_CO_TRY(auto const there, co_await account.stacks_there());
  if (!there.empty())
    terminal.warn(fmt::format("{} is there already, of an earlier bench: it is used, and removed too",
                              fmt::join(there, ", ")));
  if (!ask(options, "Measure there?", Enter::means_no))
    co_return fault("nothing was deployed: answer y in a terminal, or use --yes");
  co_return outcome::success();
}

Async<int> leave_early(Departure& departure, const Site& site, Terminal& terminal) {
  terminal.warn("Interrupted: removing what the bench deployed. Ctrl-C again leaves it there; then " +
                site.remove_by_hand());
  auto const left = co_await departure.leave();
  if (left.has_error()) terminal.fail(left.error().message);
  co_return 130;
}

Async<Result<void>> bench_account(Options options, Terminal& terminal, Interruption& interruption) {
  auto const executor = co_await asio::this_coro::executor;
  auto const counts = options.quick ? Counts::quick() : Counts::on_account();
  LIVE_CO_TRY(auto account, co_await bench::Account::find(executor, options));
  LIVE_CO_TRY(co_await agree(options, *account, counts, terminal));
  LIVE_CO_TRY(auto site, Site::create(executor, account->launch(), telling(terminal, options)));
  Caller caller(executor, *account);
  Departure departure(executor, *account, *site, caller, terminal);
  interruption.then = [&departure, &site, &terminal] { return leave_early(departure, *site, terminal); };
  auto figures = describe_run();
  figures["place"] = account->described();
  Bench bench{executor, counts, *account, *site, caller, figures, nullptr};
  auto const measured = co_await measure(kOnAccount, bench, terminal);
  auto const left = co_await departure.leave();
  if (measured.has_error()) {
    if (left.has_error()) terminal.fail(left.error().message);
    co_return measured.error();
  }
  tell_absent(figures);
  print(options, figures);
  co_return left;
}

}  // namespace

void add_bench(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("bench", "Measure the round trip");
  add_common(*command, *options);
  command->add_flag("--quick", options->quick, "A few calls of each kind: whether it works, not how fast");
  auto* local = command->get_option("--local");
  command->add_flag("--write", options->write, "Write docs/benchmarks.md and docs/cost.md of the repository")
      ->needs(local);
  for (auto const* of_an_account : {"--stage", "--region", "--profile", "--role-arn"})
    local->excludes(command->get_option(of_an_account));
  command->callback([options, &exit_code] {
    // A reader that is gone must not keep us from removing what was deployed.
    Terminal terminal(write_message, Terminal::Colour::off,
                      options->quiet ? Terminal::Detail::quiet : Terminal::Detail::shortened);
    exit_code = run_command(terminal, [&](Interruption& interruption) {
      return options->local ? bench_own_cloud(*options, terminal)
                            : bench_account(*options, terminal, interruption);
    });
  });
}

}  // namespace live::cli
