// The executable `live`: one command a file.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/dumps.h"
#include "cli/command.h"

namespace {

// CLI11 would say that a command is missing, not which one is unknown.
bool is_unknown(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || *argv[1] == '-') return false;
  std::string const wanted = argv[1];
  return app.get_subcommands([&wanted](const CLI::App* one) { return one->get_name() == wanted; }).empty();
}

}  // namespace

int main(int argc, char** argv) {
  live::leave_no_core_dump();
  CLI::App app("Live Lambda: your functions run on this machine, your events come from AWS", "live");
  app.require_subcommand(1);
  int exit_code = 0;
  live::cli::add_start(app, exit_code);
  live::cli::add_deploy(app, exit_code);
  live::cli::add_remove(app, exit_code);
  live::cli::add_doctor(app, exit_code);
  live::cli::add_cloud(app, exit_code);
  live::cli::add_bench(app, exit_code);
  live::cli::add_version(app, exit_code);
  app.add_subcommand("help", "Say what there is")->callback([&app] { std::puts(app.help().c_str()); });
  if (is_unknown(app, argc, argv)) {
    fmt::print(stderr, "live: there is no command \"{}\"\nRun with --help for more information.\n", argv[1]);
    return 2;
  }
  CLI11_PARSE(app, argc, argv);
  return exit_code;
}
