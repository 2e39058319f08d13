// Brings an app to an account: bootstrap, debug stack, the app itself. The CDK toolkit does the work; this
// decides what is deployed and tells of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/async.h"
#include "base/result.h"
#include "live/debug_stack.h"
#include "live/function_table.h"
#include "live/host.h"
#include "live/log_groups.h"
#include "live/planner.h"
#include "live/progress.h"
#include "live/stacks.h"
#include "live/target.h"
#include "live/terminal.h"

namespace live {

class Deployment {
 public:
  // Asks the developer; true is yes. Without a terminal: false.
  using Ask = std::function<bool(const std::string& question)>;
  // `host_sources`: where the debug stack's own source lies.
  Deployment(Host& host, aws::AwsClient& client, Stacks& stacks, const Target& target,
             std::filesystem::path host_sources, Terminal& terminal, Ask ask);

  // What live needs beside the app, read at once.
  struct Ground {
    StackState bootstrap, debug_stack;
  };
  Async<Result<Ground>> survey();
  // Bootstraps the account for the CDK when it is not; on the embedded AWS without asking.
  Async<Result<void>> ensure_bootstrapped(StackState found);
  // As it is there, told; nothing when it is to be deployed.
  Async<Result<std::optional<DebugStackAddress>>> debug_stack_as_it_is(StackState found,
                                                                       const Synthesis& app);
  Async<Result<DebugStackAddress>> deploy_debug_stack();
  bool is_of_this_version(const StackState& debug_stack) const;
  Result<DebugStackAddress> address_of(const StackState& debug_stack) const;
  // The one that is there. Fault: none is.
  Async<Result<DebugStackAddress>> find_debug_stack();

  // Nothing would change. Then each stack has been told, with its outputs.
  Async<Result<bool>> is_deployed(Plan plan);
  // Those that a deployment would change.
  Async<Result<std::vector<AppStack>>> not_deployed(Plan plan);
  // Fault: a stack failed; every stack's outcome has been told.
  Async<Result<void>> deploy(Plan plan, Host::Pace pace);
  // After an express deployment: waits for functions that are still being put in place; warns of what is not.
  Async<void> until_ready(const FunctionTable& table);
  // The function table, with the physical names of what is deployed. Before the deployment some may be
  // absent.
  enum class Absent { fault, skipped };
  Async<Result<FunctionTable>> functions(Plan plan, Absent absent = Absent::fault);

  // The function table of what is deployed as stubs, of Planner::connection(). Fault: nothing is.
  Async<Result<FunctionTable>> connect(Plan plan);

  struct Removed {
    // Of the app's functions, which no stack owns: the caller deletes them.
    std::vector<std::string> log_groups;
    std::vector<RetainedResource> retained{};  // by policies of the app, and buckets that are not empty
  };
  Async<Result<Removed>> remove(std::vector<AppStack> stacks);
  // One of them. Fault: others that are deployed need it.
  Async<Result<Removed>> remove_one(std::vector<AppStack> stacks, AppStack stack);
  Async<Result<void>> remove_debug_stack();
  void forget_log_groups() { log_groups_.forget(); }  // once they are deleted

 private:
  std::string debug_stack_name() const;
  Tags debug_stack_tags() const;
  Tags app_tags() const { return {{"live:stage", target_.stage}}; }
  Async<Result<bool>> is_deployed(AppStack stack, StackState state);
  Result<void> refuse_other_stages(const std::vector<StackState>& states) const;
  Result<void> refuse_to_remove(const std::vector<StackState>& states) const;
  Async<Result<std::vector<RetainedResource>>> destroy(AppStack stack);  // in its own region
  Async<Result<void>> bootstrap_other_regions(std::vector<AppStack> stacks);
  // Writes them to the outputs file too: {stack: {key: value}}, as `cdk deploy --outputs-file` does.
  static std::map<std::string, Tags> outputs_of(const std::vector<StackState>& states);
  Result<void> tell_outputs(const std::map<std::string, Tags>& outputs);
  void tell_stack(const json::object& event);

  Host& host_;
  aws::AwsClient& client_;
  Stacks& stacks_;
  const Target& target_;
  std::filesystem::path host_sources_;
  Terminal& terminal_;
  Ask ask_;
  Progress progress_;
  NotedLogGroups log_groups_;
  std::map<std::string, std::chrono::steady_clock::time_point> begun_;  // by stack
};

}  // namespace live
