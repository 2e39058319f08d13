#include "toolchain/dotnet_framework.h"

#include <algorithm>
#include <compare>
#include <cstdlib>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/file.h"
#include "runtime/language.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kBegin = "<TargetFrameworks>", kEnd = "</TargetFrameworks>";

std::vector<std::string> split(std::string_view text) {
  constexpr std::string_view kBetween = "; \t\r\n";
  std::vector<std::string> parts;
  while (true) {
    auto const begin = text.find_first_not_of(kBetween);
    if (begin == text.npos) return parts;
    text.remove_prefix(begin);
    auto const end = std::min(text.find_first_of(kBetween), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::vector<std::string> named_in(const fs::path& file) {
  auto const text = read_file(file);
  if (!text) return {};
  auto const begin = text.value().find(kBegin);
  auto const end = text.value().find(kEnd, begin);
  if (begin == std::string::npos || end == std::string::npos) return {};
  return split(std::string_view(text.value()).substr(begin, end - begin).substr(kBegin.size()));
}

struct Version {
  int major, minor;
  auto operator<=>(const Version&) const = default;
};

std::optional<Version> version_in(const std::string& text) {
  char* end = nullptr;
  auto const major = std::strtol(text.c_str(), &end, 10);
  if (end == text.c_str()) return std::nullopt;
  return Version{int(major), *end == '.' ? std::atoi(end + 1) : 0};
}

std::string name_of(Version version) {
  return fmt::format("net{}{}.{}", version.major < 5 ? "coreapp" : "", version.major, version.minor);
}

// Not of a netstandard, for which nothing runs, nor of what is for one system alone (net8.0-windows).
std::optional<Version> version_of_framework(const std::string& name) {
  for (std::string_view prefix : {"netcoreapp", "net"}) {
    auto const version = name.starts_with(prefix) ? version_in(name.substr(prefix.size())) : std::nullopt;
    if (version && name_of(*version) == name) return version;
  }
  return std::nullopt;
}

// "dotnet8", "dotnetcore3.1".
std::string framework_of_runtime(std::string_view runtime) {
  constexpr std::string_view kCore = "core";
  auto version = version_of(runtime);
  if (version.starts_with(kCore)) version.erase(0, kCore.size());
  auto const parsed = version_in(version);
  return parsed ? name_of(*parsed) : "";
}

bool is_among(const std::vector<std::string>& all, const std::string& one) {
  return std::ranges::find(all, one) != all.end();
}

Result<std::string> newest_here(const std::vector<std::string>& targets,
                                const std::vector<std::string>& here) {
  std::optional<Version> newest;
  for (auto const& target : targets)
    if (auto const version = version_of_framework(target); version && is_among(here, target))
      newest = newest ? std::max(*newest, *version) : *version;
  if (newest) return name_of(*newest);
  return fault(fmt::format(
      "the project is for {}, and `dotnet --list-runtimes` has {}: install one of them, or add one of these "
      "to TargetFrameworks",
      fmt::join(targets, ", "), here.empty() ? "none" : fmt::format("{}", fmt::join(here, ", "))));
}

}  // namespace

std::vector<std::string> target_frameworks(const fs::path& project_file) {
  if (auto named = named_in(project_file); !named.empty()) return named;
  for (auto folder = project_file.parent_path();; folder = folder.parent_path()) {
    auto const shared = folder / "Directory.Build.props";
    std::error_code ignored;
    if (fs::exists(shared, ignored)) return named_in(shared);  // MSBuild reads the nearest one alone
    if (!folder.has_relative_path()) return {};
  }
}

int major_version(const std::string& framework) {
  auto const version = version_of_framework(framework);
  return version ? version->major : 0;
}

std::vector<std::string> frameworks_here(std::string_view runtimes) {
  constexpr std::string_view kRuntime = "Microsoft.NETCore.App ";
  std::vector<std::string> here;
  while (!runtimes.empty()) {
    auto const line = runtimes.substr(0, runtimes.find('\n'));
    runtimes.remove_prefix(std::min(line.size() + 1, runtimes.size()));
    if (!line.starts_with(kRuntime)) continue;
    auto const version = version_in(std::string(line.substr(kRuntime.size())));
    if (version && !is_among(here, name_of(*version))) here.push_back(name_of(*version));
  }
  return here;
}

Result<std::string> framework_for(std::string_view runtime, const std::vector<std::string>& targets,
                                  const std::vector<std::string>& here) {
  if (language_of(runtime) != Language::dotnet) return newest_here(targets, here);
  auto const wanted = framework_of_runtime(runtime);
  if (is_among(targets, wanted)) return wanted;
  return fault(fmt::format("the project is for {}, and the runtime {} runs {}: add it to TargetFrameworks",
                           fmt::join(targets, ", "), runtime, wanted));
}

}  // namespace live
