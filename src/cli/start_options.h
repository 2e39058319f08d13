// What `live start` is asked for.
#pragma once

#include <string>
#include <vector>

#include "cli/target.h"

namespace live::cli {

struct StartOptions : CommonOptions {
  std::vector<std::string> only, except;
  bool increase_timeout = false, no_deploy = false;
  bool restore = false;        // the real code, at the end
  bool pause_pollers = false;  // event source mappings, at the end
  std::string outputs_file;
};

void add_start_options(CLI::App& command, StartOptions& options);
// What the options say, else live.json.
void apply(const StartOptions& options, Target& target);

}  // namespace live::cli
