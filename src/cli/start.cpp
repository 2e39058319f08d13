// live start: the debug stack, the app with its functions swapped, then every call runs here.
#include <csignal>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "cli/command.h"
#include "cli/relay.h"
#include "cli/run.h"
#include "cli/target.h"
#include "live/fleet.h"
#include "live/local_code.h"
#include "live/session.h"
#include "runtime/spares.h"

namespace live::cli {
namespace {

constexpr std::chrono::seconds kGrace{10};  // for running calls, after Ctrl-C

// Everything that answers calls, wired once.
struct Answering {
  Answering(Executor executor, Host& host, Terminal& terminal, std::unique_ptr<Watch> watch, Relay& relay)
      : code(executor, host, terminal, std::move(watch)),
        spares(executor, runtimes_folder()),
        fleet(executor, clock, ids, code, terminal,
              FleetOptions{.runtimes = runtimes_folder(), .spares = &spares}),
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

void say_goodbye(Terminal& terminal, const Fleet& fleet) {
  terminal.say(fmt::format(
      "Session ended. {} of this stage stay deployed as stubs: calls to them fail until somebody runs "
      "`live start` again.",
      fleet.functions().size() == 1 ? "1 function" : fmt::format("{} functions", fleet.functions().size())));
  terminal.say("`live deploy` puts the real code back; `live remove` takes the app away.");
}

// The session from its first connection to its end, beside whatever else start does.
class Ending {
 public:
  explicit Ending(Executor executor) : signals_(executor, SIGINT, SIGTERM), ended_(executor) {
    ended_.expires_at(std::chrono::steady_clock::time_point::max());
  }

  Async<void> run(Answering& all) {
    end_ = co_await all.session.run();
    ended_.cancel();
  }

  // Ctrl-C: no more calls, running ones finish. Twice: now.
  Async<void> wait_for_signals(Answering& all, Terminal& terminal) {
    boost::system::error_code error;
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (error || end_) co_return;
    if (all.session.running() > 0)
      terminal.say(fmt::format("Finishing {} running call(s), up to {} s. Ctrl-C again leaves now.",
                               all.session.running(), kGrace.count()));
    signals_.async_wait([](boost::system::error_code failed, int) {
      if (!failed) std::_Exit(130);
    });
    co_await all.session.stop(kGrace);
    left_ = true;
    ended_.cancel();
  }

  // Until the session has ended and, when we ended it, has left.
  Async<Link::End> wait() {
    while (!end_ || (*end_ == Link::End::closed && !left_)) {
      boost::system::error_code ignored;
      co_await ended_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    signals_.cancel();
    co_return *end_;
  }

 private:
  asio::signal_set signals_;
  asio::steady_timer ended_;
  std::optional<Link::End> end_;
  bool left_ = false;
};

Async<Result<void>> start(CommonOptions options, Terminal& terminal) {
  auto const executor = co_await asio::this_coro::executor;
  auto const began = std::chrono::steady_clock::now();
  LIVE_CO_TRY(auto prepared, prepare(options, terminal));
  Host host(executor, Host::Options{.folder = host_folder(), .environment = prepared.host_environment});
  LIVE_CO_TRY(co_await find_account(host, prepared.target));
  auto const question = [options](const std::string& text) { return ask(options, text); };
  Deployment deployment(host, prepared.target, stub_folders(), terminal, question);
  LIVE_CO_TRY(co_await deployment.ensure_bootstrapped());
  LIVE_CO_TRY(auto debug_stack, co_await deployment.deploy_debug_stack());
  Relay relay(executor, host, prepared.target, debug_stack);
  LIVE_CO_TRY(co_await relay.ensure_stage_key());
  LIVE_CO_TRY(auto plan, co_await deployment.plan_live(debug_stack, relay.stage_key()));
  LIVE_CO_TRY(auto watch, Watch::create(executor));

  Answering all(executor, host, terminal, std::move(watch), relay);
  LIVE_CO_TRY(co_await all.session.connect());
  Ending ending(executor);
  asio::co_spawn(executor, ending.run(all), asio::detached);  // a deployment may outlast an idle connection
  LIVE_CO_TRY(co_await deployment.deploy(plan));
  LIVE_CO_TRY(auto table, co_await deployment.functions(plan));
  size_t const count = table.size();
  all.fleet.use(std::move(table));
  host.toolkit().rest();
  terminal.step(
      fmt::format("Live: {} function{} of stage {} run here. Listening for requests...", count,
                  count == 1 ? "" : "s", prepared.target.stage),
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began));
  asio::co_spawn(executor, ending.wait_for_signals(all, terminal), asio::detached);
  if (co_await ending.wait() == Link::End::superseded) {
    co_await all.session.stop(kGrace);
    co_return outcome::success();
  }
  say_goodbye(terminal, all.fleet);
  co_return outcome::success();
}

}  // namespace

void add_start(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CommonOptions>();
  auto* command = app.add_subcommand("start", "Run the app's functions on this machine");
  add_common(*command, *options);
  command->callback([options, &exit_code] {
    auto const terminal = make_terminal(*options);
    exit_code = run_command(
        *terminal, [&] { return start(*options, *terminal); }, Signals::its_own);
  });
}

}  // namespace live::cli
