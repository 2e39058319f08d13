// As Lambda's own runtime starts them: `dotnet exec` of a program's assembly, or of AWS's client with the
// class library's dependencies and configuration.
#include <unistd.h>

#include <filesystem>

#include <fmt/format.h>

#include "runtime/dotnet_package.h"
#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

// Of this machine, as the developer's shell has it: without them `dotnet` may not start.
constexpr const char* kOfTheMachine[] = {"DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"};

// Where it does not have the handler's name, this variable says which.
std::string main_assembly_of(const Program& program) {
  for (auto const& [name, value] : program.variables)
    if (name == "LAMBDA_DOTNET_MAIN_ASSEMBLY" && !value.empty()) return value;
  return program.handler;
}

Result<std::vector<std::string>> client_arguments(const Program& program) {
  if (program.executable.empty())
    return fault(fmt::format("{}: a class library of .NET needs its client", program.function));
  auto const handler = main_assembly_of(program);
  LIVE_TRY(auto const dependencies, dependencies_file(program.task_root, handler));
  LIVE_TRY(auto const config, runtime_config(program.task_root, handler));
  return std::vector<std::string>{"dotnet",
                                  "exec",
                                  "--depsfile",
                                  dependencies.string(),
                                  "--runtimeconfig",
                                  config.string(),
                                  program.executable.string(),
                                  program.handler};
}

Result<std::vector<std::string>> program_arguments(const Program& program) {
  auto const assembly = program.executable.empty()
                            ? program.task_root / (assembly_of(program.handler) + ".dll")
                            : program.executable;
  std::error_code ignored;
  if (fs::exists(assembly, ignored)) return std::vector<std::string>{"dotnet", "exec", assembly.string()};
  auto const compiled = program.task_root / program.handler;  // ahead of time, for this machine
  if (fs::is_regular_file(compiled, ignored) && ::access(compiled.c_str(), X_OK) == 0)
    return std::vector<std::string>{compiled.string()};
  return fault(Fault::Kind::not_found,
               fmt::format("{}: {} is not there: the handler is the name of the program's assembly",
                           program.function, assembly.string()));
}

// It is loaded before the program's own first line.
void tell_of_debugger(const Program& program, Launch& launch) {
  if (program.debugger.empty()) return;
  prepend(launch.command.environment, "DOTNET_STARTUP_HOOKS", program.debugger.string());
  launch.is_probed = true;
  launch.init_waits = program.init_waits;
}

void limit_heap(const Program& program, Environment& environment) {
  if (program.limits == Limits::lifted)  // AWS's client would set the limit itself
    return set_missing(environment, "AWS_LAMBDA_DOTNET_DISABLE_MEMORY_LIMIT_CHECK", "true");
  for (auto const* prefix : {"DOTNET", "COMPlus"})  // COMPlus: before .NET 6
    set_missing(environment, fmt::format("{}_GCHeapHardLimit", prefix),
                fmt::format("{:x}", int64_t{program.memory_mb} << 20));
}

}  // namespace

Result<Launch> launch_dotnet(const Program& program, std::string_view runtime_api) {
  bool const is_library =
      language_of(program.runtime) == Language::dotnet && is_class_library(program.handler);
  LIVE_TRY(auto arguments, is_library ? client_arguments(program) : program_arguments(program));
  auto const authority = runtime_api.substr(0, runtime_api.find('/'));
  auto environment = environment_of(program, authority, "/var/runtime");
  for (auto const* name : kOfTheMachine)
    if (auto value = ours(name, ""); !value.empty()) set_missing(environment, name, std::move(value));
  if (language_of(program.runtime) == Language::dotnet)
    set(environment, "LAMBDA_RUNTIME_NAME", program.runtime);  // by the runtime's own bootstrap
  limit_heap(program, environment);
  Launch launch{.command = {.arguments = std::move(arguments),
                            .environment = std::move(environment),
                            .folder = program.task_root},
                .brings_its_client = true};
  tell_of_debugger(program, launch);
  return launch;
}

}  // namespace live
