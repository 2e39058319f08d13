// `go build` of a main package. What the deployed function is built for (GOOS, GOARCH) is not asked for: this
// one runs here.
#include <algorithm>

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "toolchain/tool_run.h"

namespace live {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  boost::split(lines, text, boost::is_any_of("\n"), boost::token_compress_on);
  std::erase(lines, "");
  return lines;
}

ToolRun::Variables for_this_machine(const json::object& options) {
  auto variables = variables_of(options);
  std::erase_if(variables, [](auto const& one) { return one.first == "GOOS" || one.first == "GOARCH"; });
  variables.emplace_back("GOOS", "linux");
  variables.emplace_back("GOARCH", "");  // as Go was installed
  return variables;
}

// GoFunction hands them to a shell: one of them may be several words, some of them quoted.
Async<Result<std::vector<std::string>>> flags_of(ToolRun& run, ToolSource source, fs::path folder) {
  auto const flags = texts_of(source.options, "flags");
  if (flags.empty()) co_return std::vector<std::string>{};
  std::vector<std::string> command{"sh", "-c", fmt::format("printf '%s\\n' {}", fmt::join(flags, " "))};
  LIVE_CO_TRY(auto words, co_await run.run(std::move(command), folder, for_this_machine(source.options)));
  co_return lines_of(words.out);
}

std::string without_stripping(const std::string& linker_flags) {
  std::vector<std::string> words;
  boost::split(words, linker_flags, boost::is_any_of(" "), boost::token_compress_on);
  std::erase_if(words, [](auto const& word) { return word == "-s" || word == "-w"; });
  return fmt::format("{}", fmt::join(words, " "));
}

// Without what takes lines and names out of a program, nor optimised.
std::vector<std::string> for_debugger(std::vector<std::string> flags) {
  constexpr std::string_view kLinker = "-ldflags";
  std::erase_if(flags, [](auto const& flag) { return flag.ends_with("-trimpath"); });
  for (size_t at = 0; at < flags.size(); ++at) {
    auto const value = flags[at].find(fmt::format("{}=", kLinker));
    if (value != std::string::npos)
      flags[at] =
          fmt::format("{}={}", kLinker, without_stripping(flags[at].substr(value + kLinker.size() + 1)));
    else if (flags[at].ends_with(kLinker) && at + 1 < flags.size())
      flags[at + 1] = without_stripping(flags[at + 1]);
  }
  flags.emplace_back("-gcflags=all=-N -l");
  return flags;
}

// The folder of the package to build: the project's own, or the only main package below it.
Async<Result<fs::path>> main_package(ToolRun& run, ToolSource source, Project project) {
  std::vector<std::string> command{"go", "list", "-f", "{{if eq .Name \"main\"}}{{.Dir}}{{end}}", "."};
  if (auto here = co_await run.run(command, project.folder, for_this_machine(source.options));
      here.has_value() && !lines_of(here.value().out).empty())
    co_return project.folder;
  command.back() = "./...";
  LIVE_CO_TRY(auto found, co_await run.run(command, project.folder, for_this_machine(source.options)));
  auto const all = lines_of(found.out);
  if (all.size() == 1) co_return all.front();
  if (all.empty()) co_return fault(fmt::format("{} has no package main", project.folder.string()));
  co_return fault(
      fmt::format("{} has {} main packages: say in live.json which one {} is, \"functions\": "
                  "{{\"{}\": \"{}\"}}",
                  project.folder.string(), all.size(), source.function, source.function,
                  fs::path(all.front()).lexically_relative(fs::current_path()).string()));
}

// Modules that go.mod or go.work take from other folders.
Async<Result<std::vector<fs::path>>> folders_of(ToolRun& run, ToolSource source, Project project,
                                                fs::path package) {
  std::vector<std::string> command{"go",
                                   "list",
                                   "-deps",
                                   "-f",
                                   "{{with .Module}}{{if .Main}}{{.Dir}}{{else}}{{with .Replace}}{{if not "
                                   ".Version}}{{.Dir}}{{end}}{{end}}{{end}}{{end}}",
                                   "."};
  LIVE_CO_TRY(auto found, co_await run.run(std::move(command), package, for_this_machine(source.options)));
  std::vector<fs::path> folders{project.root};
  for (auto const& line : lines_of(found.out))
    if (std::ranges::find(folders, fs::path(line)) == folders.end()) folders.emplace_back(line);
  co_return folders;
}

}  // namespace

Async<Result<ToolProduct>> build_with_go(ToolRun& run, ToolSource source, Project project) {
  LIVE_CO_TRY(auto const package, co_await main_package(run, source, project));
  auto const executable = run.made() / "bootstrap";
  std::vector<std::string> command{"go", "build", "-o", executable.string()};
  LIVE_CO_TRY(auto flags, co_await flags_of(run, source, package));
  if (source.is_debugged) flags = for_debugger(std::move(flags));
  command.insert(command.end(), flags.begin(), flags.end());
  command.emplace_back(".");
  LIVE_CO_TRY(co_await run.run(std::move(command), package, for_this_machine(source.options)));
  LIVE_CO_TRY(auto folders, co_await folders_of(run, source, project, package));
  co_return ToolProduct{
      .task_root = source.path, .executable = executable, .class_path = {}, .folders = std::move(folders)};
}

}  // namespace live
