#include "process/working.h"

#include <sys/resource.h>

#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"

namespace live {
namespace {

// Behind the name, which is in brackets and may hold any character.
bool is_working_thread(const std::filesystem::path& folder) {
  auto const stat = read_file(folder / "stat");
  if (!stat) return false;
  auto const end = stat.value().rfind(") ");
  if (end == std::string::npos || end + 2 >= stat.value().size()) return false;
  char const state = stat.value()[end + 2];
  return state == 'R' || state == 'D';
}

}  // namespace

bool is_working(pid_t pid) {
  std::error_code gone;
  for (auto const& thread : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), gone))
    if (is_working_thread(thread.path())) return true;
  return false;
}

void let_others_come_first(pid_t pid) {
  constexpr int kNice = 10;  // a tenth of what the others get
  ::setpriority(PRIO_PGRP, id_t(pid), kNice);
}

}  // namespace live
