#include "cli/deployed.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/known_app.h"

namespace live::cli {
namespace {

Async<Result<KnownApp>> know(Planner& planner, const Target& target) {
  if (auto known = recall_app(target.app, target.stage)) co_return std::move(*known);
  LIVE_CO_TRY(auto const made, co_await planner.discover());
  co_return known_app(made);
}

}  // namespace

Async<Result<DeployedApp>> find_deployed(Planner& planner, Account& account, const Target& target) {
  LIVE_CO_TRY(auto const app, co_await know(planner, target));
  LIVE_CO_TRY(auto states, co_await account.stacks().describe(app.stacks));
  bool const deployed = std::ranges::any_of(states, [](auto const& one) { return one.exists; });
  if (!deployed)
    co_return fault(
        fmt::format("nothing of {} is deployed at stage {} in account {}, region {}: run `live "
                    "start` or `live deploy`, or use another --stage",
                    target.app.name, target.stage, target.account, target.region));
  co_return DeployedApp{deployed_functions(app.functions, states), std::move(states)};
}

Result<void> check_deployed(const DeployedFunction& function, const Target& target) {
  if (!function.name.empty()) return outcome::success();
  return fault(fmt::format("{} is not deployed at stage {} (stack {}): run `live start` or `live deploy`",
                           full_name(function), target.stage, function.stack));
}

}  // namespace live::cli
