#include "live/named_sources.h"

#include <set>

#include <fmt/format.h>

#include "live/choice.h"

namespace live {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSetting = "live.functions in live.json";

Choice::Function name_of(const AppFunction& function) {
  return {function.construct_path, function.logical_id};
}

bool is_archive(const fs::path& path) { return path.extension() == ".jar" || path.extension() == ".zip"; }

void place(AppFunction& function, const fs::path& path) {
  function.skip.clear();
  function.options.erase("entry");
  function.folder = path;
  if (fs::is_directory(path))
    function.kind = "folder";
  else if (is_archive(path))
    function.kind = "archive";
  else {
    function.kind = "bundle";
    function.entry = path;
  }
}

bool has_sources(const AppFunction& function) {
  return function.kind != "image" && function.skip != "it belongs to the CDK";
}

}  // namespace

Result<void> apply(const NamedSources& named, const fs::path& app_folder,
                   std::vector<AppFunction>& functions) {
  Choice::Globs globs{.patterns = {}, .from = kSetting};
  for (auto const& [glob, path] : named) globs.patterns.push_back(glob);
  std::vector<Choice::Function> names;
  names.reserve(functions.size());
  for (auto const& function : functions) names.push_back(name_of(function));
  LIVE_TRY(Choice::check_globs(globs, names));
  for (auto const& [glob, written] : named) {
    auto const path = (app_folder / written).lexically_normal();
    if (!fs::exists(path))
      return fault(Fault::Kind::not_found,
                   fmt::format("{}: the source of \"{}\" is not there: {}", kSetting, glob, path.string()));
    for (auto& function : functions)
      if (has_sources(function) && Choice::names(glob, name_of(function))) place(function, path);
  }
  return outcome::success();
}

}  // namespace live
