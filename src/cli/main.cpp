// The executable `live`: one command a file.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/dumps.h"
#include "base/nearest.h"
#include "cli/command.h"
#include "cli/run.h"

namespace {

// CLI11 would say that a command is missing, not which one is unknown.
bool is_unknown(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || *argv[1] == '-') return false;
  std::string const wanted = argv[1];
  return app.get_subcommands([&wanted](const CLI::App* one) { return one->get_name() == wanted; }).empty();
}

std::vector<std::string> names_of_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (auto const* one : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  return names;
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
    auto const close = live::nearest(argv[1], names_of_commands(app));
    fmt::print(stderr, "live: there is no command \"{}\"{}\nRun with --help for more information.\n", argv[1],
               close ? " (did you mean \"" + *close + "\"?)" : "");
    return live::cli::kUsage;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : live::cli::kUsage;  // 0: --help
  }
  return exit_code;
}
