// What the Node side is asked and answers, as plain values.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "live/inputs.h"
#include "live/principals.h"
#include "live/retained.h"
#include "live/stack_diff.h"

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
  Tags environment;                  // variables for the app's process; its own win
  bool validate = true;              // templates, by the CDK's own rules: a second or more
  bool again = false;                // another one is to be expected: a process waits for it
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
  bool protected_from_deletion = false;
  Tags tags;
};

struct Synthesis {
  std::filesystem::path assembly;
  std::vector<AppStack> stacks;
  std::vector<AppFunction> functions;
  Inputs inputs;
  std::chrono::milliseconds app_took{};  // its process
  // The debug stack as the app's own debugStack(app, stack, props) makes it, when there is that.
  struct OwnDebugStack {
    std::string template_text;
    Tags tags;
  };
  std::optional<OwnDebugStack> debug_stack;
};

struct DeployedStack {
  std::string name;
  std::string status;  // "deployed", "unchanged", "failed", "not deployed"; of a removal "deleted", "absent"
  std::string reason;
  Tags outputs;
  std::vector<RetainedResource> retained;  // of a removal
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
  bool protected_from_deletion = false;
  Tags outputs, tags;
  std::vector<StackResource> resources;
};

}  // namespace live
