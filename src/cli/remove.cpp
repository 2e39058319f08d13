// live remove: the app's stacks, then the debug stack, then what no stack owns.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>

#include "cli/command.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/deployment.h"
#include "live/known_app.h"
#include "live/pollers.h"
#include "live/retained.h"
#include "live/stack_choice.h"

namespace live::cli {
namespace {

struct Options : CommonOptions {
  std::string stack;
};

// Whoever removes a stage writes its name: a key that is hit by mistake removes nothing.
Result<void> agree(const Options& options, const Target& target, const std::string& what) {
  if (options.yes) return outcome::success();
  if (!can_ask(options))
    return fault("nothing was removed: `live remove` asks in a terminal, and elsewhere needs --yes");
  auto const answer =
      read_answer(fmt::format("This removes {}, stage {}, from account {}, region {}.\nType the stage's name "
                              "to go on: ",
                              what, target.stage, target.account, target.region));
  if (answer == target.stage) return outcome::success();
  return fault(answer.empty() ? "nothing was removed"
                              : fmt::format("nothing was removed: \"{}\" is not the stage's name, {}", answer,
                                            target.stage));
}

struct Removal {
  Account& account;
  const Target& target;
  Planner& planner;
  Deployment& deployment;
  Terminal& terminal;
};

// Mappings that no stack of the app owns, and those of functions that are retained: the note of what is
// paused goes with the debug stack.
Async<void> resume_what_stays(Removal at) {
  auto const debug_stack = co_await at.deployment.find_debug_stack();
  if (debug_stack.has_error()) co_return;  // nothing was paused without one
  Pollers pollers(at.account.client(), debug_stack.value().table, at.terminal);
  co_await pollers.resume(Pollers::Which::all);
}

Async<Result<void>> remove_one(Removal at, Options options) {
  LIVE_CO_TRY(auto app, co_await at.planner.discover());
  LIVE_CO_TRY(auto stack, find_stack(app.stacks, options.stack, at.target.stage, at.target.app.name));
  LIVE_CO_TRY(agree(options, at.target, "stack " + stack.name));
  LIVE_CO_TRY(auto removed, co_await at.deployment.remove_one(app.stacks, stack));
  LIVE_CO_TRY(co_await delete_log_groups(at.account, at.target, removed.log_groups));
  tell_retained(removed.retained, at.terminal);
  at.terminal.result(fmt::format("Removed: stack {} and its functions' logs", stack.name),
                     {{"type", "removed"}, {"stage", at.target.stage}, {"stack", stack.name}});
  co_return outcome::success();
}

Async<Result<void>> remove_all(Removal at, Options options) {
  LIVE_CO_TRY(agree(options, at.target, "every stack of " + at.target.app.name));
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto app, co_await at.planner.discover());
  LIVE_CO_TRY(auto removed, co_await at.deployment.remove(std::move(app.stacks)));
  co_await resume_what_stays(at);
  LIVE_CO_TRY(co_await at.deployment.remove_debug_stack());
  LIVE_CO_TRY(co_await delete_log_groups(at.account, at.target, removed.log_groups));
  at.deployment.forget_log_groups();
  at.planner.forget();
  forget_app(at.target.app, at.target.stage);
  tell_retained(removed.retained, at.terminal);
  at.terminal.finish(
      "Removed: the app, its debug stack and its functions' logs",
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began),
      {{"type", "removed"}, {"stage", at.target.stage}});
  co_return outcome::success();
}

Async<Result<void>> remove(Options options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Target& target = prepared.target;
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, target));
  LIVE_CO_TRY(check_account(options, target));
  auto const asked = [options](const std::string& text) { return ask(options, text); };
  Planner planner(host, target, stubs(), terminal);
  Deployment deployment(host, account->client(), account->stacks(), target, host_folder() / "src", terminal,
                        asked);
  Removal const at{*account, target, planner, deployment, terminal};
  if (options.stack.empty()) {
    LIVE_CO_TRY(co_await remove_all(at, options));
  } else {
    LIVE_CO_TRY(co_await remove_one(at, options));
  }
  co_return outcome::success();
}

}  // namespace

void add_remove(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("remove", "Remove the app's stacks and the debug stack");
  add_common(*command, *options);
  command->add_option("STACK", options->stack, "One stack (all of the app, and the debug stack)");
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) { return remove(*options, *terminal); });
  });
}

}  // namespace live::cli
