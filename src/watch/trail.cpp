#include "watch/trail.h"

#include <algorithm>

namespace live {

namespace fs = std::filesystem;

namespace {

// The path's names, the last one first: the next to go is at the back.
void push_names(std::vector<std::string>& names, const fs::path& path) {
  std::vector<std::string> forward;
  for (const auto& part : path.relative_path())
    if (!part.empty() && part != ".") forward.push_back(part.string());
  names.insert(names.end(), forward.rbegin(), forward.rend());
}

}  // namespace

Trail trail_to(const fs::path& path) {
  constexpr int most_links = 40;  // the kernel's own limit
  Trail trail;
  std::vector<std::string> names;
  push_names(names, path);
  fs::path at = "/";
  int links = 0;
  while (!names.empty()) {
    std::string name = std::move(names.back());
    names.pop_back();
    if (name == "..") {
      at = at.parent_path();
      continue;
    }
    trail.steps.push_back({at, name});
    std::error_code error;
    auto status = fs::symlink_status(at / name, error);
    if (!fs::exists(status)) return trail;
    if (!fs::is_symlink(status)) {
      at /= name;
      continue;
    }
    fs::path target = fs::read_symlink(at / name, error);
    if (error || ++links > most_links) return trail;
    if (target.is_absolute()) at = "/";
    push_names(names, target);
  }
  trail.end = at;
  return trail;
}

}  // namespace live
