// live diff: what `live deploy` would change.
#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/account.h"
#include "cli/command.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/diff_view.h"
#include "live/swap_diff.h"

namespace live::cli {
namespace {

struct Options : CommonOptions {
  std::string stack;
  bool fail = false;
};

std::string run_live(const std::vector<std::string>& functions, const Target& target) {
  size_t const count = functions.size();
  return fmt::format(
      "{} function{} run{} live at stage {}: {}. `live deploy` puts back {} own code and settings.", count,
      count == 1 ? "" : "s", count == 1 ? "s" : "", target.stage, fmt::join(functions, ", "),
      count == 1 ? "its" : "their");
}

// Tells it; true: there are differences.
bool tell(std::vector<StackDiff> diffs, const std::vector<std::string>& swapped, const Target& target,
          Terminal& terminal) {
  bool const differs = !is_empty(diffs) || !swapped.empty();
  Fact fact{{"type", "diff"},
            {"stage", target.stage},
            {"differs", differs},
            {"stacks", to_json(diffs)},
            {"run_live", json::value_from(swapped)}};
  show_diffs(diffs, terminal);
  auto const last = swapped.empty() ? std::string(differs ? "`live deploy` deploys this" : "No differences")
                                    : run_live(swapped, target);
  terminal.result(last, std::move(fact));
  return differs;
}

Async<Result<void>> take_stub_permissions_out(std::vector<StackDiff>& diffs, Account& account,
                                              const Target& target) {
  auto const name = fmt::format("{}-{}-debug-stack", target.stage, target.app.name);
  LIVE_CO_TRY(auto found, co_await account.stacks().find({name}));
  auto& outputs = found.front().outputs;
  auto const debug_stack = debug_stack_from(name, outputs["Url"], outputs["Table"], outputs["Bucket"],
                                            target.region, target.account);
  if (debug_stack.has_value()) live::take_stub_permissions_out(diffs, debug_stack.value());
  co_return outcome::success();  // whatever it is, without a debug stack it is shown
}

Async<Result<bool>> diff(Options options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Target& target = prepared.target;
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(host.toolkit().begin());
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, target));
  LIVE_CO_TRY(check_account(options, target));
  Planner planner(host, target, stubs(), terminal);
  LIVE_CO_TRY(auto plan, co_await planner.real(options.stack, Planner::Validate::no));
  auto diffs = co_await host.diff(plan.stacks, target.identity);
  if (diffs.has_error()) co_return within("comparing with what is deployed", diffs.error());
  auto const swapped = take_swap_out(diffs.value());
  if (!swapped.empty()) {
    LIVE_CO_TRY(co_await take_stub_permissions_out(diffs.value(), *account, target));
  }
  co_return tell(std::move(diffs.value()), swapped, target, terminal);
}

}  // namespace

void add_diff(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("diff", "Say what a deployment would change");
  command->add_option("STACK", options->stack, "One stack, with those that it needs (all of the app)");
  command->add_flag("--fail", options->fail, "Exit with 1 when there are differences");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    bool differs = false;
    auto const run = [&](Interruption&) -> Async<Result<void>> {
      LIVE_CO_TRY(differs, co_await diff(*options, *terminal));
      co_return outcome::success();
    };
    exit_code = run_command(*terminal, run);
    if (exit_code == 0 && options->fail && differs) exit_code = 1;
  });
}

}  // namespace live::cli
