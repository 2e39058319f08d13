#include <unistd.h>

#include <fmt/format.h>

#include "runtime/launchers.h"

namespace live {

Command python_spare(const std::filesystem::path& runtimes, const std::string& python) {
  return {.arguments = {python, "-u", (runtimes / "python" / "spare.py").string()},
          .environment = spare_environment(),
          .takes_input = true,
          .framing = Framing::lambda};
}

Result<Launch> launch_python(const Program& program, std::string_view runtime_api) {
  std::filesystem::path const folder = program.runtimes / "python", client = folder / "run.py";
  if (::access(client.c_str(), R_OK) != 0)
    return fault(Fault::Kind::not_found, fmt::format("{}: the runtime {} is not there; install live again",
                                                     program.function, client.string()));
  Environment environment = environment_of(program, runtime_api, folder);
  for (auto const& packages : program.packages) prepend(environment, "PYTHONPATH", packages.string());
  std::string const python = program.interpreter.empty() ? "python3" : program.interpreter.string();
  Launch launch{.command = {.arguments = {python, "-u", client.string()},
                            .environment = std::move(environment),
                            .folder = program.task_root},
                .spare = python_spare(program.runtimes, python)};
  take_frames(launch.command);
  return launch;
}

}  // namespace live
