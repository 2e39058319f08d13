// The executable `live`: one command a file.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "cli/command.h"

int main(int argc, char** argv) {
  CLI::App app("Live Lambda: your functions run on this machine, your events come from AWS", "live");
  app.require_subcommand(1);
  int exit_code = 0;
  live::cli::add_start(app, exit_code);
  live::cli::add_deploy(app, exit_code);
  live::cli::add_remove(app, exit_code);
  live::cli::add_cloud(app, exit_code);
  live::cli::add_bench(app, exit_code);
  live::cli::add_version(app, exit_code);
  app.add_subcommand("help", "Say what there is")->callback([&app] { std::puts(app.help().c_str()); });
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
