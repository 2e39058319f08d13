// live start: the debug stack, the app with its functions swapped, then every call runs here.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ahead.h"
#include "cli/account.h"
#include "cli/command.h"
#include "cli/keyboard.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/clock_notice.h"
#include "live/deployment.h"
#include "live/fleet.h"
#include "live/infrastructure.h"
#include "live/local_code.h"
#include "live/local_source.h"
#include "live/session.h"
#include "runtime/spares.h"

namespace live::cli {
namespace {

constexpr std::chrono::seconds kGrace{10};  // for running calls, after Ctrl-C

// Everything that answers calls, wired once.
struct Answering {
  Answering(Executor executor, Host& host, Terminal& terminal, std::unique_ptr<Watch> watch, Relay& relay,
            const App& app)
      : code(executor, host, terminal, std::move(watch)),
        spares(executor, runtimes_folder()),
        fleet(executor, clock, ids, code, terminal,
              FleetOptions{.runtimes = runtimes_folder(),
                           .spares = &spares,
                           .most_workers = app.config.workers,
                           .most_of_one_function = app.config.workers_per_function}),
        session(SessionParts{executor, clock, ids, relay.mailbox(), relay.payloads(), relay.registry(), fleet,
                             terminal, relay.dial()},
                relay.stage_key(), who()) {
    code.on_changed([this](const std::string& function) { fleet.changed(function); });
  }

  SystemClock clock;
  RandomIds ids;
  LocalCode code;
  Spares spares;
  Fleet fleet;
  Session session;
};

void say_goodbye(Terminal& terminal, const Fleet& fleet, size_t dropped) {
  if (dropped > 0)
    terminal.say(fmt::format("{} dropped: repeated, late or not for this session. --verbose shows each.",
                             dropped == 1 ? "1 message was" : fmt::format("{} messages were", dropped)));
  terminal.say(fmt::format(
      "Session ended. {} of this stage stay deployed as stubs: calls to them fail until somebody runs "
      "`live start` again.",
      fleet.functions().size() == 1 ? "1 function" : fmt::format("{} functions", fleet.functions().size())));
  terminal.say("`live deploy` puts the real code back; `live remove` takes the app away.");
}

// Ctrl-C before the app is deployed: CloudFormation does not stop for us.
Async<int> leave_early(Answering& all, Terminal& terminal) {
  terminal.warn(
      "Interrupted while deploying: CloudFormation finishes the stack that it is at. `live start` continues, "
      "`live remove` takes the app away.");
  co_await all.session.stop(0ms);
  co_return 130;
}

// Ctrl-C: no more calls, running ones finish. Twice: now.
Async<int> leave(Answering& all, Terminal& terminal) {
  if (size_t const running = all.session.running(); running > 0)
    terminal.say(fmt::format("Finishing {} running call{}, up to {} s. Ctrl-C again leaves now.", running,
                             running == 1 ? "" : "s", kGrace.count()));
  co_await all.session.stop(kGrace);
  say_goodbye(terminal, all.fleet, all.session.dropped());
  co_return 0;
}

// The session beside whatever else start does.
class Running {
 public:
  Running(Executor executor, Session& session) : ended_(executor) {
    ended_.expires_at(std::chrono::steady_clock::time_point::max());
    asio::co_spawn(executor, run(session), asio::detached);
  }

