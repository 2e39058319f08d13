// What a synthesis of the app is asked for, and what it makes: stacks, functions, and the files it was made
// of.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "live/inputs.h"
#include "live/layer_source.h"

namespace live {

using Tags = std::map<std::string, std::string>;

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
  std::vector<LayerSource> layers;
  std::string skip;  // why it cannot run here; empty when it can
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
  bool is_validated = false;             // by the CDK's rules for templates
  // The debug stack as the app's own debugStack(app, stack, props) makes it, when there is that.
  struct OwnDebugStack {
    std::string template_text;
    Tags tags;
  };
  std::optional<OwnDebugStack> debug_stack;
};

}  // namespace live
