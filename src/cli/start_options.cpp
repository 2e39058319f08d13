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

std::optional<Choice> inspected(const StartOptions& options, const Config& config) {
  if (options.inspect) return Choice({*options.inspect, "--inspect"}, {});
  if (options.inspect_wait && config.inspect.empty()) return Choice();
  if (config.inspect.empty()) return std::nullopt;
  return Choice({config.inspect, "live.inspect in live.json"}, {});
}

std::string_view variable(const char* name) {
  auto const* value = std::getenv(name);
  return value ? value : "";
}

// `--inspect` is what `node --inspect` is: VS Code attaches then, whatever its setting.
std::optional<AutoAttach> auto_attach(const Target& target) {
  auto found = AutoAttach::in(variable("NODE_OPTIONS"), variable("VSCODE_INSPECTOR_OPTIONS"));
  if (found && target.inspected) found->to = AutoAttach::To::all;
  if (found && found->to == AutoAttach::To::with_a_flag) return std::nullopt;
  return found;
}

}  // namespace

DebugPorts::Options debugging(const StartOptions& options, const Target& target) {
  return {.chosen = target.inspected,
          .auto_attach = auto_attach(target),
          .waits = options.inspect_wait,
          .memory = debug_ports_file(target.app.state_folder()),
          .stage = target.stage};
}

void apply(const StartOptions& options, Target& target) {
  target.choice = choice_of(options, target.app.config);
  target.inspected = inspected(options, target.app.config);
  if (options.increase_timeout || target.inspected) target.timeout_seconds = kLongestTimeout;
  if (!options.increase_timeout && target.inspected) target.longer = *target.inspected;
  if (options.no_limits || !target.app.config.limits) target.limits = Limits::lifted;
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
  command
      .add_option_function<std::vector<std::string>>(
          "--inspect",
          [&options](const std::vector<std::string>& globs) {
            options.inspect.emplace(globs);
            std::erase(*options.inspect, "");
          },
          "Open a debug port for these functions, or for all")
      ->type_name("GLOB")
      ->expected(0, 1)
      ->take_all();
  command.add_flag("--inspect-wait", options.inspect_wait,
                   "Start no code of theirs before a debugger is connected");
  auto* longer = command.add_flag("--increase-timeout", options.increase_timeout,
                                  "Give the functions that run live 15 minutes");
  command.add_flag("--no-limits", options.no_limits,
                   "Let functions run for longer, and use more memory, than on AWS");
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
