// The app's functions as they are deployed, for commands that speak of some of them.
#pragma once

#include <vector>

#include "cli/account.h"
#include "live/function_choice.h"
#include "live/planner.h"

namespace live::cli {

struct DeployedApp {
  std::vector<DeployedFunction> functions;
  std::vector<StackState> stacks;  // with their resources
};

// Synthesises the app only where what it is made of has changed since it last was. Fault: nothing of the
// stage is deployed.
Async<Result<DeployedApp>> find_deployed(Planner& planner, Account& account, const Target& target);

// Fault: the app has it, and it is not deployed.
Result<void> check_deployed(const DeployedFunction& function, const Target& target);

}  // namespace live::cli
