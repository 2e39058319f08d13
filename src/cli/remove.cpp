// live remove: the app's stacks, then the debug stack, then what no stack owns.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>

#include "cli/command.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/deployment.h"

namespace live::cli {
namespace {

Async<Result<void>> remove(CommonOptions options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Target& target = prepared.target;
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(auto account, co_await Account::open(host, target));
  std::string const question = fmt::format("Remove every stack of {}, stage {}, from account {}?",
                                           target.app.name, target.stage, target.account);
  if (!ask(options, question, Enter::means_no))
    co_return fault("nothing was removed: answer yes in a terminal, or use --yes");
  auto const asked = [options](const std::string& text) { return ask(options, text); };
  Planner planner(host, target, stubs(), terminal);
  Deployment deployment(host, account->client(), account->stacks(), target, host_folder() / "src", terminal,
                        asked);
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto app, co_await planner.discover());
  LIVE_CO_TRY(auto removed, co_await deployment.remove(std::move(app.stacks)));
  LIVE_CO_TRY(co_await deployment.remove_debug_stack());
  LIVE_CO_TRY(co_await delete_log_groups(*account, target, removed.log_groups));
  deployment.forget_log_groups();
  terminal.step(
      "Removed: the app, its debug stack and its functions' logs",
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
  co_return outcome::success();
}

}  // namespace

void add_remove(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CommonOptions>();
  auto* command = app.add_subcommand("remove", "Remove the app's stacks and the debug stack");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) { return remove(*options, *terminal); });
  });
}

}  // namespace live::cli
