// What the JavaScript ecosystem does for us, as typed calls: esbuild, AWS profiles, the CDK toolkit. Two
// child processes, so that a synthesis never delays a reload.
#pragma once

#include <map>
#include <optional>

#include "live/host_process.h"

namespace live {

using Tags = std::map<std::string, std::string>;

struct Identity {  // whose credentials a call uses: these keys, else what the profile or environment gives
  std::string profile, role_arn, region;
  std::string mfa_code;
  std::string access_key, secret_key, session_token;
};

struct HostCredentials {
  std::string access_key, secret_key, session_token;
  std::string expiration;  // ISO 8601, or empty: they do not expire
  std::string source;      // "profile dev"
};

struct BuildRequest {
  std::string function;  // construct path
  std::filesystem::path entry;
  std::string handler;
  json::object options;          // AppFunction::options
  std::filesystem::path outdir;  // empty: below the entry's package, from where its packages resolve
};

struct BuildMessage {
  std::string text, file, line_text;
  int line = 0, column = 0;  // line from 1, column from 0; line 0: no place is known
};

struct Build {
  std::filesystem::path outfile;
  std::string handler;                         // relative to the outfile's folder
  bool changed = false;                        // false: the same bytes as before
  std::vector<std::filesystem::path> inputs;   // a change of any of them asks for another build
  std::vector<std::filesystem::path> missing;  // any of these, once there, may mend the build
  std::vector<BuildMessage> errors, warnings;  // errors: not empty when there is no new outfile
};

struct SynthRequest {
  enum class Mode { discover, deploy };
  std::filesystem::path folder;
  std::string form;            // "main" or "cdk"
  std::filesystem::path main;  // for form "main"
  std::string stage, app, region, account;
  Mode mode = Mode::discover;
  std::filesystem::path outdir;
  json::object context;
  std::vector<std::string> swapped;  // construct paths of functions whose bundling is skipped
  bool local = true;                 // the app sees IS_LOCAL=true; false for a plain deployment
};

struct AppFunction {
  std::string construct_path;
  std::string stack;      // its name
  std::string nested_in;  // as StackResource::nested_in
  std::string logical_id;
  std::string runtime, handler;
  int memory_mb = 128, timeout_seconds = 3;
  std::string architecture;
  std::string kind;  // "folder", "bundle", "inline", "image", "unknown"
  std::filesystem::path folder, entry;
  std::string inline_code;
  json::object options;  // for BuildRequest
  std::string skip;      // why it cannot run here; empty when it can
};

struct AppStack {
  std::string id, name, display_name;
  std::vector<std::string> dependencies;  // names
  std::filesystem::path template_file;
  std::string account, region;  // "unknown-account": the session's
  Tags tags;
};

struct Synthesis {
  std::filesystem::path assembly;
  std::vector<AppStack> stacks;
  std::vector<AppFunction> functions;
  std::vector<std::filesystem::path> inputs;  // files of the app's own
};

struct DeployedStack {
  std::string name;
  std::string status;  // "deployed", "unchanged", "failed", "not deployed"; of a removal "deleted", "absent"
  std::string reason;
  Tags outputs;
};

struct DebugStack {
  std::string name, status, url, table, bucket;
};

struct StackResource {
  std::string logical_id, physical_id, type, status;
  std::string nested_in;  // logical ids of the nested stacks, joined by '/'
};

struct StackState {
  std::string name, id, status;
  bool exists = false;
  Tags outputs, tags;
  std::vector<StackResource> resources;
};

struct Bootstrap {
  bool done = false;
  int version = 0;
};

class Host {
 public:
  struct Options {
    std::filesystem::path folder;  // host/
    std::string node = "node";
    Environment environment;  // over ours: AWS_ENDPOINT_URL, AWS_REGION, keys
  };
  Host(Executor executor, const Options& options);

  Async<Result<Build>> build(BuildRequest request, HostCall how = {});
  Async<Result<void>> forget(std::string function);
  // Fault::refused, 401: the code of the MFA device is needed; ask and call again.
  Async<Result<HostCredentials>> credentials(Identity identity, HostCall how = {});
  Async<Result<std::string>> region(std::string profile);  // empty: nothing names one
  Async<Result<std::string>> node_version();               // that functions run on: "22.11.0"

  // On a fault of the user's app, {"event": "error"} with file, line and stack came before.
  Async<Result<Synthesis>> synth(SynthRequest request, Identity identity, HostCall how = {});
  // Every stack's outcome, failed ones too. A fault: nothing was tried.
  Async<Result<std::vector<DeployedStack>>> deploy(std::filesystem::path assembly,
                                                   std::vector<std::string> stacks, Tags tags,
                                                   Identity identity, HostCall how = {});
  Async<Result<DebugStack>> deploy_debug_stack(SynthRequest request, Tags tags, Identity identity,
                                               HostCall how = {});
  Async<Result<std::vector<DeployedStack>>> destroy(std::vector<std::string> stacks, Identity identity,
                                                    HostCall how = {});
  Async<Result<void>> destroy_debug_stack(std::string stage, std::string app, Identity identity,
                                          HostCall how = {});
  Async<Result<Bootstrap>> bootstrap_status(Identity identity);
  Async<Result<void>> bootstrap(std::string account, Identity identity, HostCall how = {});
  Async<Result<std::vector<StackState>>> describe(std::vector<std::string> stacks, Identity identity);
  Async<Result<std::string>> account(Identity identity);

  HostProcess& builder() { return builder_; }
  HostProcess& toolkit() { return toolkit_; }  // started by the first call that needs it

 private:
  HostProcess builder_, toolkit_;
};

}  // namespace live
