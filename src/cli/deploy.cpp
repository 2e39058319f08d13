// live deploy: the app with its real code, functions that ran live included.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/ranges.h>

#include "cli/account.h"
#include "cli/command.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/deployment.h"
#include "live/pollers.h"
#include "live/stack_choice.h"
#include "live/wanted_off.h"

namespace live::cli {
namespace {

struct Options : CommonOptions {
  std::string stack, outputs_file;
};

// A session has paused them because its functions were stubs, and those are no more.
Async<void> resume_pollers(Account& account, Deployment& deployment, std::vector<std::string> stacks,
                           Terminal& terminal) {
  auto const debug_stack = co_await deployment.find_debug_stack();
  if (debug_stack.has_error()) {
    terminal.warn("which event source mappings are paused is not known: " + debug_stack.error().message);
    co_return;
  }
  Pollers pollers(account.client(), debug_stack.value().table, terminal);
  auto const wanted_off = [&account, &stacks] { return mappings_wanted_off(account.stacks(), stacks); };
  co_await pollers.resume(Pollers::Which::of_real_code, wanted_off);
}

Async<Result<void>> deploy(Options options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(host.toolkit().begin());
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, prepared.target));
  LIVE_CO_TRY(check_account(options, prepared.target));
  prepared.target.outputs_file = options.outputs_file;
  auto const question = [options](const std::string& text) { return ask(options, text); };
  Planner planner(host, prepared.target, stubs(), terminal);
  Deployment deployment(host, account->client(), account->stacks(), prepared.target, host_folder() / "src",
                        terminal, question);
  LIVE_CO_TRY(auto ground, co_await deployment.survey());
  bool const has_debug_stack = ground.debug_stack.exists;
  LIVE_CO_TRY(co_await deployment.ensure_bootstrapped(std::move(ground.bootstrap)));
  LIVE_CO_TRY(auto plan, co_await planner.real(options.stack));
  auto const names = names_of(plan.stacks);
  LIVE_CO_TRY(co_await deployment.deploy(std::move(plan), Host::Pace::standard));
  if (has_debug_stack) co_await resume_pollers(*account, deployment, names, terminal);
  auto const what = options.stack.empty()
                        ? "every function runs its"
                        : fmt::format("the functions of {} run their", fmt::join(names, ", "));
  terminal.result(
      fmt::format("Deployed: {} own code.", what),
      {{"type", "deployed"}, {"stage", prepared.target.stage}, {"stacks", json::value_from(names)}});
  co_return outcome::success();
}

}  // namespace

void add_deploy(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("deploy", "Deploy the app with its real code");
  add_common(*command, *options);
  command->add_option("STACK", options->stack, "One stack, with those that it needs (all of the app)");
  command->add_option("--outputs-file", options->outputs_file, "Write the stacks' outputs there, as JSON")
      ->type_name("FILE");
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(*terminal, [&](Interruption&) { return deploy(*options, *terminal); });
  });
}

}  // namespace live::cli
