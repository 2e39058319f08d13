// Deployment, the other way: stacks go, those that need others first.
#include <fmt/format.h>

#include "live/deployment.h"
#include "live/local_source.h"
#include "live/stack_choice.h"

namespace live {

// Its stacks' names do not tell whose they are: what has no tag of this stage stays.
Result<void> Deployment::refuse_to_remove(const std::vector<StackState>& states) const {
  if (target_.app.form == App::Form::main) return outcome::success();
  for (auto const& state : states) {
    auto const tag = state.tags.find("live:stage");
    if (!state.exists || (tag != state.tags.end() && tag->second == target_.stage)) continue;
    if (tag == state.tags.end())
      return fault(fmt::format("stack {} was deployed without live and is not removed: use `cdk destroy {}`",
                               state.name, state.name));
    return fault(fmt::format("stack {} belongs to stage {}, not to {}, and is not removed: use --stage {}",
                             state.name, tag->second, target_.stage, tag->second));
  }
  return outcome::success();
}

Async<Result<std::vector<RetainedResource>>> Deployment::destroy(AppStack stack) {
  auto how = progress_.told();
  auto identity = target_.identity;
  if (!is_at_home(stack, target_)) identity.region = stack.region;
  std::vector<std::string> names{stack.name};
  LIVE_CO_TRY(auto outcomes, co_await host_.destroy(std::move(names), std::move(identity), std::move(how)));
  std::vector<RetainedResource> retained;
  for (auto const& one : outcomes) {
    if (one.status == "failed")
      co_return fault(fmt::format("stack {} was not removed: {}", one.name, one.reason));
    retained.insert(retained.end(), one.retained.begin(), one.retained.end());
    terminal_.say(
        fmt::format("  Stack {} {}", one.name, one.status == "absent" ? "was not there" : "removed"),
        {{"type", "stack"}, {"stack", one.name}, {"status", one.status}});
  }
  co_return retained;
}

Async<Result<Deployment::Removed>> Deployment::remove(std::vector<AppStack> stacks) {
  LIVE_CO_TRY(auto states, co_await stacks_.describe(names_of(stacks)));
  LIVE_CO_TRY(refuse_to_remove(states));
  LIVE_CO_TRY(log_groups_.add(orphaned_log_groups(states)));
  Removed removed{log_groups_.all()};
  for (auto const& stack : removal_order(stacks)) {
    LIVE_CO_TRY(auto const retained, co_await destroy(stack));
    removed.retained.insert(removed.retained.end(), retained.begin(), retained.end());
  }
  co_return removed;
}

Async<Result<Deployment::Removed>> Deployment::remove_one(std::vector<AppStack> stacks, AppStack stack) {
  auto asked = needed_by(stacks, stack);
  asked.push_back(stack.name);
  LIVE_CO_TRY(auto states, co_await stacks_.describe(asked));
  auto const own = std::move(states.back());
  states.pop_back();
  std::string others;
  for (auto const& state : states)
    if (state.exists) others += (others.empty() ? "" : ", ") + state.name;
  if (!others.empty())
    co_return fault(
        fmt::format("stack {} is not removed: {} need{} it; remove {} before, or all of the app "
                    "with `live remove`",
                    stack.name, others, others.find(',') == others.npos ? "s" : "",
                    others.find(',') == others.npos ? "that" : "those"));
  LIVE_CO_TRY(refuse_to_remove({own}));
  Removed removed{orphaned_log_groups({own})};
  LIVE_CO_TRY(removed.retained, co_await destroy(std::move(stack)));
  co_return removed;
}

Async<Result<void>> Deployment::remove_debug_stack() {
  auto how = progress_.told();
  return host_.destroy_debug_stack(target_.stage, target_.app.name, target_.identity, std::move(how));
}

}  // namespace live
