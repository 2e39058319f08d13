// The checks of `live doctor`, one file for each group. Each ends within its own time, whatever is broken,
// and says nothing where what it needs has failed a check before.
#pragma once

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "aws/dated_http.h"
#include "cli/account.h"
#include "cli/target.h"
#include "live/debug_stack.h"
#include "live/deployment.h"
#include "live/doctor.h"
#include "runtime/memory_limits.h"

namespace live::cli {

inline constexpr Milliseconds kCheckPatience{10'000};  // for one answer

struct Patient {
  Patient(Executor executor, const CommonOptions& options, Terminal& terminal)
      : executor(std::move(executor)),
        options(options),
        terminal(terminal),
        proxies(net::Proxies::from_environment()),
        http(net::HttpClient::create(this->executor,
                                     {.proxies = proxies.has_value() ? proxies.value() : net::Proxies()}),
             clock) {}

  MemoryLimits memory = MemoryLimits::of_this_machine();  // before anything else runs in our cgroup
  Executor executor;
  const CommonOptions& options;
  Terminal& terminal;
  SystemClock clock;
  Result<net::Proxies> proxies;
  aws::DatedHttp http;  // of requests that nobody signs
  Prepared prepared{};
  bool has_app = false;
  std::unique_ptr<Host> host{};
  std::unique_ptr<Account> account{};  // once the keys are proven
  std::unique_ptr<Planner> planner{};
  std::unique_ptr<Deployment> deployment{};
  std::optional<Plan> plan{};  // of the app, as it is on this machine
  std::optional<DebugStackAddress> debug_stack{};
  json::array principals{};

  const Target& target() const { return prepared.target; }
  bool knows_stage() const { return has_app && account; }
  std::string again() const { return fmt::format("run `live start --stage {}`", target().stage); }
};

using Check = Async<Findings> (*)(Patient&);

// doctor_machine.cpp
Async<Findings> check_node(Patient& patient);
Async<Findings> check_ports(Patient& patient);
Async<Findings> check_watches(Patient& patient);
Async<Findings> check_own_folders(Patient& patient);
Async<Findings> check_memory_limits(Patient& patient);
Async<Findings> check_files(Patient& patient);  // the stubs' packages hold the stage key

// doctor_account.cpp
Async<Findings> check_endpoints(Patient& patient);
Async<Findings> check_account_and_region(Patient& patient);  // credentials too
Async<Findings> check_clock(Patient& patient);
Async<Findings> check_bootstrap(Patient& patient);  // after check_app

// doctor_stage.cpp
Async<Findings> check_app(Patient& patient);
Async<Findings> check_debug_stack(Patient& patient);
Async<Findings> check_drift(Patient& patient);  // these four after check_debug_stack
Async<Findings> check_connection(Patient& patient);
Async<Findings> check_stage_key(Patient& patient);
Async<Findings> check_stubs(Patient& patient);

// doctor_access.cpp
Async<Findings> check_permissions(Patient& patient);
Async<Findings> check_access(Patient& patient);  // after check_debug_stack

}  // namespace live::cli