  // When we end it ourselves, who interrupted us sees to the rest.
  Async<void> until_superseded() {
    while (end_ != Link::End::superseded) {
      boost::system::error_code ignored;
      co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

 private:
  Async<void> run(Session& session) {
    end_ = co_await session.run();
    ended_.cancel();
  }

  asio::steady_timer ended_;
  std::optional<Link::End> end_;
};

// The parts of a start that need the account.
struct Starting {
  Starting(Host& host, Account& account, const Target& target, Terminal& terminal, Deployment::Ask ask)
      : planner(host, target, stubs(), terminal),
        deployment(host, account.client(), account.stacks(), target, host_folder() / "src", terminal,
                   std::move(ask)) {}

  Planner planner;
  Deployment deployment;
};

struct Prospect {
  Synthesis app;
  DebugStackAddress debug_stack;
};

// The app is synthesised meanwhile: what is there already needs nothing of it.
Async<Result<Prospect>> prepare_ground(Executor executor, Starting& starting) {
  auto& deployment = starting.deployment;
  Ahead<Result<Synthesis>> synthesis(executor, starting.planner.synthesise(Planner::Validate::no));
  auto const ready = [](Deployment& deployment) -> Async<Result<StackState>> {
    LIVE_CO_TRY(auto ground, co_await deployment.survey());
    LIVE_CO_TRY(co_await deployment.ensure_bootstrapped(std::move(ground.bootstrap)));
    co_return std::move(ground.debug_stack);
  };
  auto found = co_await ready(deployment);
  LIVE_CO_TRY(auto app, co_await synthesis.get());
  LIVE_CO_TRY(auto state, std::move(found));
  LIVE_CO_TRY(auto as_it_is, co_await deployment.debug_stack_as_it_is(std::move(state), app));
  if (as_it_is) co_return Prospect{std::move(app), std::move(*as_it_is)};
  LIVE_CO_TRY(auto deployed, co_await deployment.deploy_debug_stack());
  co_return Prospect{std::move(app), std::move(deployed)};
}

// Deploys what has changed. What is deployed has been validated; what is there already was, when it was
// deployed.
struct Deployed {
  Plan plan;
  FunctionTable table;
};

// Deploys what has changed. What is deployed has been validated; what is there already was, when it was
// deployed.
Async<Result<Deployed>> deploy(Starting& starting, Plan plan, const Relay& relay,
                               DebugStackAddress debug_stack) {
  LIVE_CO_TRY(bool const same, co_await starting.deployment.is_deployed(plan));
  if (!same) {
    LIVE_CO_TRY(auto app, co_await starting.planner.synthesise(Planner::Validate::yes));
    LIVE_CO_TRY(plan,
                co_await starting.planner.live(std::move(app), std::move(debug_stack), relay.stage_key()));
    LIVE_CO_TRY(co_await starting.deployment.deploy(plan, Host::Pace::express));
  }
  Deployed deployed{std::move(plan), {}};
  LIVE_CO_TRY(deployed.table, co_await starting.deployment.functions(deployed.plan));
  if (!same) co_await starting.deployment.until_ready(deployed.table);
  co_return deployed;
}

Async<Result<void>> start(CommonOptions options, Terminal& terminal, Interruption& interruption) {
  auto const executor = co_await asio::this_coro::executor;
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(host.toolkit().begin());
  LIVE_CO_TRY(auto account, co_await Account::open(host, prepared.target));
  account->http().on_measured([&terminal, notice = ClockNotice()](auto const& skew) mutable {
    if (auto const line = notice.after(skew)) terminal.warn(*line);
  });
  auto const question = [options](const std::string& text) { return ask(options, text); };
  Starting starting(host, *account, prepared.target, terminal, question);
  LIVE_CO_TRY(auto prospect, co_await prepare_ground(executor, starting));
  Relay relay(executor, *account, prepared.target, prospect.debug_stack);
  LIVE_CO_TRY(co_await relay.ensure_stage_key());
  LIVE_CO_TRY(auto plan, co_await starting.planner.live(std::move(prospect.app), prospect.debug_stack,
                                                        relay.stage_key()));
  LIVE_CO_TRY(auto watch, Watch::create(executor));

  Answering all(executor, host, terminal, std::move(watch), relay, prepared.target.app);
  LIVE_CO_TRY(co_await all.session.connect());
  if (auto const& skew = account->http().skew())
    terminal.detail("This machine's clock is " + in_words(*skew));
  Running running(executor, all.session);  // a deployment may outlast an idle connection
  interruption.then = [&all, &terminal] { return leave_early(all, terminal); };
  // What an earlier session deployed is called all the while.
  if (auto before = co_await starting.deployment.functions(plan, Deployment::Absent::skipped);
      before.has_value())
    all.fleet.use(std::move(before.value()), Fleet::Table::partial);
  if (auto const version = co_await host.node_version(); version.has_value())
    if (auto const text = other_node(plan.sources, version.value()); !text.empty()) terminal.warn(text);
  auto deployed = co_await deploy(starting, std::move(plan), relay, prospect.debug_stack);
  if (deployed.has_error()) {
    co_await all.session.stop(0ms);
    co_return deployed.error();
  }
  size_t const count = deployed.value().table.size();
  all.fleet.use(std::move(deployed.value().table));
  host.toolkit().rest();
  LIVE_CO_TRY(auto inputs, Watch::create(executor));
  auto const use = [&all](FunctionTable table) { all.fleet.use(std::move(table)); };
  Infrastructure infrastructure({executor, host, starting.planner, starting.deployment, prepared.target,
                                 terminal, prospect.debug_stack, relay.stage_key(), std::move(inputs), use},
                                deployed.value().plan);
  asio::co_spawn(executor, infrastructure.run(), asio::detached);
  Keyboard const keyboard(executor, [&infrastructure] { infrastructure.enter(); });
  terminal.step(
      fmt::format("Live: {} function{} of stage {} run here. Listening for requests...", count,
                  count == 1 ? "" : "s", prepared.target.stage),
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
  interruption.then = [&all, &terminal] { return leave(all, terminal); };
  co_await running.until_superseded();
  interruption.then = {};
  co_await all.session.stop(kGrace);
  co_return outcome::success();
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CommonOptions>();
  options->stage_kept = Remember::everything;
  auto* command = app.add_subcommand("start", "Run the app's functions on this machine");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    auto const begin = [&](Interruption& interruption) { return start(*options, *terminal, interruption); };
    exit_code = run_command(*terminal, begin);
  });
}

}  // namespace live::cli
