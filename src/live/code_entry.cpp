#include "live/code_entry.h"

#include <fnmatch.h>

#include <algorithm>

#include "toolchain/project.h"

namespace live {
namespace {

bool is_made(const std::filesystem::path& path) {
  return std::any_of(path.begin(), path.end(), [](auto& name) {
    return std::ranges::any_of(made_names(),
                               [&name](auto& glob) { return fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
  });
}

}  // namespace

bool is_within(const std::filesystem::path& path, const std::filesystem::path& folder) {
  auto const mismatch = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return mismatch.first == folder.end();
}

void CodeEntry::note(const Changes& changes) {
  if (changes.everything) changed_files.reset();
  if (changed_files) changed_files->insert(changes.paths.begin(), changes.paths.end());
}

bool CodeEntry::concerns(const Changes& changes) const {
  if (changes.everything) return true;
  return std::any_of(changes.paths.begin(), changes.paths.end(), [this](auto& path) {
    return watched.contains(path) ||
           std::any_of(folders.begin(), folders.end(), [&](auto& one) { return has_source(one, path); });
  });
}

bool CodeEntry::has_in_a_layer(const Changes& changes) const {
  auto const is_in_one = [this](auto& path) {
    return std::ranges::any_of(layer_folders, [&path](auto& one) { return is_within(path, one); });
  };
  return !layer_folders.empty() && (changes.everything || std::ranges::any_of(changes.paths, is_in_one));
}

bool CodeEntry::has_source(const std::filesystem::path& folder, const std::filesystem::path& path) const {
  return is_within(path, folder) &&
         (function.source != LocalFunction::Source::tool || !is_made(path.lexically_relative(folder)));
}

}  // namespace live
