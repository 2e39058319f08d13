// `dotnet build` of an executable assembly, which brings Amazon.Lambda.RuntimeSupport itself.
// https://docs.aws.amazon.com/lambda/latest/dg/csharp-handler.html
#include <algorithm>

#include <fmt/format.h>

#include "base/file.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

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

// "Assembly" of an executable, "Assembly::Type::Method" of a library.
bool is_library(const std::string& handler) { return handler.find("::") != std::string::npos; }

}  // namespace

Async<Result<ToolProduct>> build_with_dotnet(ToolRun& run, ToolSource source, Project project) {
  if (is_library(source.handler))
    co_return fault(
        fmt::format("{} is a class library ({}), which only Lambda's own runtime starts: make it an "
                    "executable assembly with "
                    "Amazon.Lambda.RuntimeSupport, whose handler is the assembly's name",
                    source.function, source.handler));
  LIVE_CO_TRY(auto const file, project_file(project.folder));
  std::vector<std::string> command{"dotnet", "build", file.string(), "--nologo",
                                   "-v",     "quiet", "-o",          run.made().string()};
  LIVE_CO_TRY(co_await run.run(std::move(command), project.folder, variables_of(source.options)));
  auto const executable = run.made() / (source.handler.empty() ? file.stem().string() : source.handler);
  if (!is_executable(executable))
    co_return fault(
        fmt::format("dotnet build made no executable {}: the function's handler is the assembly's name, "
                    "and its OutputType Exe",
                    executable.string()));
  co_return ToolProduct{
      .task_root = run.made(), .executable = executable, .class_path = {}, .folders = {project.root}};
}

}  // namespace live
