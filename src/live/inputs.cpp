#include "live/inputs.h"

#include <fnmatch.h>

#include <algorithm>

namespace live {
namespace {

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
  auto const [end, rest] = std::mismatch(folder.begin(), folder.end(), path.begin(), path.end());
  return end == folder.end();
}

}  // namespace

void FollowedInputs::add(const Inputs& inputs) {
  for (auto const& file : inputs.files)
    if (files_.insert(file).second) watch_.add(file);
  if (!inputs.sources) return;
  if (!sources_) watch_.add_folder(inputs.sources->folder, inputs.sources->ignore);
  sources_ = inputs.sources;
  handlers_.insert(sources_->except.begin(), sources_->except.end());
}

bool FollowedInputs::concern(const Changes& changes) const {
  return changes.everything || std::ranges::any_of(changes.paths, [this](auto const& path) {
           return files_.contains(path) || is_source(path);
         });
}

bool FollowedInputs::is_source(const std::filesystem::path& path) const {
  if (!sources_ || !is_below(path, sources_->folder)) return false;
  auto const holds = [&path](auto const& folder) { return is_below(path, folder); };
  if (std::ranges::any_of(handlers_, holds)) return false;
  auto const name = path.filename().string();
  return std::ranges::any_of(
      sources_->names, [&name](auto const& glob) { return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0; });
}

}  // namespace live
