// Brings an app to an account: bootstrap, debug stack, the app itself with its functions swapped or as they
// are. The CDK toolkit does the work; this decides what is deployed and tells of it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "live/app.h"
#include "live/debug_stack.h"
#include "live/function_table.h"
#include "live/host.h"
#include "live/log_groups.h"
#include "live/terminal.h"

namespace live {

// Where the app goes, and as whom.
struct Target {
  App app;
  std::string stage;
  std::string region;
  std::string account;
  std::string endpoint;  // of the embedded AWS; empty: AWS
  Identity identity;
};

class Deployment {
 public:
  struct Folders {
    std::filesystem::path stub_x86_64, stub_arm64;  // the binaries
  };
  // Asks the developer; true is yes. Without a terminal: false.
  using Ask = std::function<bool(const std::string& question)>;

  Deployment(Host& host, Target target, Folders folders, Terminal& terminal, Ask ask);

  // Bootstraps the account for the CDK when it is not; on the embedded AWS without asking.
  Async<Result<void>> ensure_bootstrapped();
  Async<Result<DebugStackAddress>> deploy_debug_stack();

  struct Plan {
    std::filesystem::path assembly;
    std::vector<AppStack> stacks;
    std::vector<LocalFunction> sources;      // by construct path; names not yet known
    std::vector<SwappedFunction> functions;  // in the same order
    std::vector<std::filesystem::path> inputs;
  };
  // Synthesises and swaps. Says which functions stay as they are, and why.
  Async<Result<Plan>> plan_live(DebugStackAddress debug_stack, std::string stage_key);
  Async<Result<Plan>> plan_real();  // nothing swapped
  Async<Result<std::vector<AppStack>>> stacks();

  // Fault: a stack failed; every stack's outcome has been told.
  Async<Result<void>> deploy(Plan plan);
  // The function table, with the physical names of what is deployed. Before the deployment some may be
  // absent.
  enum class Absent { fault, skipped };
  Async<Result<FunctionTable>> functions(Plan plan, Absent absent = Absent::fault);

  struct Removed {
    std::vector<std::string>
        log_groups;  // of the app's functions, which no stack owns: the caller deletes them
  };
  Async<Result<Removed>> remove(std::vector<AppStack> stacks);
  Async<Result<void>> remove_debug_stack();
  void forget_log_groups() { log_groups_.forget(); }  // once they are deleted

 private:
  enum class Sees { live, deployment };  // IS_LOCAL in the app's code
  Async<Result<Synthesis>> synth(SynthRequest::Mode mode, std::vector<std::string> swapped,
                                 Sees sees = Sees::live);
  Result<void> refuse_other_stages(const std::vector<StackState>& states) const;
  SynthRequest request(SynthRequest::Mode mode) const;
  HostCall told(std::string doing);
  void tell(const json::object& event);

  Host& host_;
  Target target_;
  Folders folders_;
  Terminal& terminal_;
  Ask ask_;
  NotedLogGroups log_groups_;
  std::string app_error_;  // file and line of the developer's, from the last event
};

}  // namespace live
