// Deployment where nothing is deployed: a session on what is there.
#include <fmt/format.h>

#include "live/deployment.h"
#include "live/readiness.h"
#include "live/stack_choice.h"

namespace live {

Async<Result<DebugStackAddress>> Deployment::find_debug_stack() {
  std::vector<std::string> name{debug_stack_name()};
  auto states = co_await stacks_.find(std::move(name));
  if (states.has_error()) co_return within("looking for the debug stack", states.error());
  auto const& state = states.value().front();
  if (state.exists) co_return address_of(state);
  co_return fault(
      fmt::format("debug stack {} is not there: run `live start --stage {}` once without "
                  "--no-deploy",
                  debug_stack_name(), target_.stage));
}

Async<Result<FunctionTable>> Deployment::connect(Plan plan) {
  LIVE_CO_TRY(auto there, co_await functions(plan, Absent::skipped));
  std::vector<std::string> names;
  for (auto const& [name, function] : there) names.push_back(name);
  LIVE_CO_TRY(auto stubs, co_await stubs_among(client_, std::move(names)));
  if (stubs.empty())
    co_return fault(
        fmt::format("no function of stage {} is deployed as a stub: run `live start --stage {}` "
                    "once without --no-deploy",
                    target_.stage, target_.stage));
  FunctionTable live;
  for (auto const& name : stubs) live.insert(there.extract(name));
  for (auto const& [name, function] : there)
    terminal_.say(
        fmt::format("  {} keeps its deployed code: it is not deployed as a stub", function.construct_path),
        {{"type", "function-kept"},
         {"function", function.construct_path},
         {"reason", "it is not deployed as a stub"}});
  LIVE_CO_TRY(auto states, co_await stacks_.find(names_of(plan.stacks)));
  LIVE_CO_TRY(tell_outputs(outputs_of(states)));
  co_return live;
}

}  // namespace live
