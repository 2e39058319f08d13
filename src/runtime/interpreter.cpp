#include "runtime/interpreter.h"

#include <unistd.h>

#include <algorithm>

#include <fmt/format.h>

#include "process/run_to_end.h"
#include "runtime/language.h"
#include "runtime/launchers.h"

namespace live {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto kPatience = 10s;  // for an interpreter to say its version

bool can_run(const fs::path& program) { return ::access(program.c_str(), X_OK) == 0; }

bool is_python(std::string_view runtime) { return language_of(runtime) == Language::python; }

bool is_within(const fs::path& path, const fs::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

void add_environments(const fs::path& source, const fs::path& project, std::vector<fs::path>& found) {
  bool const goes_up = !project.empty() && is_within(source, project);
  for (auto folder = source; !folder.empty(); folder = folder.parent_path()) {
    for (auto const* name : {".venv", "venv"})
      if (auto const python = folder / name / "bin" / "python"; can_run(python)) found.push_back(python);
    if (!goes_up || folder == project) return;
  }
}

void add_on_path(const std::string& name, std::string_view path, std::vector<fs::path>& found) {
  while (!path.empty()) {
    auto const end = std::min(path.find(':'), path.size());
    if (auto const program = fs::path(path.substr(0, end)) / name; end > 0 && can_run(program))
      found.push_back(program);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
}

std::string name_of(std::string_view runtime) { return is_python(runtime) ? "Python" : "Ruby"; }

std::vector<std::string> question(std::string_view runtime, const fs::path& program) {
  if (is_python(runtime))
    return {program, "-c", "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])"};
  return {program, "-e", "puts RbConfig.ruby, RUBY_VERSION"};
}

std::vector<fs::path> to_try_here(std::string_view runtime, const fs::path& source, const fs::path& project) {
  return interpreters_to_try(runtime, source, project, ours("PATH", "/usr/local/bin:/usr/bin:/bin"),
                             ours("VIRTUAL_ENV", ""));
}

}  // namespace

bool is_interpreted(std::string_view runtime) {
  auto const language = language_of(runtime);
  return language == Language::python || language == Language::ruby;
}

std::vector<fs::path> interpreters_to_try(std::string_view runtime, const fs::path& source,
                                          const fs::path& project, std::string_view path,
                                          const fs::path& active_environment) {
  std::vector<fs::path> found;
  auto const version = version_of(runtime);
  if (!is_python(runtime)) {
    add_on_path("ruby" + version, path, found);
    add_on_path("ruby", path, found);
    return found;
  }
  add_environments(source, project, found);
  if (auto const python = active_environment / "bin" / "python";
      !active_environment.empty() && can_run(python))
    found.push_back(python);
  add_on_path("python" + version, path, found);
  add_on_path("python3", path, found);
  return found;
}

bool has_interpreter(std::string_view runtime, const fs::path& source, const fs::path& project) {
  return !to_try_here(runtime, source, project).empty();
}

std::string no_interpreter(std::string_view runtime) {
  auto const name = name_of(runtime);
  return fmt::format("there is no {} on this machine: install {} {}, or put it in PATH", name, name,
                     version_of(runtime));
}

Async<Result<Interpreter>> Interpreters::find(std::string runtime, fs::path source, fs::path project) {
  for (auto const& program : to_try_here(runtime, source, project)) {
    if (!known_.contains(program)) {
      auto const answer = co_await ask(runtime, program);
      known_[program] = answer;
    }
    if (auto const known = known_[program]) co_return *known;
  }
  co_return fault(Fault::Kind::not_found, no_interpreter(runtime));
}

// A name on PATH may be that of a version manager, which has no such version.
Async<std::optional<Interpreter>> Interpreters::ask(std::string runtime, fs::path program) {
  Command command{.arguments = question(runtime, program), .inherits_environment = true};
  auto const finished = co_await run_to_end(executor_, std::move(command), kPatience);
  if (finished.has_error() || !finished.value().status.ok() || finished.value().out.size() != 2)
    co_return std::nullopt;
  Interpreter interpreter{finished.value().out[0], finished.value().out[1]};
  co_return interpreter;
}

}  // namespace live
