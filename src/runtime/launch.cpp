#include "runtime/launch.h"

#include <unistd.h>

#include <cstdlib>

#include <fmt/format.h>

#include "runtime/emulator.h"

namespace live {

namespace {

namespace fs = std::filesystem;

void set(Environment& environment, std::string_view name, std::string value) {
  std::erase_if(environment, [&](const auto& entry) { return entry.first == name; });
  environment.emplace_back(name, std::move(value));
}

void set_missing(Environment& environment, std::string_view name, std::string value) {
  for (const auto& entry : environment)
    if (entry.first == name) return;
  environment.emplace_back(name, std::move(value));
}

// Last: what the function brings itself comes first.
void append(Environment& environment, std::string_view name, const std::string& folders) {
  for (auto& [key, value] : environment) {
    if (key != name) continue;
    value += (value.empty() ? "" : ":") + folders;
    return;
  }
  environment.emplace_back(name, folders);
}

std::string ours(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value ? value : otherwise;
}

bool is_os_only(std::string_view runtime) { return runtime.starts_with("provided"); }

Environment environment_of(const Program& program, std::string_view runtime_api,
                           const fs::path& runtime_dir) {
  Environment environment = program.variables;
  set(environment, "AWS_LAMBDA_RUNTIME_API", std::string(runtime_api));
  set(environment, "_HANDLER", program.handler);
  set(environment, "LAMBDA_TASK_ROOT", program.task_root.string());
  set(environment, "LAMBDA_RUNTIME_DIR", runtime_dir.string());
  if (!is_os_only(program.runtime)) set(environment, "AWS_EXECUTION_ENV", "AWS_Lambda_" + program.runtime);
  // Lambda's folders are not here: behind the function's own come this machine's.
  append(environment, "PATH", ours("PATH", "/usr/local/bin:/usr/bin:/bin"));
  set_missing(environment, "HOME", ours("HOME", "/tmp"));
  set_missing(environment, "TZ", ":UTC");
  set_missing(environment, "LANG", "en_US.UTF-8");
  return environment;
}

Result<Launch> launch_bootstrap(const Program& program, std::string_view runtime_api) {
  fs::path bootstrap = program.task_root / "bootstrap";
  if (::access(bootstrap.c_str(), X_OK) != 0)
    return fault(Fault::Kind::not_found,
                 fmt::format("{}: {} is not there or not executable; build the function", program.function,
                             bootstrap.string()));
  LIVE_TRY(auto emulator, emulator_for(bootstrap, ours("PATH", "/usr/bin:/bin")));
  std::vector<std::string> arguments{bootstrap.string()};
  if (!emulator.empty()) arguments.insert(arguments.begin(), emulator);
  return Launch{.command = {.arguments = std::move(arguments),
                            .environment = environment_of(program, runtime_api, "/var/runtime"),
                            .folder = program.task_root}};
}

Result<Launch> launch_node(const Program& program, std::string_view runtime_api) {
  fs::path folder = program.runtimes / "node";
  fs::path client = folder / "index.mjs";
  if (::access(client.c_str(), R_OK) != 0)
    return fault(Fault::Kind::not_found, fmt::format("{}: the runtime {} is not there; install live again",
                                                     program.function, client.string()));
  Environment environment = environment_of(program, runtime_api, folder);
  append(environment, "NODE_PATH",
         (folder / "node_modules").string());  // Lambda's runtime brings the AWS SDK
  // Lambda's Node is never too old for its SDK; ours may be, and `live start` says so once.
  set_missing(environment, "AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED", "true");
  return Launch{.command = {.arguments = {"node", "--enable-source-maps", client.string()},
                            .environment = std::move(environment),
                            .folder = program.task_root},
                .can_be_spare = true};
}

}  // namespace

Command node_spare(const fs::path& runtimes) {
  return {.arguments = {"node", "--enable-source-maps", (runtimes / "node" / "spare.mjs").string()},
          .environment = {{"PATH", ours("PATH", "/usr/local/bin:/usr/bin:/bin")},
                          {"HOME", ours("HOME", "/tmp")},
                          {"TZ", ":UTC"},
                          {"LANG", "en_US.UTF-8"}},
          .takes_input = true};
}

bool is_node(std::string_view runtime) { return runtime.starts_with("nodejs"); }

Result<Launch> launch(const Program& program, std::string_view runtime_api) {
  if (is_os_only(program.runtime)) return launch_bootstrap(program, runtime_api);
  if (is_node(program.runtime)) return launch_node(program, runtime_api);
  return fault(fmt::format("{}: runtime {} is not supported yet; nodejs* and provided* are", program.function,
                           program.runtime));
}

}  // namespace live
