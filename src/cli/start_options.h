// What `live start` is asked for.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/target.h"
#include "live/debug_ports.h"

namespace live::cli {

struct StartOptions : CommonOptions {
  std::vector<std::string> only, except;
  bool increase_timeout = false, no_deploy = false;
  std::optional<std::vector<std::string>> inspect;  // globs; none: all
  bool inspect_wait = false;                        // each init waits for a debugger
  bool no_limits = false;                           // neither timeout nor memory, on this machine
  bool restore = false;                             // the real code, at the end
  bool pause_pollers = false;                       // event source mappings, at the end
  std::string outputs_file;
};

void add_start_options(CLI::App& command, StartOptions& options);
// What the options say, else live.json.
void apply(const StartOptions& options, Target& target);
// What of the functions a debugger may look into, by these options, live.json and the terminal.
DebugPorts::Options debugging(const StartOptions& options, const Target& target);

}  // namespace live::cli
