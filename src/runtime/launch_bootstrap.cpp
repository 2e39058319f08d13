#include <unistd.h>

#include <fmt/format.h>

#include "runtime/emulator.h"
#include "runtime/launchers.h"

namespace live {

Result<Launch> launch_bootstrap(const Program& program, std::string_view runtime_api) {
  std::filesystem::path const bootstrap =
      program.executable.empty() ? program.task_root / "bootstrap" : program.executable;
  if (bootstrap.extension() == ".dll") return launch_dotnet(program, runtime_api);
  if (::access(bootstrap.c_str(), X_OK) != 0)
    return fault(Fault::Kind::not_found,
                 fmt::format("{}: {} is not there or not executable; build the function", program.function,
                             bootstrap.string()));
  LIVE_TRY(auto emulator, emulator_for(bootstrap, ours("PATH", "/usr/bin:/bin")));
  std::vector<std::string> arguments{bootstrap.string()};
  if (!emulator.empty()) arguments.insert(arguments.begin(), emulator);
  auto const authority = runtime_api.substr(0, runtime_api.find('/'));
  return Launch{.command = {.arguments = std::move(arguments),
                            .environment = environment_of(program, authority, "/var/runtime"),
                            .folder = program.task_root},
                .brings_its_client = true};
}

}  // namespace live
