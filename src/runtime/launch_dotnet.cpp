// As Lambda's own runtime starts them: `dotnet exec` of a program's assembly, or of AWS's client with the
// class library's dependencies and configuration.
#include <filesystem>

#include <fmt/format.h>

#include "runtime/dotnet_package.h"
#include "runtime/launchers.h"

namespace live {
namespace {

namespace fs = std::filesystem;

// Of this machine, as the developer's shell has it: without them `dotnet` may not start.
constexpr const char* kOfTheMachine[] = {"DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"};

Result<std::vector<std::string>> client_arguments(const Program& program) {
  if (program.executable.empty())
    return fault(fmt::format("{}: a class library of .NET needs its client", program.function));
  LIVE_TRY(auto const dependencies, dependencies_file(program.task_root, program.handler));
  LIVE_TRY(auto const config, runtime_config(program.task_root, program.handler));
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
  if (!fs::exists(assembly, ignored))
    return fault(Fault::Kind::not_found,
                 fmt::format("{}: {} is not there: the handler is the name of the program's assembly",
                             program.function, assembly.string()));
  return std::vector<std::string>{"dotnet", "exec", assembly.string()};
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
  if (program.limits == Limits::enforced)
    for (auto const* prefix : {"DOTNET", "COMPlus"})  // COMPlus: before .NET 6
      set_missing(environment, fmt::format("{}_GCHeapHardLimit", prefix),
                  fmt::format("{:x}", int64_t{program.memory_mb} << 20));
  return Launch{.command = {.arguments = std::move(arguments),
                            .environment = std::move(environment),
                            .folder = program.task_root},
                .brings_its_client = true};
}

}  // namespace live
