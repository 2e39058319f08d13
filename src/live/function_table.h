// The functions that run live: each by the physical name its stub is known by, with the developer's own
// source.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "invocation/invocation.h"
#include "live/layer_source.h"

namespace live {

struct LocalFunction {
  enum class Source {
    folder,  // run as it lies there
    bundle,  // an entry file that the builder bundles
    tool,    // a project that its language's own tool builds
  };
  std::string name;            // physical: AWS_LAMBDA_FUNCTION_NAME
  std::string construct_path;  // "dev-api-sns-stack/Api": for people and for the builder
  std::string logical_id;      // in its stack's template
  std::string runtime;         // the user's own: "nodejs22.x"
  std::string handler;         // the user's own
  int memory_mb = 128;
  int timeout_seconds = 3;
  Source source = Source::folder;
  std::filesystem::path path;         // the folder, the entry file, or an archive (a jar)
  boost::json::object build_options;  // of the construct that bundles it when it is deployed
  // Of the app's own template, in plain text: those of its variables that change how a process starts
  // (runtime/start_variables.h). From the remote environment they are not taken.
  Environment start_variables;
  std::vector<LayerSource> layers;      // in the function's order
  uint16_t debug_port = 0;              // where a debugger finds it; 0: none may look into it
  bool is_attached_by_process = false;  // its debuggers ask for the id of its process instead
  bool init_waits = false;              // until one of those has attached
  // How long API Gateway waits for it, when its integrations say so.
  std::optional<std::chrono::milliseconds> integration_timeout;

  bool is_debugged() const { return debug_port != 0 || is_attached_by_process; }
};

using FunctionTable = std::map<std::string, LocalFunction, std::less<>>;  // by name

}  // namespace live
