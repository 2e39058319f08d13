#include <unistd.h>

#include <fmt/format.h>

#include "runtime/launchers.h"

namespace live {

// Messages as those of the versions that Lambda has: what an older Ruby adds to them is for a terminal.
constexpr const char* kPlainMessages = "--disable=error_highlight,did_you_mean";

Command ruby_spare(const std::filesystem::path& runtimes, const std::string& ruby) {
  return {.arguments = {ruby, kPlainMessages, (runtimes / "ruby" / "spare.rb").string()},
          .environment = spare_environment(),
          .takes_input = true,
          .framing = Framing::lambda};
}

Result<Launch> launch_ruby(const Program& program, std::string_view runtime_api) {
  std::filesystem::path const folder = program.runtimes / "ruby", client = folder / "run.rb";
  if (::access(client.c_str(), R_OK) != 0)
    return fault(Fault::Kind::not_found, fmt::format("{}: the runtime {} is not there; install live again",
                                                     program.function, client.string()));
  std::string const ruby = program.interpreter.empty() ? "ruby" : program.interpreter.string();
  Launch launch{.command = {.arguments = {ruby, kPlainMessages, client.string()},
                            .environment = environment_of(program, runtime_api, folder),
                            .folder = program.task_root},
                .spare = ruby_spare(program.runtimes, ruby)};
  take_frames(launch.command);
  return launch;
}

}  // namespace live
