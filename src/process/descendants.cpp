#include "process/descendants.h"

#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

constexpr int kDeepest = 8;

// A child belongs to the thread that made it.
void add_children(pid_t pid, int depth, std::vector<pid_t>& all) {
  if (depth > kDeepest) return;
  std::error_code gone;
  for (auto const& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), gone)) {
    auto const children = read_file(thread.path() / "children");
    if (!children) continue;
    std::istringstream pids(children.value());
    for (pid_t child = 0; pids >> child;) {
      all.push_back(child);
      add_children(child, depth + 1, all);
    }
  }
}

}  // namespace

std::vector<pid_t> descendants_of(pid_t pid) {
  std::vector<pid_t> all;
  add_children(pid, 1, all);
  return all;
}

}  // namespace live
