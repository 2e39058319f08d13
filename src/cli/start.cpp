// live start: the debug stack, the app with its functions swapped, then every call runs here.
#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/ahead.h"
#include "base/memory.h"
#include "cli/account.h"
#include "cli/command.h"
#include "cli/keyboard.h"
#include "cli/keys_notice.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/takeover.h"
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
constexpr int kLongestTimeout = 900;        // seconds; Lambda's quota

struct Options : CommonOptions {
  std::vector<std::string> only, except;
  bool increase_timeout = false, no_deploy = false;
  std::string outputs_file;
};

// What the options say, else live.json.
Choice choice_of(const Options& options, const Config& config) {
  auto const globs = [](const std::vector<std::string>& given, const char* option,
                        const std::vector<std::string>& written, const char* setting) {
    return given.empty() ? Choice::Globs{written, setting} : Choice::Globs{given, option};
  };
  return {globs(options.only, "--only", config.only, "live.only in live.json"),
          globs(options.except, "--except", config.except, "live.except in live.json")};
}

void apply(const Options& options, Target& target) {
  target.choice = choice_of(options, target.app.config);
  if (options.increase_timeout) target.timeout_seconds = kLongestTimeout;
  target.outputs_file = options.outputs_file;
}

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
  terminal.say(
      fmt::format("Session ended. {} of this stage stay deployed as stubs: calls to them fail until "
                  "somebody runs `live start` again.",
                  fleet.functions().size() == 1 ? "1 function"
                                                : fmt::format("{} functions", fleet.functions().size())),
      {{"type", "ended"}, {"functions", fleet.functions().size()}});
  terminal.say("`live deploy` puts the real code back; `live remove` takes the app away.");
}

// Ctrl-C before the app is deployed: CloudFormation does not stop for us.
Async<int> leave_early(Answering& all, Terminal& terminal, const Options& options) {
  if (!options.no_deploy)
    terminal.warn(
        "Interrupted while deploying: CloudFormation finishes the stack that it is at. `live start` "
        "continues, "
        "`live remove` takes the app away.");
  co_await all.session.stop(0ms);
  co_return 130;
}

// Ctrl-C: no more calls, running ones finish. Twice: now.
Async<int> leave(Answering& all, Terminal& terminal, bool deploying) {
  if (deploying)
    terminal.warn("Interrupted while deploying: CloudFormation finishes the stack that it is at.");
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
Async<Result<Prospect>> prepare_ground(Executor executor, Starting& starting, const Options& options) {
  auto& deployment = starting.deployment;
  if (options.no_deploy) {
    LIVE_CO_TRY(auto debug_stack, co_await deployment.find_debug_stack());
    co_return Prospect{{}, std::move(debug_stack)};
  }
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
    LIVE_CO_TRY(plan, co_await starting.planner.live(std::move(app), Planner::Validate::yes,
                                                     std::move(debug_stack), relay.stage_key()));
    LIVE_CO_TRY(co_await starting.deployment.deploy(plan, Host::Pace::express));
  }
  Deployed deployed{std::move(plan), {}};
  LIVE_CO_TRY(deployed.table, co_await starting.deployment.functions(deployed.plan));
  if (!same) co_await starting.deployment.until_ready(deployed.table);
  co_return deployed;
}

Async<Result<Deployed>> connect(Starting& starting, Plan plan) {
  Deployed deployed{std::move(plan), {}};
  LIVE_CO_TRY(deployed.table, co_await starting.deployment.connect(deployed.plan));
  co_return deployed;
}

// Follows the app's stacks while the session runs, and ENTER.
class Following {
 public:
  Following(Infrastructure::Parts parts, Account& account, const Plan& deployed)
      : Following(parts.executor, std::move(parts), account, deployed) {}

  bool end() { return infrastructure_.end(); }

 private:
  Following(Executor executor, Infrastructure::Parts parts, Account& account, const Plan& deployed)
      : terminal_(parts.terminal),
        infrastructure_(std::move(parts), deployed),
        keyboard_(executor, [this, &account](const std::string& line) {
          if (!take_mfa_code(account, terminal_, line)) infrastructure_.enter();
        }) {
    asio::co_spawn(executor, infrastructure_.run(), asio::detached);
  }

  Terminal& terminal_;
  Infrastructure infrastructure_;
  Keyboard keyboard_;
};

