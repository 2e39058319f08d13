// live version
#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.h"

namespace live::cli {

void add_version(CLI::App& app, int&) {
  app.add_subcommand("version", "Say which version this is")->callback([] {
    fmt::print("live {}\n", LIVE_VERSION);
  });
}

}  // namespace live::cli
