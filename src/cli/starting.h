// The parts of a start that need the account: what is deployed, and what is there already.
#pragma once

#include "cli/account.h"
#include "cli/relay.h"
#include "cli/start_options.h"
#include "live/deployment.h"

namespace live::cli {

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
  Planner::Validate validated = Planner::Validate::no;
};
// The app is synthesised meanwhile: what is there already needs nothing of it. A stage that was not deployed
// from here before will be, so its app is validated at once.
Async<Result<Prospect>> prepare_ground(Executor executor, Starting& starting, const StartOptions& options);

struct Deployed {
  Plan plan;
  FunctionTable table;
};
// Deploys what has changed. What is deployed has been validated; what is there already was, when it was
// deployed.
Async<Result<Deployed>> deploy(Starting& starting, Plan plan, const Relay& relay,
                               DebugStackAddress debug_stack, Planner::Validate validated);
Async<Result<Deployed>> connect(Starting& starting, Plan plan);

}  // namespace live::cli
