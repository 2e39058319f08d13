#include "cli/start_options.h"

#include <CLI/CLI.hpp>

namespace live::cli {
namespace {

constexpr int kLongestTimeout = 900;  // seconds; Lambda's quota

Choice choice_of(const StartOptions& options, const Config& config) {
  auto const globs = [](const std::vector<std::string>& given, const char* option,
                        const std::vector<std::string>& written, const char* setting) {
    return given.empty() ? Choice::Globs{written, setting} : Choice::Globs{given, option};
  };
  return {globs(options.only, "--only", config.only, "live.only in live.json"),
          globs(options.except, "--except", config.except, "live.except in live.json")};
}

}  // namespace

void apply(const StartOptions& options, Target& target) {
  target.choice = choice_of(options, target.app.config);
  if (options.increase_timeout) target.timeout_seconds = kLongestTimeout;
  target.outputs_file = options.outputs_file;
}

void add_start_options(CLI::App& command, StartOptions& options) {
  command.add_option("--only", options.only, "Run only these functions live; the others keep their code")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  command.add_option("--except", options.except, "Run all but these functions live")
      ->type_name("GLOB")
      ->expected(1)
      ->take_all();
  auto* longer = command.add_flag("--increase-timeout", options.increase_timeout,
                                  "Give the functions that run live 15 minutes");
  auto* restore = command.add_flag("--restore", options.restore, "At the end, deploy the real code again");
  command.add_flag(
      "--pause-pollers", options.pause_pollers,
      "At the end, pause the queues and streams of functions that run live, until the next start");
  command.add_option("--outputs-file", options.outputs_file, "Write the stacks' outputs there, as JSON")
      ->type_name("FILE");
  command.add_flag("--no-deploy", options.no_deploy, "Connect to what is deployed already")
      ->excludes(longer, restore, command.get_option("--only"), command.get_option("--except"));
  command.add_option("--port", options.port, "The port of the embedded AWS, when it is started")
      ->type_name("PORT")
      ->check(CLI::Range(1, 65535))
      ->needs("--local");
}

}  // namespace live::cli
