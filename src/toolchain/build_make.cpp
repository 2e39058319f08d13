// C, C++ and anything else: a CMake project, or a Makefile with SAM's target build-LOGICALID, with one of the
// name bootstrap, or with whatever makes a bootstrap when it is not told what.
#include <algorithm>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

bool has_target(const std::string& makefile, const std::string& target) {
  std::istringstream lines(makefile);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(target) &&
        line.find(':', target.size()) == line.find_first_not_of(" \t", target.size()))
      return true;
  return false;
}

// CMake's file API: https://cmake.org/cmake/help/latest/manual/cmake-file-api.7.html
constexpr const char* kQuery = ".cmake/api/v1/query/codemodel-v2";

std::vector<json::object> targets_in(const fs::path& reply) {
  std::vector<json::object> targets;
  std::error_code ignored;
  for (auto const& file : fs::directory_iterator(reply, ignored)) {
    if (!file.path().filename().string().starts_with("target-")) continue;
    auto const text = read_file(file.path());
    auto target = text.has_value() ? parse_json_object(text.value()) : text.error();
    if (target.has_value()) targets.push_back(std::move(target.value()));
  }
  return targets;
}

struct Executable {
  std::string name;
  fs::path file;
};

std::vector<Executable> executables_in(const fs::path& build) {
  std::vector<Executable> found;
  for (auto const& target : targets_in(build / ".cmake/api/v1/reply")) {
    auto const* artifacts = find_array(target, "artifacts");
    if (string_or(target, "type") != "EXECUTABLE" || !artifacts || artifacts->empty()) continue;
    auto const* artifact = artifacts->front().if_object();
    if (artifact) found.push_back({string_or(target, "name"), build / string_or(*artifact, "path")});
  }
  return found;
}

Result<fs::path> executable_of(const ToolSource& source, const std::vector<Executable>& all) {
  for (auto const& name : {source.handler, std::string("bootstrap")})
    for (auto const& one : all)
      if (one.name == name) return one.file;
  if (all.size() == 1) return all.front().file;
  if (all.empty()) return fault((source.path / "CMakeLists.txt").string() + " has no executable");
  std::vector<std::string> names;
  for (auto const& one : all) names.push_back(one.name);
  return fault(fmt::format("{} has the executables {}: name one as the function's handler",
                           (source.path / "CMakeLists.txt").string(), fmt::join(names, ", ")));
}

}  // namespace

Async<Result<ToolProduct>> build_with_cmake(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(write_file(run.made() / kQuery, ""));
  std::vector<std::string> configure{"cmake", "-S", project.folder.string(), "-B", run.made().string()};
  if (!fs::exists(run.made() / "CMakeCache.txt")) configure.emplace_back("-DCMAKE_BUILD_TYPE=Debug");
  for (auto const& flag : texts_of(source.options, "flags")) configure.push_back(flag);
  LIVE_CO_TRY(co_await run.run(std::move(configure), project.folder, variables_of(source.options)));
  std::vector<std::string> build{"cmake", "--build", run.made().string(), "--parallel"};
  LIVE_CO_TRY(co_await run.run(std::move(build), project.folder, variables_of(source.options)));
  LIVE_CO_TRY(auto executable, executable_of(source, executables_in(run.made())));
  co_return ToolProduct{.task_root = source.path,
                        .executable = std::move(executable),
                        .class_path = {},
                        .folders = {project.root}};
}

Async<Result<ToolProduct>> build_with_make(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(auto const makefile, read_file(project.folder / "Makefile"));
  auto variables = variables_of(source.options);
  variables.emplace_back("ARTIFACTS_DIR", run.made().string());
  std::vector<std::string> command{"make", "--no-print-directory"};
  for (auto const& target : {"build-" + source.logical_id, std::string("bootstrap")})
    if (has_target(makefile, target)) {
      command.push_back(target);
      break;
    }
  LIVE_CO_TRY(co_await run.run(command, project.folder, std::move(variables)));
  for (auto const& folder : {run.made(), source.path})
    if (auto const executable = folder / "bootstrap"; is_executable(executable))
      co_return ToolProduct{
          .task_root = folder, .executable = executable, .class_path = {}, .folders = {project.root}};
  co_return fault(fmt::format("{} made no executable bootstrap, neither in $ARTIFACTS_DIR nor in {}",
                              fmt::join(command, " "), source.path.string()));
}

}  // namespace live
