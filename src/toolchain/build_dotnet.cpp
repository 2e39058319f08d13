// `dotnet build` of an executable assembly, which brings its client of the Runtime API, or of a class
// library, which AWS's client loads. https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html
#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "base/json.h"
#include "runtime/dotnet_package.h"
#include "runtime/language.h"
#include "toolchain/dotnet_client.h"
#include "toolchain/dotnet_framework.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr size_t kKept = 3;  // of what was built: that of now, and those that calls may still run by
constexpr const char* kKeptNames = "run-";

Result<fs::path> project_file(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (auto const& entry : fs::directory_iterator(folder, ignored))
    if (entry.path().extension() == ".csproj" || entry.path().extension() == ".fsproj")
      found.push_back(entry.path());
  if (found.size() == 1) return found.front();
  return fault(
      fmt::format("{} has {} projects: a function needs a folder with one", folder.string(), found.size()));
}

// A class library has what running it needs only when told so.
std::vector<std::string> build_command(const ToolSource& source, const fs::path& file,
                                       const std::string& framework, const fs::path& into) {
  std::vector<std::string> command{"dotnet",
                                   "build",
                                   file.string(),
                                   "--nologo",
                                   "-v",
                                   "quiet",
                                   "-clp:NoSummary",
                                   "-p:SelfContained=false",
                                   "-p:GenerateRuntimeConfigurationFiles=true",
                                   "-p:CopyLocalLockFileAssemblies=true",
                                   "-o",
                                   into.string()};
  if (source.is_attached_by_process)  // not there where the project is trimmed, or compiled ahead
    command.emplace_back("-p:StartupHookSupport=true");
  if (!framework.empty()) command.insert(command.end(), {"-f", framework});
  return command;
}

// Empty: the project is for one alone.
Async<Result<std::string>> framework_to_build(ToolRun& run, const ToolSource source, fs::path file) {
  auto const targets = target_frameworks(file);
  if (targets.empty()) co_return std::string();
  std::vector<std::string> command{"dotnet", "--list-runtimes"};
  LIVE_CO_TRY(auto const runtimes,
              co_await run.run(std::move(command), file.parent_path(), {}, ToolRun::Prints::data));
  auto framework = framework_for(source.runtime, targets, frameworks_here(runtimes.out));
  if (framework.has_error()) co_return within(file.filename().string(), framework.error());
  co_return framework.value();
}

void forget_older(const fs::path& made) {
  std::error_code ignored;
  std::vector<std::pair<fs::file_time_type, fs::path>> kept;
  for (auto const& entry : fs::directory_iterator(made, ignored))
    if (entry.path().filename().string().starts_with(kKeptNames))
      kept.emplace_back(fs::last_write_time(entry.path(), ignored), entry.path());
  std::ranges::sort(kept, std::greater());
  for (size_t i = kKept; i < kept.size(); ++i) fs::remove_all(kept[i].second, ignored);
}

// Processes have their assemblies mapped, and the tool overwrites them in place: what runs is a copy.
Result<fs::path> copy_to_run(const fs::path& built, const fs::path& made) {
  ToolProduct const product{.task_root = {}, .executable = {}, .class_path = {built}, .folders = {}};
  auto const copy = made / (kKeptNames + identity_of(product).substr(0, 16));
  std::error_code failed;
  if (!fs::exists(copy, failed)) {
    auto const partly = made / "partly";
    fs::remove_all(partly, failed);
    fs::copy(built, partly, fs::copy_options::recursive, failed);
    if (!failed) fs::rename(partly, copy, failed);
    if (failed)
      return fault(fmt::format("{} cannot be copied to {}: {}; is the disk full?", built.string(),
                               copy.string(), failed.message()));
  }
  fs::last_write_time(copy, fs::file_time_type::clock::now(), failed);
  forget_older(made);
  return copy;
}

// The project's and those that it refers to, which NuGet has written down.
std::vector<fs::path> folders_of(const fs::path& file) {
  std::vector<fs::path> folders{file.parent_path()};
  auto const text = read_file(file.parent_path() / "obj" / (file.filename().string() + ".nuget.dgspec.json"));
  auto const graph = text ? parse_json_object(text.value()) : Result<json::object>(json::object());
  if (graph.has_error()) return folders;
  if (auto const* projects = find_object(graph.value(), "projects"))
    for (auto const& [path, project] : *projects) {
      auto folder = fs::path(std::string(path)).parent_path();
      if (std::ranges::find(folders, folder) == folders.end()) folders.push_back(std::move(folder));
    }
  return folders;
}

// A program of provided.* is called bootstrap there, whatever its handler says.
Result<fs::path> main_assembly(const fs::path& built, const ToolSource& source, const std::string& project) {
  for (auto const& name : {assembly_of(source.handler), std::string("bootstrap"), project})
    if (!name.empty() && fs::exists(built / (name + ".dll")) &&
        fs::exists(built / (name + ".runtimeconfig.json")))
      return built / (name + ".dll");
  return fault(
      fmt::format("{}: dotnet build made no {}.dll that can be run: the handler, {}, begins with the "
                  "name of the project's assembly (AssemblyName)",
                  source.function, assembly_of(source.handler), source.handler));
}

struct Parts {
  fs::path executable;  // what Lambda's runtime runs for this handler
  fs::path debugger;    // what its process tells of one by
};

Async<Result<Parts>> parts_of(ToolRun& run, const ToolSource source, fs::path package, fs::path project) {
  Parts parts;
  LIVE_CO_TRY(parts.executable, main_assembly(package, source, project.stem().string()));
  bool const is_library = language_of(source.runtime) == Language::dotnet && is_class_library(source.handler);
  if (!is_library && !source.is_attached_by_process) co_return parts;
  LIVE_CO_TRY(auto const framework, framework_of(package, parts.executable.stem().string()));
  if (is_library) {
    LIVE_CO_TRY(parts.executable, co_await dotnet_client(run, framework, project.parent_path()));
  }
  if (source.is_attached_by_process) {
    LIVE_CO_TRY(parts.debugger, co_await dotnet_debugger_hook(run, framework, project.parent_path()));
  }
  co_return parts;
}

}  // namespace

Async<Result<ToolProduct>> build_with_dotnet(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(auto const file, project_file(project.folder));
  LIVE_CO_TRY(auto const framework, co_await framework_to_build(run, source, file));
  auto const built = run.made() / (framework.empty() ? "out" : "out-" + framework);
  auto command = build_command(source, file, framework, built);
  LIVE_CO_TRY(co_await run.run(std::move(command), project.folder, variables_of(source.options)));
  LIVE_CO_TRY(auto const package, copy_to_run(built, run.made()));
  LIVE_CO_TRY(auto parts, co_await parts_of(run, source, package, file));
  co_return ToolProduct{.task_root = package,
                        .executable = std::move(parts.executable),
                        .class_path = {package},
                        .debugger = std::move(parts.debugger),
                        .folders = folders_of(file)};
}

Async<Result<ToolProduct>> build_with_assembly(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(auto parts, co_await parts_of(run, source, source.path, source.path));
  co_return ToolProduct{.task_root = source.path,
                        .executable = std::move(parts.executable),
                        .class_path = {source.path},
                        .debugger = std::move(parts.debugger),
                        .folders = {project.root}};
}

}  // namespace live
