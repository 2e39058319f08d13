#include "runtime/launch.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

#include "runtime/exec_wrapper.h"
#include "runtime/launchers.h"
#include "runtime/layers.h"
#include "runtime/scratch.h"

namespace live {

namespace {

Launcher* launcher_of(std::string_view runtime) {
  switch (language_of(runtime)) {
    case Language::node:
      return launch_node;
    case Language::python:
      return launch_python;
    case Language::ruby:
      return launch_ruby;
    case Language::os_only:
      return launch_bootstrap;
    case Language::dotnet:
      return launch_dotnet;
    case Language::java:
      return launch_java;
    default:
      return nullptr;
  }
}

Reachable read_by(const Program& program, const Command& command) {
  std::vector<std::filesystem::path> paths{program.task_root,   program.executable, program.runtimes,
                                           program.interpreter, program.loaded,     program.debugger,
                                           command.folder};
  for (auto const* more : {&program.class_path, &program.layers, &program.packages})
    paths.insert(paths.end(), more->begin(), more->end());
  paths.insert(paths.end(), command.arguments.begin(), command.arguments.end());
  return Reachable(paths);
}

bool has_tmp(const std::filesystem::path& folder) {
  std::error_code absent;
  auto const real = std::filesystem::canonical(folder, absent);
  return absent || real == "/" || real == "/tmp";
}

}  // namespace

void set(Environment& environment, std::string_view name, std::string value) {
  std::erase_if(environment, [&](const auto& entry) { return entry.first == name; });
  environment.emplace_back(name, std::move(value));
}

void set_missing(Environment& environment, std::string_view name, std::string value) {
  for (const auto& entry : environment)
    if (entry.first == name) return;
  environment.emplace_back(name, std::move(value));
}

void append(Environment& environment, std::string_view name, const std::string& folders) {
  for (auto& [key, value] : environment) {
    if (key != name) continue;
    if (!value.empty()) value += ':';
    value += folders;
    return;
  }
  environment.emplace_back(name, folders);
}

void prepend(Environment& environment, std::string_view name, const std::string& folders) {
  for (auto& [key, value] : environment) {
    if (key != name) continue;
    value.insert(0, value.empty() ? folders : folders + ":");
    return;
  }
  environment.emplace_back(name, folders);
}

void take_frames(Command& command) {
  command.framing = Framing::lambda;
  set(command.environment, "_LAMBDA_TELEMETRY_LOG_FD", "1");
}

std::string ours(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

std::string on_path(const std::string& program, std::string_view path) {
  while (!path.empty()) {
    auto const end = std::min(path.find(':'), path.size());
    auto const candidate = std::filesystem::path(path.substr(0, end)) / program;
    if (end > 0 && ::access(candidate.c_str(), X_OK) == 0) return candidate.string();
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return "";
}

Environment environment_of(const Program& program, std::string_view runtime_api,
                           const std::filesystem::path& runtime_dir) {
  Environment environment = program.variables;
  set(environment, "AWS_LAMBDA_RUNTIME_API", std::string(runtime_api));
  set(environment, "_HANDLER", handler_in_layers(program));
  set(environment, "LAMBDA_TASK_ROOT", program.task_root.string());
  set(environment, "LAMBDA_RUNTIME_DIR", runtime_dir.string());
  if (language_of(program.runtime) != Language::os_only)
    set(environment, "AWS_EXECUTION_ENV", "AWS_Lambda_" + program.runtime);
  add_layers(program, environment);
  // Lambda's folders are not here: behind the function's own come this machine's.
  append(environment, "PATH", ours("PATH", "/usr/local/bin:/usr/bin:/bin"));
  set_missing(environment, "HOME", ours("HOME", "/tmp"));
  set_missing(environment, "TZ", ":UTC");
  set_missing(environment, "LANG", "en_US.UTF-8");
  return environment;
}

Environment spare_environment() {
  return {{"PATH", ours("PATH", "/usr/local/bin:/usr/bin:/bin")},
          {"HOME", ours("HOME", "/tmp")},
          {"TZ", ":UTC"},
          {"LANG", "en_US.UTF-8"}};
}

bool is_isolated(const Program& program) { return program.scratch && program.scratch->isolates(); }

bool has_own_opt(const Program& program) {
  std::error_code ignored;
  return is_isolated(program) && std::filesystem::is_directory("/opt", ignored);
}

bool can_launch(std::string_view runtime) { return launcher_of(runtime) != nullptr; }

Result<Launch> launch(const Program& program, std::string_view runtime_api) {
  auto* launcher = launcher_of(program.runtime);
  if (!launcher)
    return fault(fmt::format("{}: functions of the runtime {} cannot run on this machine", program.function,
                             program.runtime));
  LIVE_TRY(auto launch, launcher(program, runtime_api));
  add_exec_wrapper(program, launch);
  launch.function = program.function;
  if (!is_isolated(program)) return launch;
  launch.scratch = program.scratch;
  launch.reads = read_by(program, launch.command);
  launch.layers = program.layers;
  if (program.task_root_access == Mount::Access::read_only && !has_tmp(launch.command.folder))
    launch.read_only = launch.command.folder;
  return launch;
}

}  // namespace live
