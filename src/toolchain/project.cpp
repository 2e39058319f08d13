#include "toolchain/project.h"

#include <unistd.h>

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "base/encoding.h"
#include "base/hash.h"
#include "runtime/dotnet_package.h"
#include "runtime/language.h"

namespace live {
namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool has_sources(const fs::path& folder, std::string_view extension) {
  std::error_code ignored;
  auto const entries = fs::directory_iterator(folder, ignored);
  return std::any_of(begin(entries), end(entries),
                     [extension](auto const& entry) { return entry.path().extension() == extension; });
}

// The folder itself, or the nearest one above it.
std::optional<fs::path> nearest(fs::path folder, std::string_view file) {
  for (;; folder = folder.parent_path()) {
    if (is_there(folder / file)) return folder;
    if (folder == folder.root_path() || is_there(folder / ".git")) return std::nullopt;
  }
}

// Of folders that follow one another upwards, the last that has it.
fs::path outermost(fs::path folder, std::string_view file) {
  while (folder != folder.root_path() && is_there(folder.parent_path() / file)) folder = folder.parent_path();
  return folder;
}

fs::path folder_of(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored) ? path : path.parent_path();
}

// "entry" may be a folder or a file in one.
fs::path go_package(const ToolSource& source) {
  auto const entry = find_string(source.options, "entry");
  return folder_of(entry ? fs::path(*entry) : source.path);
}

std::optional<Project> go_project(const ToolSource& source) {
  auto const package = go_package(source);
  auto const module = nearest(package, "go.mod");
  if (!module ||
      (!find_string(source.options, "entry") && !has_sources(package, ".go") && package != *module))
    return std::nullopt;
  return Project{Tool::go, package, nearest(*module, "go.work").value_or(*module)};
}

bool has_dotnet_project(const fs::path& folder) {
  return has_sources(folder, ".csproj") || has_sources(folder, ".fsproj");
}

// Also of what was published: bin/Release/net8.0/linux-x64/publish. A program of provided.* may lie in any
// folder of an app that is itself in .NET; so of those only what lies in a project's bin.
std::optional<Project> dotnet_project(const ToolSource& source) {
  constexpr int kDeep = 6;
  bool const is_dotnet = language_of(source.runtime) == Language::dotnet;
  auto const begin = folder_of(source.path);
  auto folder = begin;
  for (int i = 0; i < kDeep && folder != folder.root_path(); ++i, folder = folder.parent_path()) {
    if (!has_dotnet_project(folder)) continue;
    bool const is_in_bin = folder != begin && *begin.lexically_relative(folder).begin() == "bin";
    if (is_dotnet || folder == begin || is_in_bin) return Project{Tool::dotnet, folder, folder};
    break;
  }
  bool const is_published = is_dotnet && fs::is_directory(begin) && begin == source.path &&
                            runtime_config(source.path, source.handler).has_value();
  if (is_published) return Project{Tool::assembly, source.path, source.path};
  return std::nullopt;
}

std::optional<Project> os_only_project(const ToolSource& source) {
  if (auto go = go_project(source)) return go;
  auto const here = [&source](const char* file) { return is_there(source.path / file); };
  if (here("Cargo.toml")) return Project{Tool::cargo, source.path, source.path};
  if (here("CMakeLists.txt")) return Project{Tool::cmake, source.path, source.path};
  if (here("Makefile")) return Project{Tool::make, source.path, source.path};
  return dotnet_project(source);
}

// Also of what they have made: target/app.jar, build/libs/app.jar.
std::optional<Project> java_project(const ToolSource& source) {
  auto const folder = folder_of(source.path);
  if (auto const maven = nearest(folder, "pom.xml"))
    return Project{Tool::maven, *maven, outermost(*maven, "pom.xml")};
  for (auto const* file : {"build.gradle", "build.gradle.kts"})
    if (auto const gradle = nearest(folder, file)) {
      auto const settings = nearest(*gradle, "settings.gradle");
      auto const in_kotlin = nearest(*gradle, "settings.gradle.kts");
      return Project{Tool::gradle, *gradle, settings.value_or(in_kotlin.value_or(*gradle))};
    }
  if (!is_there(source.path)) return std::nullopt;
  return Project{Tool::jar, source.path, source.path};
}

}  // namespace

std::optional<Project> find_project(const ToolSource& source) {
  switch (language_of(source.runtime)) {
    case Language::os_only:
      return os_only_project(source);
    case Language::java:
      return java_project(source);
    case Language::dotnet:
      return dotnet_project(source);
    default:
      return std::nullopt;
  }
}

bool is_executable(const fs::path& file) {
  std::error_code ignored;
  return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
}

std::string identity_of(const ToolProduct& product) {
  std::string identity;
  std::error_code ignored;
  auto const add = [&](const fs::path& file) {
    auto const when = fs::last_write_time(file, ignored).time_since_epoch().count();
    identity += fmt::format("{} {} {}\n", file.string(), when, fs::file_size(file, ignored));
  };
  if (!product.executable.empty()) add(product.executable);
  for (auto const& path : product.class_path) {
    if (!fs::is_directory(path, ignored)) add(path);
    std::vector<fs::path> classes;
    for (auto const& entry : fs::recursive_directory_iterator(path, ignored))
      if (entry.is_regular_file(ignored)) classes.push_back(entry.path());
    std::ranges::sort(classes);
    for (auto const& file : classes) add(file);
  }
  return hex(sha256(identity));
}

const std::vector<std::string>& made_names() {
  static const std::vector<std::string> kNames{"node_modules", ".git", "cdk.out", ".live",   "target",
                                               "build",        "bin",  "obj",     ".gradle", "cmake-build-*",
                                               "bootstrap",    "*.o",  "*.a"};
  return kNames;
}

}  // namespace live
