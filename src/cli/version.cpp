// live version
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/json.h"
#include "cli/command.h"
#include "cli/help.h"

namespace live::cli {

void add_version(CLI::App& app, int&) {
  auto json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("version", "Say which version this is");
  command->add_flag("--json", *json, "As a JSON object")->group(kCommonGroup);
  command->callback([json] {
    if (*json) {
      fmt::print("{}\n", compact_json({{"type", "version"}, {"version", LIVE_VERSION}}));
    } else {
      fmt::print("live {}\n", LIVE_VERSION);
    }
  });
}

}  // namespace live::cli