Async<Result<void>> start(Options options, Terminal& terminal, Interruption& interruption) {
  auto const executor = co_await asio::this_coro::executor;
  auto const began = std::chrono::steady_clock::now();
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
  auto const question = [options](const std::string& text) { return ask(options, text); };
  Starting starting(host, *account, prepared.target, terminal, question);
  LIVE_CO_TRY(auto prospect, co_await prepare_ground(executor, starting, options));
  Relay relay(executor, *account, prepared.target, prospect.debug_stack);
  LIVE_CO_TRY(co_await relay.ensure_stage_key());
  LIVE_CO_TRY(co_await agree_to_take(relay, options, prepared.target));
  auto planned = options.no_deploy ? starting.planner.connection()
                                   : starting.planner.live(std::move(prospect.app), Planner::Validate::no,
                                                           prospect.debug_stack, relay.stage_key());
  LIVE_CO_TRY(auto plan, co_await std::move(planned));
  LIVE_CO_TRY(auto watch, Watch::create(executor));

  Answering all(executor, host, terminal, std::move(watch), relay, prepared.target.app);
  LIVE_CO_TRY(co_await all.session.connect());
  if (auto const& skew = account->http().skew())
    terminal.detail("This machine's clock is " + in_words(*skew));
  Running running(executor, all.session);  // a deployment may outlast an idle connection
  interruption.then = [&all, &terminal, &options] { return leave_early(all, terminal, options); };
  // What an earlier session deployed is called all the while.
  if (auto before = co_await starting.deployment.functions(plan, Deployment::Absent::skipped);
      before.has_value())
    all.fleet.use(std::move(before.value()), Fleet::Table::partial);
  if (auto const version = co_await host.node_version(); version.has_value())
    if (auto const text = other_node(plan.sources, version.value()); !text.empty()) terminal.warn(text);
  auto bringing = options.no_deploy ? connect(starting, std::move(plan))
                                    : deploy(starting, std::move(plan), relay, prospect.debug_stack);
  auto deployed = co_await std::move(bringing);
  if (deployed.has_error()) {
    co_await all.session.stop(0ms);
    co_return deployed.error();
  }
  size_t const count = deployed.value().table.size();
  all.fleet.use(std::move(deployed.value().table));
  host.toolkit().rest();
  give_back_memory();  // templates and assemblies took some, which a session does not need
  std::unique_ptr<Following> following;
  if (!options.no_deploy) {
    LIVE_CO_TRY(auto inputs, Watch::create(executor));
    auto const use = [&all](FunctionTable table) { all.fleet.use(std::move(table)); };
    Infrastructure::Parts parts{executor,          host,     starting.planner,     starting.deployment,
                                prepared.target,   terminal, prospect.debug_stack, relay.stage_key(),
                                std::move(inputs), use};
    following = std::make_unique<Following>(std::move(parts), *account, deployed.value().plan);
  }
  terminal.finish(
      fmt::format("Live: {} function{} of stage {} run here. Listening for requests...", count,
                  count == 1 ? "" : "s", prepared.target.stage),
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began),
      {{"type", "listening"}, {"functions", count}, {"stage", prepared.target.stage}});
  interruption.then = [&all, &terminal, &following] {
    bool const deploying = following && following->end();
    return leave(all, terminal, deploying);
  };
  co_await running.until_superseded();
  interruption.then = {};
  co_await all.session.stop(kGrace);
  co_return outcome::success();
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("--only", options.only, "Run only these functions live; the others keep their code")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  command.add_option("--except", options.except, "Run all but these functions live")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  auto* longer = command.add_flag("--increase-timeout", options.increase_timeout,
                                  "Give the functions that run live 15 minutes");
  command.add_option("--outputs-file", options.outputs_file, "Write the stacks' outputs there, as JSON")
      ->type_name("FILE");
  command.add_flag("--no-deploy", options.no_deploy, "Connect to what is deployed already")
      ->excludes(longer, command.get_option("--only"), command.get_option("--except"));
  command.add_option("--port", options.port, "The port of the embedded AWS, when it is started")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535))
      ->needs("--local");
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  options->stage_kept = Remember::everything;
  auto* command = app.add_subcommand("start", "Run the app's functions on this machine");
  add_common(*command, *options);
  add_options(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    auto const begin = [&](Interruption& interruption) { return start(*options, *terminal, interruption); };
    exit_code = run_command(*terminal, begin);
  });
}

}  // namespace live::cli
