#include "cli/starting.h"

#include "base/ahead.h"

namespace live::cli {

Async<Result<Prospect>> prepare_ground(Executor executor, Starting& starting, const StartOptions& options) {
  auto& deployment = starting.deployment;
  if (options.no_deploy) {
    LIVE_CO_TRY(auto debug_stack, co_await deployment.find_debug_stack());
    co_return Prospect{{}, std::move(debug_stack)};
  }
  auto const validate = starting.planner.knows_stage() ? Planner::Validate::no : Planner::Validate::yes;
  Ahead<Result<Synthesis>> synthesis(executor, starting.planner.synthesise(validate));
  auto const ready = [](Deployment& deployment) -> Async<Result<StackState>> {
    LIVE_CO_TRY(auto ground, co_await deployment.survey());
    LIVE_CO_TRY(co_await deployment.ensure_bootstrapped(std::move(ground.bootstrap)));
    co_return std::move(ground.debug_stack);
  };
  auto found = co_await ready(deployment);
  LIVE_CO_TRY(auto app, co_await synthesis.get());
  LIVE_CO_TRY(auto state, std::move(found));
  LIVE_CO_TRY(auto as_it_is, co_await deployment.debug_stack_as_it_is(std::move(state), app));
  if (as_it_is) co_return Prospect{std::move(app), std::move(*as_it_is), validate};
  LIVE_CO_TRY(auto deployed, co_await deployment.deploy_debug_stack());
  co_return Prospect{std::move(app), std::move(deployed), validate};
}

Async<Result<Deployed>> deploy(Starting& starting, Plan plan, const Relay& relay,
                               DebugStackAddress debug_stack, Planner::Validate validated) {
  LIVE_CO_TRY(bool const same, co_await starting.deployment.is_deployed(plan));
  if (!same && validated == Planner::Validate::no) {
    LIVE_CO_TRY(auto app, co_await starting.planner.synthesise(Planner::Validate::yes));
    LIVE_CO_TRY(plan, co_await starting.planner.live(std::move(app), Planner::Validate::yes,
                                                     std::move(debug_stack), relay.stage_key()));
  }
  if (!same) {
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

}  // namespace live::cli
