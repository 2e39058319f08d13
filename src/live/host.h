// What the JavaScript ecosystem does for us, as typed calls: esbuild, AWS profiles, the CDK toolkit. Two
// child processes, so that a synthesis never delays a reload.
#pragma once

#include <map>
#include <optional>

#include "live/checked.h"
#include "live/host_process.h"
#include "live/host_types.h"

namespace live {

class Host {
 public:
  struct Options {
    std::filesystem::path folder;  // host/
    std::string node = "node";
    Environment environment;  // over ours: AWS_ENDPOINT_URL, AWS_REGION, keys
  };
  Host(Executor executor, const Options& options);

  Async<Result<Build>> build(BuildRequest request, HostCall how = {});
  // Has later builds leave the function's dependencies as they are: gives the file that holds them, or
  // nothing if that can not be. Builds go on meanwhile.
  Async<Result<std::filesystem::path>> split(std::string function);
  Async<Result<void>> forget(std::string function);
  // Fault::refused, 401: the code of the MFA device is needed; ask and call again.
  Async<Result<HostCredentials>> credentials(Identity identity, HostCall how = {});
  Async<Result<std::string>> region(std::string profile);  // empty: nothing names one
  Async<Result<std::string>> node_version();               // that functions run on: "22.11.0"

  // The project's own type checker or linter, once.
  enum class Check { types, lint };
  Async<Result<Checked>> check(Check which, std::filesystem::path folder, HostCall how = {});

  // On a fault of the user's app, {"event": "error"} with file, line and stack came before.
  Async<Result<Synthesis>> synth(SynthRequest request, Identity identity, HostCall how = {});
  // Another one, like the last, is to be expected: a process begins to wait for it.
  Async<Result<void>> prepare_synth();
  // Every stack's outcome, failed ones too. A fault: nothing was tried.
  enum class Pace {
    standard,
    express,  // CloudFormation's express mode: done when the configuration is applied, before all of it is
              // ready
  };
  Async<Result<std::vector<DeployedStack>>> deploy(std::filesystem::path assembly,
                                                   std::vector<std::string> stacks, Tags tags, Pace pace,
                                                   Identity identity, HostCall how = {});
  // What a deployment would change, by the templates that are deployed.
  Async<Result<std::vector<StackDiff>>> diff(std::vector<AppStack> stacks, Identity identity,
                                             HostCall how = {});
  Async<Result<DebugStack>> deploy_debug_stack(SynthRequest request, Tags tags, Identity identity,
                                               HostCall how = {});
  Async<Result<std::vector<DeployedStack>>> destroy(std::vector<std::string> stacks, Identity identity,
                                                    HostCall how = {});
  Async<Result<void>> destroy_debug_stack(std::string stage, std::string app, Identity identity,
                                          HostCall how = {});
  Async<Result<void>> bootstrap(std::string account, Identity identity, HostCall how = {});
  Async<Result<Access>> access(std::string stage, Identity identity);

  HostProcess& builder() { return builder_; }
  HostProcess& toolkit() { return toolkit_; }  // started by the first call that needs it

 private:
  HostProcess builder_, toolkit_;
};

}  // namespace live
