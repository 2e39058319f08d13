// The executable `live`: one command a file.
#include <cstdio>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/dumps.h"
#include "cli/command.h"
#include "cli/completion.h"
#include "cli/help.h"
#include "cli/run.h"

namespace live::cli {
namespace {

int usage_error(const CLI::App& command, const std::string& said) {
  fmt::print(stderr, "live: {}\n`{} --help` says what there is.\n", said, whole_name(command));
  return kUsage;
}

void add_help(CLI::App& app, int& exit_code) {
  auto wanted = std::make_shared<std::string>();
  auto* command = app.add_subcommand("help", "Say what there is, or what a command takes");
  command->add_option("COMMAND", *wanted, "One of the commands (all)");
  command->callback([&app, &exit_code, wanted] {
    auto const* one = wanted->empty() ? &app : find_command(app, *wanted);
    if (one) {
      fmt::print("{}", help_of(*one));
    } else {
      exit_code = usage_error(app, unknown_command(app, *wanted));
    }
  });
}

// In the order of the help.
void add_commands(CLI::App& app, int& exit_code) {
  add_start(app, exit_code);
  add_invoke(app, exit_code);
  add_logs(app, exit_code);
  add_build(app, exit_code);
  add_diff(app, exit_code);
  add_deploy(app, exit_code);
  add_remove(app, exit_code);
  add_init(app, exit_code);
  add_doctor(app, exit_code);
  add_completion(app, exit_code);
  add_help(app, exit_code);
  add_version(app, exit_code);
  add_cloud(app, exit_code);
  add_bench(app, exit_code);
  group_commands(app, "Develop", {"start", "invoke", "logs", "build"});
  group_commands(app, "Deploy", {"diff", "deploy", "remove"});
  group_commands(app, "Set up", {"init", "doctor", "completion", "help", "version"});
  group_commands(app, "The embedded AWS", {"cloud", "bench"});
}

// The command that the line names, as far as it names one.
const CLI::App& command_of(const CLI::App& app, int argc, char** argv) {
  auto const* command = &app;
  for (int i = 1; i < argc; ++i) {
    auto const* next = find_command(*command, argv[i]);
    if (!next) break;
    command = next;
  }
  return *command;
}

int run(int argc, char** argv) {
  CLI::App app("Live Lambda: your functions run on this machine, your events come from AWS", "live");
  use_our_help(app);
  app.require_subcommand(1);
  app.set_version_flag("--version", LIVE_VERSION, "Say which version this is");
  int exit_code = 0;
  add_commands(app, exit_code);
  app.footer("`live help COMMAND` says what a command takes. Manual: docs/README.md");
  if (argc > 1 && argv[1] == std::string_view(kCompleteCommand)) {
    print_completion(app, {argv + 2, argv + argc});
    return 0;
  }
  if (argc < 2) {
    fmt::print(stderr, "{}", help_of(app));
    return kUsage;
  }
  if (*argv[1] != '-' && !find_command(app, argv[1])) return usage_error(app, unknown_command(app, argv[1]));
  auto const& command = command_of(app, argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ExtrasError&) {
    return usage_error(command, unknown_words(command, app.remaining(true)));
  } catch (const CLI::ParseError& error) {
    return usage_error(command, error.what());
  }
  return exit_code;
}

}  // namespace
}  // namespace live::cli

int main(int argc, char** argv) {
  live::leave_no_core_dump();
  return live::cli::run(argc, argv);
}
