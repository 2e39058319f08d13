// The executable `live`: one command a file.
#include <CLI/CLI.hpp>

#include "cli/command.h"

int main(int argc, char** argv) {
  CLI::App app("Live Lambda: your functions run on this machine, your events come from AWS", "live");
  app.require_subcommand(1);
  int exit_code = 0;
  live::cli::add_cloud(app, exit_code);
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
