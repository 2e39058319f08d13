// live start: the debug stack, the app with its functions swapped, then every call runs here.
#include <algorithm>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "aws/layer_archive.h"
#include "base/memory.h"
#include "cli/answering.h"
#include "cli/command.h"
#include "cli/keyboard.h"
#include "cli/keys_notice.h"
#include "cli/leaving.h"
#include "cli/run.h"
#include "cli/starting.h"
#include "cli/takeover.h"
#include "live/clock_notice.h"
#include "live/infrastructure.h"
#include "live/other_versions.h"
#include "live/pollers.h"
#include "live/stack_choice.h"
#include "live/wanted_off.h"

namespace live::cli {
namespace {

// Ctrl-C before the app is deployed: CloudFormation does not stop for us.
Async<int> leave_early(Answering& all, Terminal& terminal, const StartOptions& options) {
  if (!options.no_deploy)
    terminal.warn(
        "Interrupted while deploying: CloudFormation finishes the stack that it is at. `live start` "
        "continues, `live deploy` puts the real code back, `live remove` takes the app away.");
  co_await all.session.stop(0ms);
  co_return 130;
}

Layers::Fetch fetch_layers_of(Account& account) {
  return [&account](std::string arn) {
    return aws::layer_archive(account.client(), account.http(), std::move(arn));
  };
}

void tell_debug_ports(const Answering& all, Terminal& terminal) {
  auto const ports = debug_ports_in_words(all.fleet.functions());
  if (ports.empty()) return;
  bool const has_port =
      std::ranges::any_of(all.fleet.functions(), [](auto const& one) { return one.second.debug_port != 0; });
  auto const* how = all.debug_ports.auto_attach() ? "the debugger of this terminal attaches by itself"
                    : has_port                    ? "`live init --ide` tells an IDE; docs/debugging.md"
                                                  : "each call says which; docs/debugging.md";
  terminal.say(fmt::format("Debug ports: {}  ({})", ports, how), {{"type", "debug-ports"}, {"text", ports}});
}

// The loop ends when who leaves is done.
Async<void> for_ever(Executor executor) {
  Timer timer(executor);
  timer.never_expire();
  co_await timer.wait();
}

Async<Result<void>> start(StartOptions options, Terminal& terminal, Interruption& interruption) {
  auto const executor = co_await asio::this_coro::executor;
  auto const began = std::chrono::steady_clock::now();
  auto memory = MemoryLimits::of_this_machine();  // before anything else runs in our cgroup
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(host.toolkit().begin());
  LIVE_CO_TRY(auto account, co_await Account::open(host, options, prepared.target));
  account->http().on_measured([&terminal, notice = ClockNotice()](auto const& skew) mutable {
    if (auto const line = notice.after(skew)) terminal.warn(*line);
  });
  tell_of_ending_keys(*account, terminal);
  LIVE_CO_TRY(check_account(options, prepared.target));
  apply(options, prepared.target);
  if (prepared.target.limits == Limits::lifted) memory.cgroups = nullptr;
  auto const question = [options](const std::string& text) { return ask(options, text); };
  Starting starting(host, *account, prepared.target, terminal, question);
  LIVE_CO_TRY(auto prospect, co_await prepare_ground(executor, starting, options));
  Relay relay(executor, *account, prepared.target, prospect.debug_stack);
  LIVE_CO_TRY(co_await relay.ensure_stage_key());
  LIVE_CO_TRY(co_await agree_to_take(relay, options, prepared.target));
  auto planned = options.no_deploy ? starting.planner.connection()
                                   : starting.planner.live(std::move(prospect.app), prospect.validated,
                                                           prospect.debug_stack, relay.stage_key());
  LIVE_CO_TRY(auto plan, co_await std::move(planned));
  LIVE_CO_TRY(auto watch, Watch::create(executor));

  Answering all(executor, host, terminal, std::move(watch), relay, prepared.target, fetch_layers_of(*account),
                debugging(options, prepared.target), std::move(memory));
  all.prepare_node(plan.sources);
  LIVE_CO_TRY(co_await all.session.connect());
  if (auto const& skew = account->http().skew())
    terminal.detail("This machine's clock is " + in_words(*skew));
  Pollers pollers(account->client(), prospect.debug_stack.table, terminal);
  Running running(executor, all.session);  // a deployment may outlast an idle connection
  interruption.then = [&all, &terminal, &options] { return leave_early(all, terminal, options); };
  // What an earlier session deployed is called all the while.
  if (auto before = co_await starting.deployment.functions(plan, Deployment::Absent::skipped);
      before.has_value())
    all.fleet.use(std::move(before.value()), Fleet::Table::partial);
  auto const programs = co_await what_runs(host, all.code, plan.sources);
  for (auto const& text : other_versions(programs)) terminal.warn(text);
  all.prepare_others(programs);
  auto bringing = options.no_deploy
                      ? connect(starting, std::move(plan))
                      : deploy(starting, std::move(plan), relay, prospect.debug_stack, prospect.validated);
  auto deployed = co_await std::move(bringing);
  if (deployed.has_error()) {
    co_await all.session.stop(0ms);
    co_return deployed.error();
  }
  size_t const count = deployed.value().table.size();
  all.fleet.use(std::move(deployed.value().table));
  if (options.no_deploy) host.toolkit().rest();  // else the first save asks it for a synthesis
  give_back_memory();  // templates and assemblies took some, which a session does not need
  std::unique_ptr<Infrastructure> infrastructure;
  if (!options.no_deploy) {
    LIVE_CO_TRY(auto inputs, Watch::create(executor));
    auto const use = [&all](FunctionTable table) { all.fleet.use(std::move(table)); };
    Infrastructure::Parts parts{executor,          host,     starting.planner,     starting.deployment,
                                prepared.target,   terminal, prospect.debug_stack, relay.stage_key(),
                                std::move(inputs), use};
    infrastructure = std::make_unique<Infrastructure>(std::move(parts));
    asio::co_spawn(executor, infrastructure->run(), asio::detached);
  }
  auto keyboard =
      std::make_unique<Keyboard>(executor, [&account, &terminal, &infrastructure](const std::string& line) {
        if (!take_mfa_code(*account, terminal, line) && infrastructure) infrastructure->enter();
      });
  terminal.finish(
      fmt::format("Live: {} function{} of stage {} run here. Listening for requests...", count,
                  count == 1 ? "" : "s", prepared.target.stage),
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began),
      {{"type", "listening"}, {"functions", count}, {"stage", prepared.target.stage}});
  tell_debug_ports(all, terminal);
  Leaving leaving({all, starting, relay, pollers, options, prepared.target, terminal});
  interruption.then = [&leaving, &infrastructure, &keyboard, &interruption] {
    keyboard.reset();  // who leaves may be asked something
    return leaving.leave(interruption.by, infrastructure.get());
  };
  interruption.at_once = [&leaving] { return leaving.state(); };
  auto const wanted_off = [&account, &deployed] {
    return mappings_wanted_off(account->stacks(), names_of(deployed.value().plan.stacks));
  };
  co_await pollers.resume(Pollers::Which::all, wanted_off);
  co_await running.until_superseded();
  if (leaving.has_begun()) co_await for_ever(executor);
  interruption = {};
  co_await all.session.stop(kGrace);
  if (options.restore) terminal.say("The real code is not put back: the stage is another session's now.");
  co_return outcome::success();
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<StartOptions>();
  options->stage_kept = Remember::everything;
  auto* command = app.add_subcommand("start", "Run the app's functions on this machine");
  add_common(*command, *options);
  add_start_options(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    auto const begin = [&](Interruption& interruption) { return start(*options, *terminal, interruption); };
    exit_code = run_command(*terminal, begin);
  });
}

}  // namespace live::cli
